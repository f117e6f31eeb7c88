"""Addresses of decisions."""

from django.urls import path

from programs.views import decisions as views
from programs.views import passings

urlpatterns = [
    path("calls/<int:call_id>/passings/new/", passings.passing_new, name="passing_new"),
    path("passings/<int:passing_id>/", passings.passing, name="passing"),
    path("passings/<int:passing_id>/outcome/", passings.passing_outcome, name="passing_outcome"),
    path("passings/<int:passing_id>/scan/", passings.passing_scan, name="passing_scan"),
    path("decisions/", views.decisions, name="decisions"),
    path("calls/<int:call_id>/decisions/new/", views.decision_new, name="decision_new"),
    path("decisions/<int:decision_id>/", views.decision, name="decision"),
    path("decisions/<int:decision_id>/sign/", views.decision_sign, name="decision_sign"),
    path("decisions/<int:decision_id>/drop/", views.decision_drop, name="decision_drop"),
    path("decisions/<int:decision_id>/paper.pdf", views.decision_pdf, name="decision_pdf"),
]
