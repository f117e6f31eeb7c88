"""Addresses of the engine, one file per part."""

from programs.urls import calls, decisions, entries, notices, plans

app_name = "programs"
urlpatterns = [
    *calls.urlpatterns,
    *entries.urlpatterns,
    *notices.urlpatterns,
    *decisions.urlpatterns,
    *plans.urlpatterns,
]
