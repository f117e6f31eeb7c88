"""Addresses of the engine, one file per part."""

from programs import urls_calls, urls_decisions, urls_entries, urls_notices, urls_plans

app_name = "programs"
urlpatterns = [
    *urls_calls.urlpatterns,
    *urls_entries.urlpatterns,
    *urls_notices.urlpatterns,
    *urls_decisions.urlpatterns,
    *urls_plans.urlpatterns,
]
