"""Every award of the catalogue lived through: edition, nomination, slate, notice, decision, register."""

import datetime

import pytest

from awards.honours import actions as honour_actions
from awards.honours.models import Honour
from portal.core.actor import Actor
from portal.kit import days
from portal.registry.models import Organization
from programs.actions import decisions, notices
from programs.actions.moves import make_move
from programs.catalog import programs
from programs.models import Call, Entry
from programs.spec import Program, State
from tests import factories

pytestmark = pytest.mark.django_db
EVERY = sorted(programs().values(), key=lambda one: one.key)


@pytest.fixture
def unit(world) -> Organization:
    """A union in its term whose honours and people fit every award."""
    made = world["u"]
    made.term_until = days.today() + datetime.timedelta(days=700)
    made.save(update_fields=["term_until"])
    return made


def opened(by: Actor, program: Program) -> Call:
    loose = {"members_percent": 0} if any(one.name == "members_percent" for one in program.params) else {}
    return factories.call(by, program.key, **loose)


def honoured(world, unit: Organization):
    """A woman who may be put forward for anything, and may lead a studio."""
    person = factories.member(unit, "丁一")
    honour_actions.register_legacy(
        world["officer"], title="上海市劳动模范", family="劳动模范", level="city", year=2015,
        awarded_on=datetime.date(2015, 4, 28), member=person, organization=unit, name="丁一", unit=unit.name,
    )  # fmt: skip
    return person


@pytest.mark.parametrize("program", EVERY, ids=lambda one: one.key)
def test_it_goes_from_an_edition_to_the_register(world, unit, program):
    call = opened(world["officer"], program)
    entry = factories.submitted(world["u.chair"], call, person=honoured(world, unit))
    assert entry.state == State.REVIEW and entry.desk == world["city"]
    assert entry.number.startswith(f"{program.number_prefix}〔")
    named = {"member": "丁一", "organization": unit.name}.get(program.subject)
    assert entry.subject == named or (named is None and entry.subject.startswith("教研组"))
    assert (entry.member is None) == (not program.called.head)
    make_move(entry.pk, "propose", by=world["officer"])
    draft = notices.draft_notice(world["officer"], call, "公示", "沪教工示〔2026〕1号", "现予公示。", {"电话": "021"})
    notice = notices.post_notice(world["officer"], draft.pk)
    with days.at(days.now() + datetime.timedelta(days=20)):
        notices.end_notice(notice.pk)
        decision = decisions.draft_decision(world["officer"], call, "沪教工〔2026〕1号", "表彰决定", "决定表彰。")
        decisions.sign_decision(world["leader"], decision.pk, decision.version)
    entry = Entry.objects.get(pk=entry.pk)
    assert entry.state == State.APPROVED
    honour = Honour.objects.get(entry=entry)
    assert (honour.family, honour.title, honour.name) == (program.series, entry.category.name, entry.subject)
    assert honour.collective == (program.subject != "member")


UNITS = [one for one in EVERY if one.subject == "organization"]


@pytest.mark.parametrize("program", UNITS, ids=lambda one: one.key)
def test_a_unit_stands_once_in_each_prize(world, unit, program):
    call = opened(world["officer"], program)
    factories.submitted(world["u.chair"], call)
    second = factories.draft(world["u.chair"], call)
    with pytest.raises(Exception, match="一个单位一项只报一件"):
        make_move(second.pk, "submit", by=world["u.chair"])
    other = list(call.categories.all())[1:]
    if other:
        free = factories.submitted(world["u.chair"], call, category=other[0])
        assert free.state == State.REVIEW, "another prize is another matter"
