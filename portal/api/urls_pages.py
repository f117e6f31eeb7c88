"""Pages about one's tokens, below the account."""

from django.urls import path

from portal.api.views import tokens

app_name = "keys"
urlpatterns = [
    path("", tokens.tokens, name="tokens"),
    path("new/", tokens.token_new, name="token_new"),
    path("<int:token_id>/revoke/", tokens.token_revoke, name="token_revoke"),
]
