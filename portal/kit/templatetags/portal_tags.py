"""The template tags of the portal: loaded everywhere, each draws one thing of the design."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.kit import days
from portal.kit.drawing import draw_field, problems_of, sections_of
from portal.kit.forms import new_key

register = template.Library()

PHONE_TABS = 4


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of the icons of portal.css, silent for screen readers."""
    return format_html('<i class="i i-{}" aria-hidden="true"></i>', name)


@register.simple_tag
def field(bound: BoundField, **options: str) -> SafeString:
    """Label, control, hint and error of one form field; options: label, hint, opt, css."""
    return draw_field(bound, **options)


@register.inclusion_tag("kit/fields.html")
def form_fields(form: BaseForm) -> dict[str, Any]:
    """Every visible field of a form, in the sections of its ``layout`` if it has one."""
    return {"form": form, "sections": sections_of(form)}


@register.inclusion_tag("kit/error_summary.html")
def error_summary(*forms: BaseForm) -> dict[str, Any]:
    """“有 2 处要改，填的都还在”, with a link to each field."""
    return {"problems": problems_of(*forms)}


@register.simple_tag
def form_key() -> SafeString:
    """The idempotency key of this page: the same press twice is one act."""
    return format_html('<input type="hidden" name="_key" value="{}">', new_key())


@register.simple_tag
def phone_tabs(menu: Iterable[dict] | str) -> list[dict]:
    """The four entries of the phone's tab bar."""
    items = [item for section in menu or () for item in section["items"]]  # type: ignore[index]
    return [item for item in items if item.get("phone")][:PHONE_TABS]


@register.simple_tag
def unmet(findings: Iterable[Any]) -> int:
    """How many findings stand in the way."""
    return sum(1 for finding in findings or () if _state(finding) in ("short", "blocked"))


def _state(finding: Any) -> str:
    return finding["state"] if isinstance(finding, dict) else finding.state


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The current query string with some parameters changed; None or "" removes one."""
    data = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            data.pop(name, None)
        else:
            data[name] = value
    return "?" + data.urlencode()


@register.filter
def thousands(number: int | None) -> str:
    """1183 -> 1,183."""
    return "" if number is None or number == "" else f"{number:,}"


@register.filter
def day(value: date | datetime | None) -> str:
    """11月23日; another year than this one is written out. Local time."""
    if not value:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    text = _("%(month)d月%(day)d日") % {"month": value.month, "day": value.day}
    return text if value.year == days.today().year else _("%(year)d年") % {"year": value.year} + text


@register.filter
def moment(value: datetime | None) -> str:
    """11月23日 14:32, local time."""
    return f"{day(value)} {timezone.localtime(value):%H:%M}" if value else ""
