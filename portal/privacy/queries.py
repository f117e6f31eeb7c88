"""Reading what the portal knows about one person, and what they have agreed to."""

import datetime
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import QuerySet

from portal.core.actor import Actor
from portal.core.models import Record, StoredFile
from portal.kit import days
from portal.kit.gather import gather
from portal.kit.personal import Holding, Level, Purpose, holdings
from portal.privacy.models import Consent, ConsentText


# ── one's own data ──
def about(holding: Holding, actor: Actor) -> QuerySet | None:
    """The rows that are about the person behind the account, or about the account; None where there can be none."""
    if holding.person and actor.member_id:
        return holding.type._base_manager.filter(**{holding.person: actor.member_id})
    if holding.account and actor.user is not None:
        return holding.type._base_manager.filter(**{holding.account: actor.user.pk})
    return None


def held(actor: Actor) -> Iterator[tuple[Holding, int]]:
    """Every kind of data there is about the person, with its count."""
    for holding in sorted(holdings().values(), key=lambda one: (one.order, one.model)):
        rows = about(holding, actor)
        if rows is not None and (count := rows.count()):
            yield holding, count


def fields_of(holding: Holding) -> list[models.Field]:
    """The fields of a person's copy."""
    if holding.copied:
        return [holding.type._meta.get_field(name) for name in holding.copied]
    fields = holding.type._meta.local_concrete_fields
    return [one for one in fields if holding.level(one.name) is not Level.INTERNAL and not one.primary_key]


def _said(row: models.Model, field: models.Field) -> Any:
    value = getattr(row, field.name)
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if isinstance(value, datetime.datetime):
        return f"{days.local(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value if isinstance(value, dict | list | int | bool) or value is None else str(value)


def copy_of(actor: Actor) -> list[dict[str, Any]]:
    """Everything about the person in parts: ``{"title", "purpose", "basis", "kept", "rows": [{label: value}]}``."""
    parts = []
    for holding, _count in held(actor):
        fields = fields_of(holding)
        links = [one.name for one in fields if isinstance(one, models.ForeignKey)]
        rows = about(holding, actor).select_related(*links).order_by("pk")
        lines = [{str(one.verbose_name): _said(row, one) for one in fields} for row in rows]
        said = {"purpose": holding.purpose, "basis": holding.basis, "kept": holding.keep}
        parts.append({"title": holding.title, "model": holding.model, **said, "rows": lines})
    if actor.member_id:
        parts.append(_looks(actor.member_id))
    return parts


def _looks(member_id: int) -> dict[str, Any]:
    """Who looked at protected values of theirs, and why."""
    rows = Record.objects.filter(target_type="registry.member", target_id=member_id, act__endswith=".plain")
    lines = [
        {"几时": f"{days.local(one.at):%Y-%m-%d %H:%M:%S}", "谁": one.by.name if one.by else "", "身份": one.as_name,
         "哪一项": one.change.get("field", ""), "为什么": one.note}
        for one in rows.select_related("by").order_by("id")
    ]  # fmt: skip
    return {"title": "谁看过遮住的内容", "model": "core.Record", "purpose": "本人有权知道", "basis": "个保法 44 条",
            "kept": "和操作记录一样", "rows": lines}  # fmt: skip


def files_of(actor: Actor) -> list[StoredFile]:
    """Files that the rows about the person point to."""
    found: dict[Any, StoredFile] = {}
    for holding in holdings().values():
        rows = about(holding, actor) if holding.person else None
        if rows is None:
            continue
        for name in holding.copied:
            try:
                field = holding.type._meta.get_field(name)
            except FieldDoesNotExist:
                continue
            if field.related_model is StoredFile:
                kept = (getattr(row, name) for row in rows.select_related(name))
                found |= {stored.pk: stored for stored in kept if stored}
    return list(found.values())


# ── consents ──
class Stand(NamedTuple):
    """Where a person stands on one purpose: the newest text, their last word, whether it holds for that text."""

    purpose: Purpose
    text: ConsentText
    last: Consent | None

    @property
    def given(self) -> bool:
        return self.last is not None and self.last.given and self.last.text_id == self.text.pk

    @property
    def outdated(self) -> bool:
        """They agreed, but to an older text."""
        return self.last is not None and self.last.given and self.last.text_id != self.text.pk


def purposes() -> dict[str, Purpose]:
    return {one.key: one for one in gather("personal", "PURPOSES")}  # type: ignore[attr-defined]


def stands(member_id: int) -> list[Stand]:
    """All purposes for one person: two queries."""
    newest = {text.purpose: text for text in ConsentText.objects.order_by("version")}
    said = Consent.objects.filter(member=member_id).select_related("text").order_by("id")
    last = {one.text.purpose: one for one in said}
    return [Stand(one, newest[key], last.get(key)) for key, one in purposes().items() if key in newest]


def agreed(member_id: int, purpose: str) -> bool:
    """Whether a person's last word on the newest text is yes. The same question as ``consent_stands`` in SQL."""
    newest = ConsentText.objects.filter(purpose=purpose).order_by("-version").first()
    last = Consent.objects.filter(member=member_id, text__purpose=purpose).order_by("-id").first()
    return newest is not None and last is not None and last.given and last.text_id == newest.pk
