"""How many a unit may hand in (rules R2, R3)."""

from django.utils.translation import gettext as _

from programs.models import Entry
from programs.queries import quotas
from programs.queries.quotas import Places
from programs.spec import Finding, Meter, State


def quota_kept(entry: Entry, move: str) -> list[Finding]:
    """R2, R3: a unit hands no more to the owner than its places. Warned below, blocked at the move that hands it over.

    Says what the places come from; with it stand the bound over all prizes and what the level above passed on.
    """
    if move not in ("", "submit", "forward"):
        return []
    hands_over = move != "" and entry.desk.parent_id == entry.call.owner_id
    if move == "submit" and entry.state == State.DRAFT:
        hands_over = entry.organization.parent_id == entry.call.owner_id
    if move == "submit" and entry.state == State.RETURNED:
        hands_over = entry.returned_from_id == entry.call.owner_id
    there = quotas.places(entry, lock=hands_over or move == "submit")
    if there.given is None:
        text = _("%(unit)s在“%(category)s”没有名额") % {"unit": there.unit.short, "category": entry.category.name}
        return [Finding("quota_kept", _("名额"), _("没有"), "stop", text)]
    # Not yet at the owner's door: a district may still choose among more than it can hand over.
    over = "stop" if hands_over or entry.organization_id == there.unit.pk else "short"
    return [_own(there, over), *_capped(there, over), *_shared(there, entry, move)]


def _own(there: Places, over: str) -> Finding:
    given, used = there.given or 0, there.used + 1
    figure = f"{used} / {given}"
    meter = Meter(min(used, given), max(given, 1), given, pips=given <= 12)
    words = {
        "unit": there.unit.short, "given": given, "used": used, "over": used - given, "left": given - used,
        "waiting": _("，另有 %(n)d 件还没交上来") % {"n": there.waiting} if there.waiting else "",
        "why": _("。%(sentence)s") % {"sentence": there.sentence} if there.sentence else "",
    }  # fmt: skip
    if there.pot:
        text = _("%(unit)s和同类单位合用 %(given)d 个，含这一件用 %(used)d 个") % words
        level, cure = ("good", "") if used <= given else (over, _("池子空了，请主办单位调整名额"))
        return Finding("quota_kept", _("合用名额"), figure, level, text, cure, meter=meter)
    if used > given:
        text = _("%(unit)s有 %(given)d 个名额，含这一件是 %(used)d 个，多 %(over)d 个%(waiting)s%(why)s") % words
        return Finding("quota_kept", _("名额"), figure, over, text, _("撤回一件，或请主办单位调整名额"), meter=meter)
    text = _("%(unit)s有 %(given)d 个，含这一件用 %(used)d 个，还剩 %(left)d 个%(waiting)s%(why)s") % words
    return Finding("quota_kept", _("名额"), figure, "good", text, meter=meter)


def _capped(there: Places, over: str) -> list[Finding]:
    """R2: the bound over several prizes together."""
    if there.cap is None:
        return []
    used, cap = there.cap_used + 1, there.cap
    meter = Meter(min(used, cap), max(cap, 1), cap, pips=cap <= 12)
    words = {"unit": there.unit.short, "cap": cap, "used": used, "over": used - cap}
    if used > cap:
        text = _("%(unit)s各奖项合计最多 %(cap)d 个，含这一件是 %(used)d 个，多 %(over)d 个") % words
        cure = _("撤回别的奖项的一件")
        return [Finding("cap_kept", _("各项合计"), f"{used} / {cap}", over, text, cure, meter=meter)]
    text = _("%(unit)s各奖项合计最多 %(cap)d 个，含这一件用 %(used)d 个") % words
    return [Finding("cap_kept", _("各项合计"), f"{used} / {cap}", "good", text, meter=meter)]


def _shared(there: Places, entry: Entry, move: str) -> list[Finding]:
    """What the level above passed on: a unit's own share first, then what that level kept for anybody."""
    share = there.share
    if share is None or move == "forward" or not entry.editable:
        return []
    used = share.used + 1
    words = {
        "above": there.unit.short, "unit": share.unit.short, "given": share.given, "used": used,
        "kept": max(0, share.kept - share.beyond),
    }  # fmt: skip
    figure, title = f"{used} / {share.given}", _("%(above)s分的名额") % words
    meter = Meter(min(used, share.given), max(share.given, 1), share.given, pips=share.given <= 12)
    if used <= share.given:
        text = _("%(above)s分给%(unit)s %(given)d 个，含这一件用 %(used)d 个") % words
        return [Finding("share_kept", title, figure, "good", text, meter=meter)]
    if used - share.given <= share.kept - share.beyond:
        text = _("%(above)s分给%(unit)s %(given)d 个，这是第 %(used)d 件，要用%(above)s留着的 %(kept)d 个") % words
        return [Finding("share_kept", title, figure, "short", text, meter=meter)]
    text = _("%(above)s分给%(unit)s %(given)d 个，含这一件是 %(used)d 个；%(above)s留着的还有 %(kept)d 个") % words
    cure = _("撤回一件，或请%(above)s再分一个") % words
    return [Finding("share_kept", title, figure, "stop", text, cure, meter=meter)]
