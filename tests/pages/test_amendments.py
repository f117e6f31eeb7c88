"""Amending a published edition: two people, a new version, what is told, and what stays as it was."""

import datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.core import jobs
from portal.core.models import Job, Message
from portal.kit import days
from portal.kit.refusal import Refused
from programs import tasks
from programs.actions import amendments
from programs.actions.drafts import save_draft
from programs.actions.moves import make_move
from programs.models import Amendment, Call, CallVersion, Entry, Quota
from programs.queries import versions
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


@pytest.fixture
def call(world):
    return factories.call(world["officer"])


def url(name: str, *args) -> str:
    return reverse(f"programs:{name}", args=args)


def text(response) -> str:
    return response.content.decode()


def posted(client, call: Call, **changed) -> dict:
    """The page's form as it stands, with some boxes changed."""
    page = client.get(url("amendment_new", call.pk))
    data = {}
    for form in (page.context["form"], page.context["places"]):
        for bound in form:
            value = bound.value()
            if value is not None and value is not False and value != "":
                data[bound.html_name] = (
                    value.strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime.datetime) else value
                )
    return data | changed


def with_field(call: Call, **changes) -> dict:
    """The form with one question changed: ``story={"limit": 100}``, None drops it."""
    fields = [{**one, **(changes.get(one["name"]) or {})} for one in call.form["fields"]]
    kept = [one for one in fields if changes.get(one["name"], {}) is not None]
    return {"form": {**call.form, "fields": kept}}


def amended(world, call: Call, change: dict, reason: str = "补充通知") -> Amendment:
    made = amendments.draft_amendment(world["officer"], call.pk, change, reason)
    return amendments.confirm_amendment(world["leader"], made.pk)


# ── two people ──
def test_drafted_by_one_confirmed_by_another_and_told_once(world, call, sign_in):
    entry = factories.submitted(world["u.chair"], call, person=world["teacher"].user.member)
    client = sign_in(world["officer"])
    later = days.local(call.closes_at + datetime.timedelta(days=7)).strftime("%Y-%m-%dT%H:%M")
    sent = posted(
        client, call, closes_at=later, reason="各区反映时间紧", **{"p-no_repeat_years": 3, "b-story-limit": 1800}
    )
    answer = client.post(url("amendment_new", call.pk), sent)
    assert answer.status_code == 302, [answer.context[key].errors for key in ("form", "places")]
    draft = Amendment.objects.get()
    assert sorted(draft.change) == ["closes_at", "form", "params"]
    page = text(client.get(answer.url))
    assert "改 3 处" in page and "起草和确认要两个人" in page
    before = call.closes_at
    assert "要两个人" in text(client.post(url("amendment_confirm", draft.pk), follow=True))
    call.refresh_from_db()
    assert call.closes_at == before, "a draft changes nothing"
    leader = sign_in(world["leader"])
    assert "确认这 3 处" in text(leader.get(url("amendment_confirm", draft.pk)))
    leader.post(url("amendment_confirm", draft.pk))
    leader.post(url("amendment_confirm", draft.pk))
    call.refresh_from_db()
    assert call.closes_at > before and call.params["no_repeat_years"] == 3 and call.amended == 1
    assert next(one for one in call.fields if one.name == "story").limit == 1800
    assert list(call.versions.values_list("number", flat=True)) == [2, 1]
    assert call.versions.get(number=1).content["params"]["no_repeat_years"] == 2
    job = Job.objects.get(kind="programs.tell_amendment")
    assert jobs.run(job.pk)
    tasks.tell_amendment(jobs.JobRun(job))
    told = Message.objects.filter(key=f"call-{call.pk}-v2")
    people = set(told.values_list("user__name", flat=True))
    assert {world["a1.chair"].user.name, world["u.chair"].user.name, "教师"} <= people
    assert told.count() == len(people), "once each, though the job ran twice"
    assert "各区反映时间紧" in told[0].body and "1,500" in told[0].body
    unit = text(sign_in(world["a1.chair"]).get(url("call", call.pk)))
    assert "第 2 版" in unit
    assert entry.revisions.get().call_version.number == 1


def test_two_accounts_of_one_person_are_one_person(world, call):
    person = factories.member(world["city"], "沈某")
    officer = factories.post("officer", world["city"], factories.user("沈某", person))
    made = amendments.draft_amendment(officer, call.pk, {"intro": "新的说明"}, "补说明")
    other = factories.post("leader", world["city"], officer.user)
    with pytest.raises(Refused, match="两个人"):
        amendments.confirm_amendment(other, made.pk)
    with pytest.raises(Refused, match="不归你们"):
        amendments.confirm_amendment(world["a.officer"], made.pk)
    amendments.confirm_amendment(factories.post("officer", world["city"]), made.pk)


def test_the_database_holds_two_people_and_never_changes_a_version(world, call):
    made = amendments.draft_amendment(world["officer"], call.pk, {"intro": "新的说明"}, "补说明")
    row = Amendment.objects.filter(pk=made.pk)
    version = CallVersion.objects.get(call=call, number=1)
    with pytest.raises(IntegrityError, match="amendment_two_users"), transaction.atomic():
        row.update(confirmed_by=F("drafted_by"))
    with pytest.raises(IntegrityError, match="amendment_two_persons"), transaction.atomic():
        row.update(confirmed_person=F("drafted_person"))
    with pytest.raises(IntegrityError, match="amendment_confirmed"), transaction.atomic():
        row.update(state="confirmed")
    with pytest.raises(IntegrityError, match="amendment_one_draft"), transaction.atomic():
        Amendment.objects.create(
            call=call, base=1, reason="又", change={}, drafted_by=world["officer"].user, drafted_person="x",
            drafted_at=days.now(),
        )  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        CallVersion.objects.filter(pk=version.pk).update(content={})
    row.update(confirmed_by=world["leader"].user, confirmed_person="another")  # the control: another person goes in


def test_a_draft_upon_an_older_version_is_refused_and_one_waits_at_a_time(world, call, sign_in):
    made = amendments.draft_amendment(world["officer"], call.pk, {"intro": "甲"}, "甲")
    with pytest.raises(Refused, match="等确认"):
        amendments.draft_amendment(world["officer"], call.pk, {"intro": "乙"}, "乙")
    Amendment.objects.filter(pk=made.pk).update(base=9)
    with pytest.raises(Refused, match="重新起草"):
        amendments.confirm_amendment(world["leader"], made.pk)
    sign_in(world["officer"]).post(url("amendment_drop", made.pk))
    made.refresh_from_db()
    assert made.state == "dropped"
    amended(world, call, {"intro": "乙"})


@pytest.mark.parametrize(
    ("change", "said"),
    [({}, "没有要改的"), ({"params": {"notice_days": 0}}, "不能少于 1"), ({"title": "改名"}, "不认识"),
     ({"closes_at": "2020-01-01T00:00:00+08:00"}, "晚于")],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(world, call, change, said):
    with pytest.raises(Refused, match=said):
        amendments.draft_amendment(world["officer"], call.pk, change, "改")


def test_what_the_roster_fills_and_the_signed_form_stay(world, call):
    with pytest.raises(Refused, match="不能去掉"):
        amendments.draft_amendment(world["officer"], call.pk, with_field(call, sex=None), "改")
    papers = [one for one in call.form["materials"] if one["name"] != "form"]
    with pytest.raises(Refused, match="不能去掉"):
        amendments.draft_amendment(world["officer"], call.pk, {"form": {**call.form, "materials": papers}}, "改")


# ── entries under way ──
def test_running_entries_keep_what_they_were_handed_in_under(world, call, sign_in):
    running = factories.submitted(world["a1.chair"], call)
    writing = factories.draft(world["u.chair"], call)
    asked = {"name": "added1_1", "label": "带教人数", "kind": "int", "section": "主要事迹", "required": True,
             "minimum": 0, "maximum": 99}  # fmt: skip
    form = with_field(call, story={"limit": 20}, honours=None)["form"]
    amended(world, call, {"form": {**form, "fields": [*form["fields"], asked]}})
    running = make_move(running.pk, "forward", by=world["a.officer"])
    make_move(running.pk, "propose", by=world["officer"])
    page = text(sign_in(world["officer"]).get(running.get_absolute_url()))
    assert "已获荣誉" in page and "2022年校级先进" in page, "what was answered stays to be read"
    assert "带教人数" not in page
    with pytest.raises(Refused, match="带教人数（没填）"):
        make_move(writing.pk, "submit", by=world["u.chair"])
    make_move(running.pk, "unlist", by=world["officer"])
    running = make_move(running.pk, "return", by=world["officer"], note="补填")
    with pytest.raises(Refused, match="最多 20 字"):
        make_move(running.pk, "submit", by=world["a1.chair"])
    writing = Entry.objects.get(pk=writing.pk)
    assert writing.data["honours"], "a question that went keeps its answer"
    save_draft(world["u.chair"], writing.pk, {"story": "短", "added1_1": "3"}, writing.version)


def test_what_would_no_longer_fit_is_counted(world, call, sign_in):
    factories.submitted(world["u.chair"], call)
    factories.submitted(world["v.chair"], call)
    factories.draft(world["a1.chair"], call)
    officer = world["officer"]
    sooner = (call.closes_at - datetime.timedelta(days=5)).isoformat()
    quotas = {"city-person": {str(world["u"].pk): 0}}
    form = with_field(call, story={"limit": 20}, honours=None, title={"required": True})
    change = {**form, "closes_at": sooner, "quotas": quotas}
    content = versions.stands(call)
    found = dict(versions.breaks(call, content, change))
    assert found == {
        "“已获荣誉”去掉了，交上来的已经填了": 2, "“主要事迹”最多 20 字，交上来的超了": 2,
        "“职称”要补填，还能改的这些交时会问": 1,
        next(text for text in found if text.startswith("截止提前")): 1, "名额少了的单位和奖项": 1,
    }  # fmt: skip
    made = amendments.draft_amendment(officer, call.pk, change, "改")
    page = text(sign_in(world["leader"]).get(made.get_absolute_url()))
    assert "会碰到" in page and "交上来的超了" in page


def test_places_change_only_through_two_people(world, call):
    other = Quota.objects.get(category__key="system-person", organization=world["v"])
    amended(world, call, {"totals": {"city-person": 15}, "quotas": {"city-person": {str(world["u"].pk): 7}}})
    assert call.categories.get(key="city-person").places == 15
    assert Quota.objects.get(category__key="city-person", organization=world["u"], category__call=call).places == 7
    other.refresh_from_db()
    assert other.places == 3
    lines = versions.differences(call, call.versions.get(number=1).content, Amendment.objects.get().change)
    assert [(line.label, line.old, line.new) for line in lines] == [
        ("上海市三八红旗手，全市取", "10", "15"), ("测试大学工会，上海市三八红旗手的名额", "3", "7"),
    ]  # fmt: skip


def test_a_later_end_for_all_lets_lapsed_drafts_go_on(world, call):
    entry = factories.draft(world["u.chair"], call)
    with days.at(call.closes_at + datetime.timedelta(hours=1)):
        tasks.lapse_late()
        amended(world, call, {"closes_at": (call.closes_at + datetime.timedelta(days=3)).isoformat()})
        assert jobs.run(Job.objects.get(kind="programs.tell_amendment").pk)
    entry.refresh_from_db()
    assert entry.state == "draft"


def test_pages_cost_the_same_for_one_change_and_many(world, call, sign_in):
    client, costs = sign_in(world["leader"]), []
    for change in ({"intro": "一"}, {"intro": "二", "params": {"notice_days": 7, "service_years": 3}}):
        made = amendments.draft_amendment(world["officer"], call.pk, change, "改")
        with CaptureQueriesContext(connection) as asked:
            client.get(made.get_absolute_url())
        costs.append(len(asked))
        amendments.drop_amendment(world["officer"], made.pk)
    assert costs[0] == costs[1]
