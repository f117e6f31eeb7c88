"""Pages about the subscriptions of one's organisation."""

from django.urls import path

from portal.api.views import hooks

app_name = "hooks"
urlpatterns = [
    path("", hooks.hooks, name="hooks"),
    path("new/", hooks.hook_new, name="hook_new"),
    path("<int:hook_id>/", hooks.hook, name="hook"),
    path("<int:hook_id>/turn/", hooks.hook_turn, name="hook_turn"),
    path("calls/<int:hook_call_id>/again/", hooks.hook_again, name="hook_again"),
]
