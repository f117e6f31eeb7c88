"""App configuration, and the check of the declarations."""

from django.apps import AppConfig
from django.core.checks import register


class PrivacyConfig(AppConfig):
    name = "portal.privacy"
    label = "privacy"
    verbose_name = "个人信息"

    def ready(self) -> None:
        from portal.privacy.checks import declared  # noqa: PLC0415 - the models are loaded only now

        register(declared)
