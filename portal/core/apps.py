"""App configuration, and what must not be set in production."""

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, Tags, register

from portal.kit import days


@register(Tags.security, deploy=True)
def not_for_production(app_configs, **kwargs) -> list[Error]:
    """Settings that make trying out easy and a real installation unsafe."""
    found = []
    if days.AHEAD:
        found.append(Error("DAYS_AHEAD moves the clock; it is for trying out only", id="portal.E001"))
    if settings.STAFF_SECOND_FACTOR != "required":
        found.append(Error("staff must have a second factor: STAFF_SECOND_FACTOR=required", id="portal.E002"))
    if not settings.SEAL_KEY or not settings.FIELD_KEYS:
        found.append(Error("SEAL_KEY and FIELD_KEYS must be set", id="portal.E003"))
    return found


class CoreConfig(AppConfig):
    name = "portal.core"
    label = "core"
    verbose_name = "基础"
