"""Addresses of notices and objections."""

from django.urls import path

from programs.views import notices as views
from programs.views import objections

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("calls/<int:call_id>/notices/new/", views.notice_new, name="notice_new"),
    path("notices/<int:notice_id>/", views.notice, name="notice"),
    path("notices/<int:notice_id>/change/", views.notice_change, name="notice_change"),
    path("notices/<int:notice_id>/drop/", views.notice_drop, name="notice_drop"),
    path("notices/<int:notice_id>/post/", views.notice_post, name="notice_post"),
    path("notices/<int:notice_id>/end/", views.notice_end, name="notice_end"),
    path("objections/", objections.objections, name="objections"),
    path("objections/<int:objection_id>/", objections.objection, name="objection"),
    path("objections/<int:objection_id>/evidence/", objections.objection_evidence, name="objection_evidence"),
    path("objections/<int:objection_id>/<slug:step>/", objections.objection_review, name="objection_review"),
    path("n/", views.public_notices, name="public_notices"),
    path("n/<slug:code>/", views.public_notice, name="public_notice"),
    path("n/<slug:code>/object/", objections.object_to, name="object"),
    path("r/<slug:code>/", objections.objection_receipt, name="objection_receipt"),
]
