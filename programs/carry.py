"""What of the engine goes along with a unit, and what stays with it as history."""

from django.utils.translation import gettext_lazy as _

from portal.registry.carrying import Carrier
from portal.registry.merging import Merge
from programs.actions import carrying, carrying_places, merged

CARRIERS = (
    Carrier(
        "entries", _("没办完的推荐"), _("件"),
        tuple(f"programs.Entry.{name}" for name in ("organization", "desk", "returned_from", "came_from", "ranked_by")),
        carrying.look_entries, carrying.carry_entries, order=40,
    ),
    Carrier(
        "calls", _("主办的评选"), _("项"), ("programs.Call.owner",), carrying.look_calls, carrying.carry_calls, order=50
    ),
    Carrier(
        "places", _("名额"), _("项"),
        ("programs.Quota.organization", "programs.Cap.organization", "programs.Extension.organization"),
        carrying_places.look, carrying_places.carry, order=60,
    ),
)  # fmt: skip
WORK = (carrying.work,)
MERGES = (
    Merge("programs.Entry.member", _("推荐"), merged.move_entries, merged.back_entries, warns=merged.warn),
)  # fmt: skip
STAYS = ("programs.Plan.owner", "programs.BulkMove.organization")
