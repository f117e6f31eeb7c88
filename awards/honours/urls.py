"""Addresses."""

app_name = "honours"
urlpatterns: list = []
