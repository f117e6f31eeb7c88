"""One person, one entry (rule R8): over prizes and units of an edition, and over editions that share a word."""

from django.utils.translation import gettext as _

from programs.checks.outcome import SETTLING
from programs.models import Entry
from programs.queries import entries
from programs.spec import CONTENT_MOVES, Finding, State


def one_entry(entry: Entry, move: str) -> list[Finding]:
    """R8: one person is recommended once, over all prizes and units; prizes that the edition excepts do not count.
    A unit stands once for itself in each prize.

    Asked once more when an entry is settled: two people may have been found to be one on the way. Another unit's draft
    only warns: it takes nothing yet. Two handed in at once are told apart by a constraint.
    """
    if move not in (*CONTENT_MOVES, *SETTLING) or not entries.claim_of(entry):
        return []
    word = entry.call.param("one_entry_with")
    title = _("一人在“%(word)s”各届里只报一项") % {"word": word} if word else _("一人一届只报一项")
    if entry.call.program.subject == "organization":
        title = _("一个单位一项只报一件")
    found = sorted(entries.rivals(entry), key=lambda one: one.state == State.DRAFT)
    if not found:
        return [Finding("one_entry", title, _("没有重复"))]
    other = found[0]
    where = "" if other.call_id == entry.call_id else _("%(title)s的") % {"title": other.call.title}
    words = {
        "unit": other.organization.name, "category": f"{where}{other.category.name}",
        "state": other.get_state_display(),
    }  # fmt: skip
    if other.state == State.DRAFT:
        text = _("%(unit)s也在填“%(category)s”，还没交；先交的算") % words
        return [Finding("one_entry", title, _("有人在填"), "near", text)]
    text = _("%(unit)s已报“%(category)s”（%(state)s）") % words
    return [Finding("one_entry", title, _("重复"), "stop", text, _("先撤回那一件"))]
