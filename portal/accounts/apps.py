"""App configuration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    verbose_name = "账号"

    def ready(self) -> None:
        from portal.accounts import watch  # noqa: PLC0415 - models exist only now

        watch.start()
