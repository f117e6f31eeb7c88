"""Addresses of decisions."""

from django.urls import path

from programs.views import decisions as views

urlpatterns = [
    path("decisions/", views.decisions, name="decisions"),
    path("calls/<int:call_id>/decisions/new/", views.decision_new, name="decision_new"),
    path("decisions/<int:decision_id>/", views.decision, name="decision"),
    path("decisions/<int:decision_id>/sign/", views.decision_sign, name="decision_sign"),
    path("decisions/<int:decision_id>/drop/", views.decision_drop, name="decision_drop"),
    path("decisions/<int:decision_id>/paper.pdf", views.decision_pdf, name="decision_pdf"),
]
