"""上报 from the slate and after our own decision, and outcomes that come back in as a sheet (R13)."""

import datetime
import json

import pytest
from django.urls import reverse

from awards.honours.actions import revoke
from awards.honours.models import Honour
from portal.core.models import Record
from portal.kit import days
from portal.kit.refusal import Refused
from programs.actions import decisions, notices
from programs.actions.calls import publish_call
from programs.actions.moves import make_move
from programs.actions.passings import pass_up, record_outcome
from programs.actions.ratios import set_ratios
from programs.models import Call, Entry, PassingLine
from tests import factories
from tests.registry.rosters import commit, send, workbook

#: The worker's jobs need commits of their own.
jobs = pytest.mark.django_db(transaction=True)
pytestmark = pytest.mark.django_db

BODY, LETTER = "上海市妇女联合会", "沪教工〔2026〕31号"


@pytest.fixture
def officer(world):
    return world["officer"]


def slate(world, units=("u.chair", "v.chair"), ratios=(), **params) -> Call:
    """An edition with entries on its slate."""
    call = factories.call(world["officer"], publish=False, **params)
    set_ratios(world["officer"], call.pk, ratios)
    publish_call(world["officer"], call.pk)
    call.refresh_from_db()
    for who in units:
        make_move(factories.submitted(world[who], call).pk, "propose", by=world["officer"])
    return call


def decided(world) -> Call:
    """The same, approved by a decision of ours, for the second prize of two."""
    with days.at(days.now() - datetime.timedelta(days=30)):
        call = slate(world)
        notice = notices.draft_notice(world["officer"], call, "公示", "示〔1〕号", "现予公示。", {"电话": "021"})
        notices.post_notice(world["officer"], notice.pk)
    notices.end_notice(notice.pk)
    draft = decisions.draft_decision(world["officer"], call, "沪教工〔2026〕9号", "决定", "现予表彰。")
    decisions.sign_decision(world["leader"], draft.pk, draft.version)
    return call


def others(call: Call):
    first = call.entries.first().category
    return first, call.categories.exclude(pk=first.pk).first()


# ── from the slate ──
def test_a_slate_goes_on_as_it_is_only_where_the_edition_leaves_the_notice_to_the_outside_body(world, officer):
    asked = slate(world)
    category = asked.entries.first().category
    with pytest.raises(Refused, match="没有公示期满"):
        pass_up(officer, category, BODY, LETTER, days.today())
    entry = asked.entries.first()
    with pytest.raises(Refused, match="先公示，期满再定"):
        make_move(entry.pk, "pass-up", by=officer, through="passing")
    # negative control: the same slate, and only the figure of the edition differs
    Call.objects.filter(pk=asked.pk).update(params={**asked.params, "pass_up_from": "slate"})
    done = pass_up(officer, category, BODY, LETTER, days.today())
    assert done.lines.count() == 2
    assert set(asked.entries.values_list("state", flat=True)) == {"passed-up"}


def test_a_slate_that_breaks_a_ratio_does_not_leave(world, officer):
    men = {"name": "男职工", "floor": True, "percent": "50%", "who_fact": "sex", "who": "男"}
    call = slate(world, ratios=[men], pass_up_from="slate")
    category = call.entries.first().category
    with pytest.raises(Refused, match="男职工"):
        pass_up(officer, category, BODY, LETTER, days.today())
    Call.objects.filter(pk=call.pk).update(rules={**call.rules, "ratios": []})
    assert pass_up(officer, category, BODY, LETTER, days.today()).lines.count() == 2


def test_the_slate_counts_what_was_handed_on(world, officer, sign_in, settings):
    settings.STAFF_SECOND_FACTOR = "optional"
    call = slate(world, pass_up_from="slate")
    pass_up(officer, call.entries.first().category, BODY, LETTER, days.today())
    page = sign_in(officer).get(reverse("programs:slate", args=[call.pk])).content.decode()
    assert "2 件已经公示、上报或通过" in page


# ── after our own decision ──
def test_what_we_decided_goes_on_for_another_prize_and_stands_whatever_the_answer(world, officer, sign_in, settings):
    settings.STAFF_SECOND_FACTOR = "optional"
    call = decided(world)
    own, other = others(call)
    client = sign_in(officer)
    assert "上报到外单位" in client.get(call.get_absolute_url()).content.decode()
    form = {"going": f"{own.pk}+", "body": BODY, "number": LETTER, "sent_on": days.today()}
    url = reverse("programs:passing_new", args=[call.pk])
    assert "另行上报要选报请授予什么" in client.post(url, form).content.decode()
    answer = client.post(url, {**form, "sought": other.pk})
    assert answer.status_code == 302
    assert f"另行报请授予{other.name}" in client.get(answer.url).content.decode()
    lines = list(PassingLine.objects.order_by("pk"))
    record_outcome(officer, lines[0].passing_id, [lines[0].pk], "granted", days.today(), "沪妇〔2026〕8号")
    record_outcome(officer, lines[0].passing_id, [lines[1].pk], "declined", days.today(), "沪妇〔2026〕8号")
    assert set(call.entries.values_list("state", flat=True)) == {"approved"}, "our decision stands"
    besides = Honour.objects.get(document="沪妇〔2026〕8号")
    assert (besides.title, besides.entry, besides.member) == (other.name, None, lines[0].entry.member)
    assert Honour.objects.filter(entry__call=call, title=own.name).count() == 2
    revoke(world["leader"], besides.pk, "沪妇〔2027〕1号", "上级撤销")
    assert Entry.objects.get(pk=lines[0].entry_id).state == "approved", "theirs is revoked, ours is not"


def test_what_we_decided_goes_on_once_and_never_for_its_own_prize(world, officer):
    call = decided(world)
    own, other = others(call)
    with pytest.raises(Refused, match="我们已经定了"):
        pass_up(officer, own, BODY, LETTER, days.today(), sought=own)
    pass_up(officer, own, BODY, LETTER, days.today(), sought=other)
    with pytest.raises(Refused, match="没有已经通过、还没上报过的"):
        pass_up(officer, own, BODY, "另一号", days.today(), sought=other)


# ── the answers as a sheet ──
def row(**values: str) -> dict[str, str]:
    return {"outcome": "批准", "outcome_on": str(days.today()), "document": "沪妇〔2026〕8号", **values}


def sheet(rows) -> bytes:
    return workbook(rows, "outcomes", "批复")


@pytest.fixture
def letter(world, officer):
    call = slate(world, units=("u.chair", "v.chair", "u.chair"), pass_up_from="slate")
    return pass_up(officer, call.entries.first().category, BODY, LETTER, days.today())


@jobs
def test_the_answers_come_in_by_number_or_by_name_and_unit(world, officer, letter):
    first, second, third = (line.entry for line in letter.lines.select_related("entry__organization"))
    rows = [
        row(number=first.number, name=first.subject), row(name=second.subject, unit=second.organization.name),
        row(letter=LETTER, name=third.subject, outcome="落选"),
    ]  # fmt: skip
    batch = send(officer, sheet(rows), what="outcomes")
    assert (batch.summary["changed"], batch.summary["wrong"]) == (3, 0)
    assert set(Entry.objects.values_list("state", flat=True)) == {"passed-up"}, "a preview writes nothing"
    batch = commit(officer, batch)
    assert (batch.state, batch.summary["written"]) == ("committed", 3)
    states = [Entry.objects.get(pk=one.pk).state for one in (first, second, third)]
    assert states == ["approved", "approved", "refused"]
    assert set(Honour.objects.values_list("document", flat=True)) == {"沪妇〔2026〕8号"}
    assert Record.objects.filter(act="passing.outcome").count() == 2, "one for each answer of the letter"
    again = send(officer, sheet(rows), what="outcomes")
    assert (again.summary["same"], again.summary["wrong"]) == (3, 0)


@jobs
def test_what_is_wrong_is_told_at_its_cell(world, officer, letter):
    first, second, third = (line.entry for line in letter.lines.select_related("entry"))
    record_outcome(officer, letter.pk, [third.passing_line.pk], "declined", days.today(), "沪妇〔2026〕7号")
    yesterday = str(days.today() - datetime.timedelta(days=1))
    rows = [
        row(), row(name="没有这个人"), row(number=first.number, name="别人"), row(number=first.number, outcome="待定"),
        row(number=first.number, outcome_on=yesterday), row(number=third.number), row(number=second.number),
        row(number=second.number, name=second.subject), row(letter="别的号", number=first.number),
    ]  # fmt: skip
    batch = send(officer, sheet(rows), what="outcomes")
    told = {}
    for one in batch.rows.filter(verdict="wrong"):
        told |= {cell: reason for cell, _value, reason, *_more in json.loads(one.payload)["problems"]}
    assert set(told) == {"C2", "C3", "C4", "E5", "F6", "E7", "C9", "B10"}
    assert "沪妇〔2026〕7号" in told["E7"]
    assert "上报以后" in told["F6"]
    assert batch.summary["changed"] == 1


@jobs
def test_two_of_one_name_need_their_number(world, officer, letter):
    first, second, _third = (line.entry for line in letter.lines.select_related("entry"))
    Entry.objects.filter(pk=second.pk).update(subject=first.subject)
    batch = send(officer, sheet([row(name=first.subject)]), what="outcomes")
    assert "有 2 件都对得上" in batch.rows.get().payload
    assert send(officer, sheet([row(number=first.number)]), what="outcomes").summary["changed"] == 1


@jobs
def test_an_answer_recorded_meanwhile_keeps_the_whole_sheet_out(world, officer, letter):
    lines = list(letter.lines.select_related("entry"))
    batch = send(officer, sheet([row(number=one.entry.number) for one in lines]), what="outcomes")
    record_outcome(officer, letter.pk, [lines[0].pk], "declined", days.today(), "沪妇〔2026〕7号")
    batch = commit(officer, batch)
    assert batch.state == "checked"
    assert PassingLine.objects.exclude(outcome="").count() == 1, "all or nothing"


@jobs
def test_only_who_sent_the_letter_reads_its_answers_in_and_nobody_takes_them_back(
    world, officer, letter, sign_in, settings
):
    settings.STAFF_SECOND_FACTOR = "optional"
    number = letter.lines.first().entry.number
    strange = send(world["a.officer"], sheet([row(number=number)]), what="outcomes")
    assert strange.summary["wrong"] == 1
    batch = commit(officer, send(officer, sheet([row(number=number)]), what="outcomes"))
    client = sign_in(officer)
    page = client.get(reverse("registry:import", args=[batch.pk])).content.decode()
    assert "撤回" not in page
    assert client.get(reverse("registry:import_undo", args=[batch.pk])).status_code == 404
