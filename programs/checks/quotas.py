"""How many a unit may hand in (rules R2, R3)."""

from django.utils.translation import gettext as _

from programs.models import Entry
from programs.queries import quotas
from programs.spec import Finding, Meter, State


def quota_kept(entry: Entry, move: str) -> list[Finding]:
    """R2: a unit hands no more to the owner than its places. Warned below, blocked at the move that hands it over."""
    if move not in ("", "submit", "forward"):
        return []
    hands_over = move != "" and entry.desk.parent_id == entry.call.owner_id
    if move == "submit" and entry.state == State.DRAFT:
        hands_over = entry.organization.parent_id == entry.call.owner_id
    if move == "submit" and entry.state == State.RETURNED:
        hands_over = entry.returned_from_id == entry.call.owner_id
    there = quotas.places(entry, lock=hands_over)
    if there.given is None:
        text = _("%(unit)s在“%(category)s”没有名额") % {"unit": there.unit.short, "category": entry.category.name}
        return [Finding("quota_kept", _("名额"), _("没有"), "stop", text)]
    used = there.used + 1
    figure = f"{used} / {there.given}"
    meter = Meter(min(used, there.given), max(there.given, 1), there.given, pips=there.given <= 12)
    waiting = _("，另有 %(n)d 件还没交上来") % {"n": there.waiting} if there.waiting else ""
    if used > there.given:
        text = _("%(unit)s有 %(given)d 个名额，含这一件是 %(used)d 个，多 %(over)d 个%(waiting)s") % {
            "unit": there.unit.short, "given": there.given, "used": used, "over": used - there.given,
            "waiting": waiting,
        }  # fmt: skip
        # Not yet at the owner's door: a district may still choose among more than it can hand over.
        direct = entry.organization_id == there.unit.pk
        level = "stop" if hands_over or direct else "short"
        return [Finding("quota_kept", _("名额"), figure, level, text, _("撤回一件，或请主办单位调整名额"), meter=meter)]
    left = there.given - used
    text = _("%(unit)s有 %(given)d 个，含这一件用 %(used)d 个，还剩 %(left)d 个%(waiting)s") % {
        "unit": there.unit.short, "given": there.given, "used": used, "left": left, "waiting": waiting,
    }  # fmt: skip
    return [Finding("quota_kept", _("名额"), figure, "good", text, meter=meter)]
