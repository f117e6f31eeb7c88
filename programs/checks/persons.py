"""Who may be recommended (rules R6, R8, R10)."""

from django.utils.translation import gettext as _

from programs.models import Entry
from programs.queries import entries
from programs.spec import CONTENT_MOVES, Finding


def one_entry(entry: Entry, move: str) -> list[Finding]:
    """R8: one person is recommended once per edition, over all categories and units."""
    if move not in CONTENT_MOVES or entry.member_id is None or entry.call.program.subject != "member":
        return []
    other = entries.rivals(entry).select_related("category", "organization").first()
    if other is None:
        return [Finding("one_entry", _("一人一届只报一项"), _("没有重复"))]
    text = _("%(unit)s已报“%(category)s”（%(state)s）") % {
        "unit": other.organization.name, "category": other.category.name, "state": other.get_state_display(),
    }  # fmt: skip
    return [Finding("one_entry", _("一人一届只报一项"), _("重复"), "stop", text, _("先撤回那一件"))]
