"""Public addresses of honours."""

app_name = "verify"
urlpatterns: list = []
