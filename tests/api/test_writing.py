"""The write side: the same actions as the forms, so the same refusals, with their figures."""

import pytest

from portal.core import outbox
from portal.core.models import Message
from programs.actions import notices
from programs.actions.moves import make_move
from programs.models import Entry
from tests import factories
from tests.api.calls import Api
from tests.factories.files import pdf_upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(world):
    return factories.call(world["officer"])


def started(api: Api, running, person) -> dict:
    category = running.categories.first().key
    status, entry = api.post("entries/", {"call": running.pk, "category": category, "member": person.pk})
    assert status == 201, entry
    return entry


def filled(api: Api, running, person) -> dict:
    """A complete draft, made over the API alone."""
    entry = started(api, running, person)
    writable = {one.name for one in running.fields if not one.locked}
    data = {name: value for name, value in factories.answers().items() if name in writable}
    status, entry = api.ask("PATCH", f"entries/{entry['id']}/", {"version": entry["version"], "data": data})
    assert status == 200, entry
    for item in running.materials:
        if item.required:
            papers = f"entries/{entry['id']}/attachments/"
            assert api.post(papers, {"item": item.name}, files={"file": pdf_upload()})[0] == 201
    return api.get(f"entries/{entry['id']}/")[1]


def test_a_unit_starts_fills_and_hands_in(world, running):
    api = Api(world["u.chair"])
    entry = filled(api, running, factories.member(world["u"], "林一"))
    assert [move["name"] for move in entry["moves"]] == ["submit", "withdraw"]
    status, entry = api.post(f"entries/{entry['id']}/moves/", {"move": "submit", "version": entry["version"]})
    assert status == 200 and entry["state"] == "review" and entry["desk"] == world["city"].pk and entry["number"]
    officer = Api(world["officer"])
    body = {"move": "return", "version": entry["version"], "note": "职称请核对", "flags": {"position": "按聘书写"}}
    status, entry = officer.post(f"entries/{entry['id']}/moves/", body)
    assert status == 200 and entry["state"] == "returned" and entry["flags"]["fields"] == {"position": "按聘书写"}
    assert api.get(f"entries/{entry['id']}/history/")[1][0]["quote"] == "职称请核对"
    assert [one["number"] for one in api.get(f"entries/{entry['id']}/revisions/")[1]] == [1]


def test_what_the_rules_stop_comes_with_figures(world, running):
    api = Api(world["u.chair"])
    entry = started(api, running, factories.member(world["u"], "林一"))
    status, told = api.post(f"entries/{entry['id']}/moves/", {"move": "submit", "version": entry["version"]})
    assert status == 422 and {one["rule"] for one in told["findings"]} >= {"answers_complete", "materials_complete"}
    assert all(one["level"] == "stop" and one["figure"] for one in told["findings"])
    status, rules = api.get(f"entries/{entry['id']}/findings/submit/")
    assert status == 200 and any(one["level"] == "stop" for one in rules)


def test_a_stale_version_shows_both_sides(world, running):
    api = Api(world["u.chair"])
    entry = started(api, running, factories.member(world["u"], "林一"))
    address, version = f"entries/{entry['id']}/", entry["version"]
    assert api.ask("PATCH", address, {"version": version, "data": {"position": "组长"}})[0] == 200
    status, told = Api(world["u.clerk"]).ask("PATCH", address, {"version": version, "data": {"position": "主任"}})
    assert status == 409 and world["u.chair"].user.name in told["detail"]
    assert told["current"]["fields"] == {"position": {"yours": "主任", "theirs": "组长"}}
    assert Entry.objects.get(pk=entry["id"]).data["position"] == "组长"


def test_a_move_that_is_not_ones_own_is_refused_with_the_state(world, running):
    entry = factories.submitted(world["u.chair"], running)
    api = Api(world["u.chair"])
    status, told = api.post(f"entries/{entry.pk}/moves/", {"move": "forward", "version": entry.version})
    assert status == 409 and told["current"] == {"version": entry.version, "state": "review"}
    status, told = Api(world["officer"]).post(
        f"entries/{entry.pk}/moves/", {"move": "approve", "version": entry.version}
    )
    assert status == 422 and "approve" not in told["errors"]["move"][0], "a decision makes this move, not a button"


def locked(running) -> str:
    return next(one.name for one in running.fields if one.locked)


@pytest.mark.parametrize("slipped", ["state", "organization", "desk", "number", "held", "created_by"])
def test_nothing_slips_into_a_body(world, running, slipped):
    api = Api(world["u.chair"])
    entry = started(api, running, factories.member(world["u"], "林一"))
    before = Entry.objects.filter(pk=entry["id"]).values().get()
    body = {"version": entry["version"], "data": {"position": "组长"}, slipped: "approved"}
    status, told = api.ask("PATCH", f"entries/{entry['id']}/", body)
    assert status == 422 and slipped in told["errors"]
    assert Entry.objects.filter(pk=entry["id"]).values().get() == before


def test_a_locked_or_unknown_answer_is_refused_by_name(world, running):
    api = Api(world["u.chair"])
    entry = started(api, running, factories.member(world["u"], "林一"))
    for name in (locked(running), "nonsense"):
        body = {"version": entry["version"], "data": {name: "x"}}
        status, told = api.ask("PATCH", f"entries/{entry['id']}/", body)
        assert status == 422 and list(told["errors"]) == [f"data.{name}"]


def test_foreign_ids_in_a_body_are_as_unknown(world, running):
    stranger = factories.member(world["v"], "外人")
    api, category = Api(world["u.chair"]), running.categories.first().key
    for pk in (stranger.pk, 99999999):
        status, told = api.post("entries/", {"call": running.pk, "category": category, "member": pk})
        assert status == 422 and told["errors"] == {"member": ["名册里没有这个人"]}
    hidden = factories.call(world["a.officer"], publish=False)
    for pk in (hidden.pk, 99999999):
        assert api.post("entries/", {"call": pk, "category": category})[1]["errors"] == {"call": ["没有这一项"]}


def test_a_paper_is_judged_by_its_content_and_can_be_taken_off(world, running):
    api = Api(world["u.chair"])
    entry, item = started(api, running, factories.member(world["u"], "林一")), running.materials[0].name
    address = f"entries/{entry['id']}/attachments/"
    fake = pdf_upload()
    fake.file.seek(0)
    fake.file.write(b"<html>")
    fake.file.seek(0)
    status, told = api.post(address, {"item": item}, files={"file": fake})
    assert status == 422 and "file" in told["errors"]
    status, paper = api.post(address, {"item": item}, files={"file": pdf_upload()})
    assert status == 201
    answer = api.client.get(f"/api/v1/{address}{paper['id']}/", headers={"Authorization": f"Bearer {api.secret}"})
    assert answer.headers["Content-Type"] == "application/pdf" and "attachment" in answer.headers["Content-Disposition"]
    assert api.ask("DELETE", f"{address}{paper['id']}/")[0] == 204
    assert api.get(address) == (200, [])


def test_anybody_objects_and_only_supervisors_read(world, client):
    stage = factories.call(world["officer"])
    entry = factories.submitted(world["u.chair"], stage)
    make_move(entry.pk, "propose", by=world["officer"])
    notice = notices.draft_notice(world["officer"], stage, "公示", "1号", "现予公示。", {"电话": "021"})
    notices.post_notice(world["officer"], notice.pk)
    body = {"kind": "named", "text": "获奖时间不对，请核实一下。", "name": "张三", "contact": "13800000000"}
    answer = client.post(f"/api/v1/public/{notice.code}/objections/", body, "application/json")
    assert answer.status_code == 201 and answer.json()["receipt"]
    page = Api(world["supervisor"]).get("objections/")[1]
    assert page["count"] == 1 and "张三" not in str(page)
    assert Api(world["officer"]).get("objections/")[0] == 404


def test_messages_are_marked_read(world):
    api = Api(world["u.chair"])
    Message.objects.all().delete()  # that of the new token
    outbox.tell([world["u.chair"].user], "一条", key="one")
    assert api.get("messages/?view=unread")[1]["count"] == 1
    assert api.post("messages/read/", {}) == (200, {"changed": 1})
    assert api.get("messages/?view=unread")[1]["count"] == 0
