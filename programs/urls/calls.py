"""Addresses of the first page and of calls."""

from django.urls import path

from programs.views import calls, deadlines, edition, home, places

urlpatterns = [
    path("", home.home, name="home"),
    path("calls/", calls.calls, name="calls"),
    path("calls/new/", edition.new, name="call_new"),
    path("calls/<int:call_id>/", calls.call, name="call"),
    path("calls/<int:call_id>/setup/", edition.setup, name="edition"),
    path("calls/<int:call_id>/publish/", edition.publish, name="publish"),
    path("calls/<int:call_id>/extend/<int:organization_id>/", deadlines.extend, name="extend"),
    path("calls/<int:call_id>/extensions/", deadlines.extension_list, name="extensions"),
    path("extensions/<int:extension_id>/back/", deadlines.extension_back, name="extension_back"),
    path("calls/<int:call_id>/remind/", deadlines.remind, name="remind"),
    path("calls/<int:call_id>/places/", places.share, name="share"),
    path("calls/<int:call_id>/places/back/", places.back, name="give_back"),
    path("calls/<int:call_id>/places/issue/", places.issue, name="reissue"),
]
