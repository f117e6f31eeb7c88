"""Addresses of the API: the document, the reference, and what every room offers in its ``api.ROUTES``."""

from django.urls import path

from portal.api import views
from portal.kit.api.views import ApiView
from portal.kit.gather import gather

app_name = "api"
ROUTES: list[type[ApiView]] = list(gather("api", "ROUTES"))  # type: ignore[arg-type]
urlpatterns = [
    path("", views.reference, name="reference"),
    path("schema/", views.document, name="schema"),
    *(path(route.path, route.as_view(), name=route.name) for route in ROUTES),
]
