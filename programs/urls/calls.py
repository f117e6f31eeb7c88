"""Addresses of the first page and of calls."""

from django.urls import path

from programs.views import calls, edition, home

urlpatterns = [
    path("", home.home, name="home"),
    path("calls/", calls.calls, name="calls"),
    path("calls/new/", edition.new, name="call_new"),
    path("calls/<int:call_id>/", calls.call, name="call"),
    path("calls/<int:call_id>/setup/", edition.setup, name="edition"),
    path("calls/<int:call_id>/publish/", edition.publish, name="publish"),
    path("calls/<int:call_id>/extend/<int:organization_id>/", calls.extend, name="extend"),
    path("calls/<int:call_id>/remind/", calls.remind, name="remind"),
]
