"""Addresses: the ground's own, the engine's, and each room's under its own prefix."""

from django.urls import include, path

from portal.core import errors

urlpatterns = [
    path("", include("portal.core.urls")),
    path("account/", include("portal.accounts.urls")),
    path("account/tokens/", include("portal.api.urls_pages")),
    path("account/hooks/", include("portal.api.urls_hooks")),
    path("account/", include("allauth.urls")),
    path("api/v1/", include("portal.api.urls")),
    path("", include("portal.privacy.urls")),
    path("", include("portal.registry.urls")),
    path("", include("programs.urls")),
    path("honours/", include("awards.honours.urls")),
    path("", include("awards.honours.urls_public")),
    path("kit/", include("portal.kit.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler429 = errors.too_many
handler500 = errors.server_error
