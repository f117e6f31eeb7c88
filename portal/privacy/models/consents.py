"""What people agreed to: texts with versions, and their yes and no, each with its moment (P-PI8)."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.models import append_only, appended
from portal.registry.models import Member


@appended
class ConsentText(models.Model):
    """One version of what people are asked for one purpose. A new version asks everybody anew."""

    purpose = models.CharField(_("用途"), max_length=30)
    version = models.PositiveIntegerField(_("版本"))
    text = models.TextField(_("内容"))
    published_at = models.DateTimeField(_("发布"))
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["purpose", "-version"]
        triggers = [append_only]
        constraints = [models.UniqueConstraint(fields=["purpose", "version"], name="consent_text_once")]

    def __str__(self) -> str:
        return f"{self.purpose} v{self.version}"


@appended
class Consent(models.Model):
    """A yes or a no of a person to one version. The last one for a purpose counts; all stay."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="consents")
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="consents")
    given = models.BooleanField(_("同意"))
    at = models.DateTimeField(_("几时"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        triggers = [append_only]
        indexes = [models.Index(fields=["member", "-id"])]

    def __str__(self) -> str:
        return f"{self.member_id} {self.text_id} {self.given}"


def needs_consent(purpose: str, column: str = "member_id", when: str = "TRUE") -> pgtrigger.Trigger:
    """A trigger for ``Meta.triggers`` of a model of any room: no row about somebody who has not agreed to this purpose.

    ``column`` holds the member's id; ``when`` is SQL over ``NEW`` that says which rows carry what needs the consent,
    as ``NEW.diagnosis <> ''``. What counts is the person's last word on the newest version of the text.
    """
    return pgtrigger.Trigger(
        name=f"consent_{purpose.replace('-', '_')}",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=f"""
        IF ({when}) AND NOT consent_stands(NEW.{column}, '{purpose}') THEN
          RAISE EXCEPTION 'member % has not agreed to {purpose}', NEW.{column}
            USING ERRCODE = 'check_violation', CONSTRAINT = 'consent_stands';
        END IF;
        RETURN NEW;
        """,  # nosec B608 # written by the model's author
    )
