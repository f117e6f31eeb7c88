"""The component page; included at /kit/."""

from django.urls import path

from portal.kit import views

app_name = "kit"
urlpatterns = [
    path("components/", views.components, name="components"),
    path("components/dialog/", views.sample_dialog, name="sample_dialog"),
]
