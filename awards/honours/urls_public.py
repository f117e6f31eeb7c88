"""Public addresses of honours: what the QR code of a certificate opens."""

from django.urls import path

from awards.honours.views import verify

app_name = "verify"
urlpatterns = [
    path("v/", verify.search, name="search"),
    path("v/<slug:code>/", verify.certificate, name="certificate"),
]
