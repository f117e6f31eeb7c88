"""An edition from opening to publication: set up, refused with reasons, published, frozen, told exactly once."""

from dataclasses import replace

import pytest

from portal.accounts.models import Post
from portal.core import jobs
from portal.core.models import Job, Message
from portal.kit import days
from programs import catalog, tasks
from programs.models import Call, Extension
from programs.spec import Field
from tests import factories
from tests.pages.editions import opened, run_job, setup_data, url, window

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


@pytest.fixture
def officer(world):
    return world["officer"]


@pytest.fixture
def draft(officer) -> Call:
    return opened(officer)


# the whole way in the browser's requests ------------------------------------------------------------------------------


def test_open_set_up_publish_and_every_unit_hears_of_it_once(world, officer, sign_in):
    client = sign_in(officer)
    answer = client.post(url("call_new"), {"program": "women-flag", **window()})
    call = Call.objects.get()
    assert answer.url == url("edition", call.pk)
    first, second = call.categories.all()
    fill = {"q-0-who": "kind:district", f"q-0-a{first.pk}": "4", "q-1-who": "kind:university", f"q-1-a{first.pk}": "2",
            f"q-1-a{second.pk}": "1", f"n-u{world['a'].pk}-{first.pk}": 9, f"n-r{world['a'].pk}": "学校多",
            f"n-t{first.pk}": 12, "p-no_repeat_years": 3}  # fmt: skip
    answer = client.post(url("edition", call.pk), setup_data(call, **fill))
    assert answer.status_code == 302, answer.content.decode()
    call.refresh_from_db()
    quotas = dict(first.quotas.values_list("organization__name", "places"))
    assert quotas == {"甲区教育工会": 9, "乙区教育工会": 4, "测试大学工会": 2, "另一大学工会": 2}
    assert call.params["no_repeat_years"] == 3
    html = client.get(url("publish", call.pk)).content.decode()
    assert "发给 4 家" in html
    assert "9 家，10 人，站内和邮件" in html or "7 家，8 人，站内和邮件" in html
    assert client.post(url("publish", call.pk)).url == call.get_absolute_url()
    call.refresh_from_db()
    assert call.state == Call.State.PUBLISHED
    below = Post.objects.current().filter(role__in=["chair", "clerk", "officer"]).exclude(organization=world["city"])
    expected = set(below.values_list("user_id", flat=True))
    job = run_job("programs.announce")
    assert job.result == {"told": len(expected)}
    told = Message.objects.filter(key=f"call-{call.pk}-open")
    assert sorted(told.values_list("user_id", flat=True)) == sorted(expected)
    tasks.announce(jobs.JobRun(job))
    assert told.count() == len(expected), "a repeated run tells nobody twice"
    assert client.get(url("edition", call.pk)).url == call.get_absolute_url()


def test_a_run_that_died_goes_on_where_it_stopped(world, officer, monkeypatch):
    monkeypatch.setattr(tasks, "CHUNK", 2)
    call = factories.call(officer)
    job = Job.objects.get(kind="programs.announce")

    class Dies(jobs.JobRun):
        def progress(self, *args, **kwargs):
            raise jobs.Cancelled

    with pytest.raises(jobs.Cancelled):
        tasks.announce(Dies(job))
    told = Message.objects.filter(key=f"call-{call.pk}-open")
    assert told.count() == 2
    run_job("programs.announce")
    assert told.count() == told.values("user").distinct().count() == job_people(world)


def job_people(world) -> int:
    rows = Post.objects.current().filter(role__in=["chair", "clerk", "officer"]).exclude(organization=world["city"])
    return rows.values("user").distinct().count()


# refusals -------------------------------------------------------------------------------------------------------------


def test_publishing_without_places_is_refused_with_the_reason(draft, officer, sign_in):
    client = sign_in(officer)
    html = client.get(url("edition", draft.pk)).content.decode()
    assert "“上海市三八红旗手”还没有给任何单位名额" in html
    answer = client.post(url("publish", draft.pk))
    assert answer.status_code == 422
    assert "还没有给任何单位名额" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.state == Call.State.DRAFT
    assert not Job.objects.filter(kind="programs.announce").exists()


@pytest.mark.parametrize("who", ["a.officer", "u.chair", "auditor", "supervisor", "teacher", "system"])
def test_a_draft_does_not_exist_for_others(world, draft, sign_in, who):
    client = sign_in(world[who])
    pages = [url("edition", draft.pk), url("publish", draft.pk), url("remind", draft.pk),
             url("extend", draft.pk, world["u"].pk)]  # fmt: skip
    for one in pages:
        assert client.get(one).status_code == 404, one
        assert client.post(one, {}).status_code == 404, one
    if who != "auditor":
        assert client.get(url("call", draft.pk)).status_code == 404
        assert draft.title not in client.get(url("calls")).content.decode()
    draft.refresh_from_db()
    assert draft.state == Call.State.DRAFT


def test_a_foreign_officer_manages_nothing_of_a_published_call(world, officer, sign_in):
    call = factories.call(officer)
    client = sign_in(world["a.officer"])
    assert client.get(url("call", call.pk)).status_code == 200, "a unit's view of it"
    pages = [url(name, call.pk) for name in ("edition", "publish", "remind")]
    for one in [*pages, url("extend", call.pk, world["a1"].pk)]:
        assert client.get(one).status_code == 404
        assert client.post(one, {"closes_at": "2031-01-01T09:00", "reason": "x"}).status_code == 404
    assert not Extension.objects.exists()


def test_nothing_typed_is_lost_on_an_error(world, draft, officer, sign_in):
    first, _second = draft.categories.all()
    box = f"n-u{world['a'].pk}-{first.pk}"
    bad = setup_data(draft, **{"p-no_repeat_years": 99, box: "很多", "intro": "依据沪教工〔2031〕1号"})
    answer = sign_in(officer).post(url("edition", draft.pk), bad)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "有 2 处要改，填的都还在" in html
    assert 'value="很多"' in html
    assert 'value="99"' in html
    assert "沪教工〔2031〕1号" in html
    draft.refresh_from_db()
    assert (draft.intro, draft.version) == ("", 1)


def test_an_undefined_boundary_keeps_what_was_typed_and_is_named(draft, officer, sign_in):
    first = draft.categories.first()
    lines = {f"q-{n}-who": "kind:university" for n in (0, 1)} | {f"q-{n}-a{first.pk}": "1" for n in (0, 1)}
    bad = setup_data(draft, **lines, **{"q-0-band": "1000以下", "q-1-band": "1000以上"})
    answer = sign_in(officer).post(url("edition", draft.pk), bad)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "“1,000 人以下”没说含不含 1,000" in html
    assert 'value="1000以上"' in html
    draft.refresh_from_db()
    assert draft.rules == {}


def test_tiers_a_ratio_and_an_exception_are_set_up_in_the_browser(world, draft, officer, sign_in):
    first = draft.categories.first()
    lines = {f"q-{n}-who": "kind:university" for n in (0, 1)} | {"q-0-band": "不满1000", "q-1-band": "满1000"}
    lines |= {f"q-0-a{first.pk}": "1", f"q-1-a{first.pk}": "2", "q-surplus": "120%"}
    ratio = {"r-0-name": "女职工", "r-0-sign": "ge", "r-0-percent": "40%", "r-0-who_fact": "sex", "r-0-who": "女"}
    client = sign_in(officer)
    answer = client.post(url("edition", draft.pk), setup_data(draft, **lines, **ratio))
    assert answer.status_code == 302, answer.content.decode()
    html = client.get(url("edition", draft.pk)).content.decode()
    said = f"教职工 900 人（{days.short_date(days.today())}的数），按“不满 1,000 人”档 1 个；差额 120%，可报 2 个"
    assert said in html
    assert "女职工 ≥ 40%" in html
    draft.refresh_from_db()
    data = setup_data(draft, **lines, **ratio) | {f"n-u{world['u'].pk}-{first.pk}": 5}
    answer = client.post(url("edition", draft.pk), data)
    assert "按规则是 2 个，单独定成 5 个，写明理由" in answer.content.decode()
    data[f"n-r{world['u'].pk}"] = "承办竞赛"
    assert client.post(url("edition", draft.pk), data).status_code == 302


def test_a_stale_page_does_not_overwrite(draft, officer, sign_in):
    client, stale = sign_in(officer), setup_data(draft, title="旧页上的名称")
    assert client.post(url("edition", draft.pk), setup_data(draft, title="新名称")).status_code == 302
    answer = client.post(url("edition", draft.pk), stale)
    assert answer.status_code == 422
    assert "旧页上的名称" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.title == "新名称"


def test_a_second_edition_starts_from_the_first_and_shows_what_differs(world, officer, sign_in):
    old = factories.call(officer, places=3, no_repeat_years=2)
    new = opened(officer)
    client = sign_in(officer)
    html = client.get(url("edition", new.pk)).content.decode()
    assert f"照 {old.title} 复制。" in html
    first = new.categories.first()
    units = [world[key].pk for key in ("a", "b", "u")]
    table = {f"n-u{unit}-{one.pk}": 3 for unit in units for one in new.categories.all()}
    table |= {f"n-u{world['v'].pk}-{first.pk}": 1, f"n-t{first.pk}": 10, "p-no_repeat_years": 5}
    assert client.post(url("edition", new.pk), setup_data(new, **table)).status_code == 302
    html = client.get(url("edition", new.pk)).content.decode()
    assert "<del>2 年</del> <ins>5 年</ins>" in html
    assert "比上一届少的 1 家：另一大学 −5" in html


# frozen ---------------------------------------------------------------------------------------------------------------


def test_the_frozen_form_does_not_follow_the_program(world, officer, sign_in, monkeypatch):
    call = factories.call(officer)
    asked = [one.name for one in call.fields]
    program = catalog.program("women-flag")
    fields = (*program.fields[:-1], Field("new_question", "新问题"))
    changed = replace(program, fields=fields, materials=program.materials[:1])
    monkeypatch.setitem(catalog.programs(), "women-flag", changed)
    call = Call.objects.get(pk=call.pk)
    assert [one.name for one in call.fields] == asked
    assert "story" in asked
    assert len(call.materials) == len(program.materials)
    later = opened(officer)
    assert [one.name for one in later.fields][-1] == "new_question"
    html = sign_in(world["u.chair"]).get(url("call", call.pk)).content.decode()
    assert program.materials[-1].label in html
