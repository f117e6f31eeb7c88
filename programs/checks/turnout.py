"""How many of those whom an edition is for a unit must put forward at least (rule R4)."""

from django.db.models import Q
from django.utils.translation import gettext as _

from portal.kit import days
from portal.registry.models import Member
from programs.models import Entry
from programs.queries import lists
from programs.rules.ages import years_before
from programs.spec import Finding, Meter, State


def enough_take_part(entry: Entry, move: str) -> list[Finding]:
    """R4: at least so many per cent of a unit's members, or of those up to an age, are among what it puts forward.

    Ages count on the last day of the edition. It warns the unit and the levels above, and stops the owner's slate.
    Two queries, none where the edition asks for nothing.
    """
    percent = entry.call.param("turnout_percent")
    if not percent or entry.member_id is None or move not in ("", "submit", "forward", "propose"):
        return []
    limit = entry.call.param("turnout_age")
    born = Q(birth_date__gt=years_before(days.local(entry.call.closes_at).date(), limit + 1)) if limit else Q()
    whom = Member.objects.filter(born, organization__in=entry.organization.subtree_ids(), active=True).count()
    if not whom:
        return []
    listed = lists.own_list(entry).exclude(state=State.DRAFT) | Entry.objects.filter(pk=entry.pk)
    here = Member.objects.filter(born, entries__in=listed.values("pk")).distinct().count()
    least = -(-whom * percent // 100)
    who = _("不超过 %(age)d 岁的会员") % {"age": limit} if limit else _("会员")
    words = {
        "unit": entry.organization.short, "who": who, "whom": whom, "percent": percent, "least": least, "here": here,
        "short": least - here, "points": percent - here * 100 / whom,
    }  # fmt: skip
    meter, figure = Meter(min(here, least), least, least, pips=least <= 12), f"{here} / {least}"
    text = _("%(unit)s有%(who)s %(whom)d 人，至少 %(percent)d%% 是 %(least)d 人，含这一件报了 %(here)d 人") % words
    if here >= least:
        return [Finding("enough_take_part", _("报名人数"), figure, "good", text, meter=meter)]
    text += _("，少 %(short)d 人，差 %(points).1f 个百分点") % words
    level = "stop" if move == "propose" else "short"
    cure = _("再报 %(short)d 人") % words
    return [Finding("enough_take_part", _("报名人数"), figure, level, text, cure, meter=meter)]
