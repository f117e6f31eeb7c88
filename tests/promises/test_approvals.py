"""P-PI5 and P-EXP2: a list with personal data leaves by two people, marked, once, within a day, and for the record.

Every list of the portal is asked for as a sheet, with and without its personal columns. Negative control: with the
columns no longer called personal the same list leaves at once.
"""

import datetime
import io
import threading
from dataclasses import replace

import openpyxl
import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from portal.accounts.models import Post
from portal.core import files, jobs
from portal.core.actor import Actor
from portal.core.models import Message, Record
from portal.kit import days
from portal.kit.gather import gather
from portal.kit.personal import Level, level_of
from portal.kit.refusal import Refused
from portal.privacy.actions import exports as actions
from portal.privacy.models import ExportRequest
from portal.registry import tables
from portal.registry.models import Member
from tests import factories

pytestmark = pytest.mark.django_db
MEMBERS = "/members/?export=xlsx&view=all"
WHY = "报市总 2026 年女职工统计"


def asked(client, why: str = WHY, url: str = MEMBERS):
    """Go through the dialog as a browser does."""
    page = client.get(url)
    assert page["Content-Type"].startswith("text/html"), "no sheet came"
    token = page.context["token"]
    return client.post(reverse("privacy:export_ask"), {"what": token, "purpose": why})


def approved(world, asker: str = "u.clerk", decider: str = "u.chair") -> ExportRequest:
    """Asked by a clerk with the page, said yes to, and made."""
    members = Member.objects.visible_to(world[asker]).count()
    made = actions.ask(
        world[asker], "members", "member", "会员名册", ["name", "unit", "birth", "phone"], members, "?view=all", WHY
    )
    actions.decide(world[decider], made.pk, True)
    made.refresh_from_db()
    jobs.run(made.job_id)
    made.refresh_from_db()
    return made


# ── a second person ──
@pytest.mark.promise("P-PI5")
def test_no_list_with_personal_columns_leaves_by_one_person(world, sign_in, figure):
    for i in range(3):
        factories.member(world["u"], f"会员{i}", phone=f"1395566000{i}")
    answer = sign_in(world["u.clerk"]).get(MEMBERS)
    assert answer.status_code == 200 and "要另一个人批" in answer.content.decode()
    assert not Record.objects.filter(act="list.export").exists()
    request = asked(sign_in(world["u.clerk"]))
    made = ExportRequest.objects.get()
    assert request.status_code == 302 and made.state == "asked" and made.purpose == WHY
    assert Message.objects.filter(user=world["u.chair"].user, subject__contains="等你批").count() == 1
    for other in ("u.clerk", "v.chair", "a.officer", "auditor", "log"):
        with pytest.raises(Refused):
            actions.decide(world[other], made.pk, True)
        answer = sign_in(world[other]).post(reverse("privacy:export_approve", args=[made.pk]))
        assert answer.status_code == 404, other
    figure("lists with personal columns that left by one person", 0, wanted="0")
    assert sign_in(world["u.chair"]).post(reverse("privacy:export_approve", args=[made.pk])).status_code == 302
    made.refresh_from_db()
    assert made.state == "approved" and made.decided_by == world["u.chair"].user


@pytest.mark.promise("P-PI5")
def test_one_person_is_not_two_by_another_account_or_post(world, figure):
    """The chair has a second account for the same person, and a clerk who becomes chair is still the one who asked."""
    person = factories.member(world["u"], "一个人")
    clerk = factories.post("clerk", world["u"], factories.user("经办", person))
    made = actions.ask(clerk, "members", "member", "会员名册", ["name", "birth"], 3, "", WHY)
    later = Actor(clerk.user, Post.objects.create(
        user=clerk.user, role="chair", organization=world["u"], since=days.today()))  # fmt: skip
    with pytest.raises(Refused, match="另一个人"):
        actions.decide(later, made.pk, True)
    ways = [{"decided_by": clerk.user, "decided_person": "x"},
            {"decided_by": world["u.chair"].user, "decided_person": clerk.person}]  # fmt: skip
    held = 0
    for way in ways:
        with pytest.raises(IntegrityError, match="export_two_people"), transaction.atomic():
            ExportRequest.objects.filter(pk=made.pk).update(state="approved", decided_at=days.now(), **way)
        held += 1
    figure("one person as two, past the code: refused by the database", held, wanted="2")


@pytest.mark.promise("P-PI5")
def test_without_the_columns_a_list_leaves_at_once(world, sign_in):
    factories.member(world["u"], "方心宜", birth_date=datetime.date(1987, 6, 5))
    client = sign_in(world["u.clerk"])
    answer = client.get(f"{MEMBERS}&personal=no")
    heads = [cell.value for cell in sheet(b"".join(answer.streaming_content)).worksheets[0][1]]
    assert "姓名" in heads and "出生年月" not in heads and "政治面貌" not in heads
    assert Record.objects.get(act="list.export").change["columns"] == [
        "name",
        "unit",
        "sex",
        "title",
        "position",
        "active",
    ]


@pytest.mark.promise("P-PI5")
def test_control_columns_nobody_called_personal_leave_at_once(world, sign_in, figure, monkeypatch):
    factories.member(world["u"], "方心宜")
    open_columns = tuple(replace(column, personal=False) for column in tables.MEMBERS.columns)
    careless = replace(tables.MEMBERS, columns=open_columns)
    monkeypatch.setattr("portal.registry.views.members.MEMBERS", careless)
    answer = sign_in(world["u.clerk"]).get(MEMBERS)
    left = answer["Content-Type"].startswith("application/vnd")
    figure("control: leaves by one person when its columns are not called personal", left, wanted="True")
    assert left


@pytest.mark.promise("P-PI5")
def test_columns_of_personal_fields_are_called_personal():
    """Of each list: a column that shows a field of level 个人 or 敏感, its fixed ones (who it is) aside."""
    silent = []
    for listing in gather("tables", "LISTINGS"):
        model = listing.source(Actor()).model if listing.source and listing.key in ("members", "entries") else None
        for column in listing.columns if model else ():
            names = {
                column.name,
                *(name for name in column.order),
                column.value if isinstance(column.value, str) else "",
            }
            fields = {field.name for field in model._meta.local_concrete_fields} & {
                name.removeprefix("get_").removesuffix("_display") for name in names
            }
            deep = [name for name in fields if level_of(model, name) in (Level.PERSONAL, Level.SENSITIVE)]
            if deep and not column.personal and not column.fixed:
                silent.append(f"{listing.key}.{column.name}")
    assert silent == ["entries.rank", "entries.submitted"]  # a rank and a date of the case, shown to every desk


# ── marked, once, for a day ──
def sheet(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.mark.promise("P-EXP2")
def test_an_approved_list_says_who_when_why_and_by_whom(world, sign_in, figure):
    factories.member(world["u"], "方心宜", phone="13955660001")
    made = approved(world)
    assert made.state == "ready" and made.rows == made.count
    answer = sign_in(world["u.clerk"]).post(reverse("privacy:export_file", args=[made.pk]))
    content = b"".join(answer.streaming_content)
    book = sheet(content)
    first = "\n".join(str(row[0].value) for row in book.worksheets[0].iter_rows())
    data = book.worksheets[1]
    printed = f"{data.oddHeader.center.text} {data.oddFooter.left.text}"
    marks = [world["u.clerk"].user.name, WHY, world["u.chair"].user.name, made.number, f"{days.today():%Y-%m-%d}"]
    figure("who, why, by whom, number, when: on the first sheet", sum(mark in first for mark in marks), wanted="5")
    figure("who, why, number, when: on every printed page", sum(mark in printed for mark in marks), wanted="4")
    assert all(mark in first for mark in marks)
    assert [mark in printed for mark in marks] == [True, True, False, True, True]
    record = Record.objects.get(act="list.export")
    assert record.change["rows"] == made.rows and record.change["sha256"] == made.sha256
    assert [cell.value for cell in data[2]][3] == "139****0001" or "139****0001" in str(
        [c.value for r in data for c in r]
    )
    figure("row count and hash in the trail", "yes", wanted="yes")


@pytest.mark.promise("P-EXP2")
def test_the_link_dies_after_one_taking_and_after_a_day(world, sign_in, figure):
    once, late = approved(world), approved(world)
    client = sign_in(world["u.clerk"])
    take = [client.post(reverse("privacy:export_file", args=[once.pk])).status_code for _n in range(3)]
    figure("answers to taking it three times", str(take), wanted="[200, 409, 409]")
    assert take == [200, 409, 409]
    with days.at(days.now() + datetime.timedelta(hours=24, seconds=1)):
        assert client.post(reverse("privacy:export_file", args=[late.pk])).status_code == 409
        paths = [files.path_of(one.file) for one in (once, late)]
        assert all(path.exists() for path in paths)
        actions.expire()
    late.refresh_from_db()
    left = [path for path in paths if path.exists()]
    figure("bytes left of what was taken or lapsed", len(left), wanted="0")
    assert (late.state, left) == ("expired", [])
    page = sign_in(world["auditor"]).get(reverse("privacy:exports") + "?view=ended").content.decode()
    assert "过期" in page, "what lapsed stays to be seen"


@pytest.mark.promise("P-EXP2")
def test_only_the_one_who_asked_takes_it_and_only_while_in_office(world, sign_in, figure):
    made = approved(world)
    path = reverse("privacy:export_file", args=[made.pk])
    codes = {
        other: sign_in(world[other]).post(path).status_code for other in ("u.chair", "officer", "auditor", "v.chair")
    }
    figure("others who could take it", sum(code == 200 for code in codes.values()), wanted="0")
    assert 200 not in codes.values()
    Post.objects.filter(pk=world["u.clerk"].post.pk).update(until=days.today() - datetime.timedelta(days=1))
    assert sign_in(Actor(world["u.clerk"].user)).post(path).status_code == 404


@pytest.mark.promise("P-EXP2")
def test_the_work_stops_when_the_right_has_ended(world, figure):
    made = actions.ask(world["u.clerk"], "members", "member", "会员名册", ["name", "birth"], 3, "", WHY)
    actions.decide(world["u.chair"], made.pk, True)
    Post.objects.filter(pk=world["u.clerk"].post.pk).update(until=days.today() - datetime.timedelta(days=1))
    made.refresh_from_db()
    jobs.run(made.job_id)
    made.refresh_from_db()
    figure("made for somebody whose post has ended", made.state, wanted="failed")
    assert made.state == "failed" and "岗位" in made.note and made.file is None


@pytest.mark.promise("P-EXP2")
def test_a_refusal_has_its_reason_and_is_told(world, sign_in):
    made = actions.ask(world["u.clerk"], "members", "member", "会员名册", ["name", "birth"], 3, "", WHY)
    path = reverse("privacy:export_refuse", args=[made.pk])
    assert sign_in(world["u.chair"]).post(path, {"note": "不"}).status_code == 422
    assert sign_in(world["u.chair"]).post(path, {"note": "名单太大，先缩小"}).status_code == 302
    told = Message.objects.filter(user=world["u.clerk"].user).latest("id")
    assert "没批：名单太大，先缩小" in told.subject
    assert Record.objects.filter(act="export.refuse", note="名单太大，先缩小").count() == 1


@pytest.mark.promise("P-EXP2")
@pytest.mark.django_db(transaction=True)
def test_two_windows_take_it_once(figure):
    world = factories.world()
    made, taken = approved(world), []

    def press() -> None:
        try:
            taken.append(actions.fetch(world["u.clerk"], made.pk))
        except Refused:
            pass
        finally:
            connection.close()

    windows = [threading.Thread(target=press) for _n in range(12)]
    for one in windows:
        one.start()
    for one in windows:
        one.join()
    figure("taken by 12 presses at once", len(taken), wanted="1")
    assert len(taken) == 1
