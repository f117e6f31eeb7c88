"""The head counts that places go by: those of the edition's day, named with the figure (R2)."""

import datetime

import pytest

from portal.kit import days
from portal.registry.actions.figures import report
from portal.registry.models import Membership
from programs import checks
from tests import factories
from tests.programs.test_places import edition, quota

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(world):
    return world["officer"]


TIERS = [{"kind": "university", "band": "不满1000", "amounts": {0: "2"}},
         {"kind": "university", "band": "满1000", "amounts": {0: "3"}}]  # fmt: skip


def test_the_head_counts_are_those_of_the_editions_day(world, officer):
    """Reported 1,240 by the day and 500 since: the tier is that of 1,240, and the rule says which day that was."""
    day = days.today() - datetime.timedelta(days=60)
    report(officer, world["u"].pk, day - datetime.timedelta(days=30), 1240, 800)
    report(officer, world["u"].pk, days.today(), 500, 300)
    call = edition(officer, TIERS, as_of=day.isoformat())
    said = days.short_date(day - datetime.timedelta(days=30))
    assert quota(call, world["u"]).sentence == f"教职工 1,240 人（{said}的数），按“满 1,000 人”档 3 个"
    entry = factories.draft(world["u.chair"], call)
    finding = next(one for one in checks.findings(entry) if one.rule == "quota_kept")
    assert (finding.figure, f"1,240 人（{said}的数）" in finding.sentence) == ("1 / 3", True)
    # negative control: the same reports, and only the day differs
    assert quota(edition(officer, TIERS), world["u"]).places == 2
    assert "那天以前没报过" in quota(call, world["v"]).sentence, (
        "what was never reported by then stands as it is registered"
    )


def test_publication_fixes_the_day_and_the_next_edition_sets_its_own(world, officer):
    call = edition(officer, TIERS)
    assert call.rules["quota"]["as_of"] == days.today().isoformat()
    assert "as_of" not in factories.call(officer, publish=False, places=None).rules["quota"]


def test_members_are_those_of_the_day(world, officer):
    """Twelve members then, of whom one has left since; forty who came later are not counted."""
    for _n in range(12):
        one = factories.member(world["a1"])
    Membership.objects.filter(member=one).update(left_on=days.today(), left_by="leave")
    for _n in range(40):
        Membership.objects.filter(member=factories.member(world["a2"])).update(joined_on=days.today())
    lines = [{"kind": "district", "basis": "members", "amounts": {0: "25%"}}]
    day = days.today() - datetime.timedelta(days=1)
    row = quota(edition(officer, lines, as_of=day.isoformat()), world["a"])
    assert (row.figure, row.places) == (12, 3)
    assert f"会员 12 人（{days.short_date(day)}在会）" in row.sentence
    assert quota(edition(officer, lines), world["a"]).figure == 51
