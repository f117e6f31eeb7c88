"""The roster through the whole import: verdicts, decisions, commit, the same file again, the way back."""

import datetime
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.core import files
from portal.core.models import Job, Record
from portal.kit import days
from portal.kit.crypto import blind
from portal.kit.refusal import Refused
from portal.kit.sheets_read import open_book
from portal.registry.actions.members import update_member
from portal.registry.imports import batches, sheets
from portal.registry.imports.spec import Scope, importer, importers
from portal.registry.models import ImportBatch, ImportRow, Member, Membership
from tests import factories
from tests.registry.rosters import commit, csv_file, person, send, undo, work, workbook

pytestmark = pytest.mark.django_db(transaction=True)
Verdict, Decision = ImportRow.Verdict, ImportRow.Decision


@pytest.fixture
def chair(world):
    return world["a1.chair"]


@pytest.fixture
def officer(world):
    return world["a.officer"]


def verdicts(batch) -> dict[str, int]:
    return {name: batch.summary[name] for name in Verdict.values if batch.summary[name]}


def payload(batch, number: int) -> dict:
    return json.loads(batch.rows.get(number=number).payload)


def by_number(n: int) -> Member:
    return Member.objects.get(document_index=blind(factories.resident_id(n, "f", "19790203"), "document"))


def test_new_people_are_registered_with_history_and_records(world, chair):
    batch = commit(chair, send(chair, workbook([person(n, world["a1"]) for n in range(3)])))
    assert (batch.state, batch.summary["written"]) == ("committed", 3)
    member = by_number(1)
    assert (member.organization, member.sex, member.birth_date.isoformat()) == (world["a1"], "f", "1979-02-03")
    assert (member.initials.split()[0], member.phone) == ("wyj" if member.name == "王一甲" else "wej", "13700000001")
    assert Membership.objects.get(member=member).left_on is None
    records = Record.objects.filter(act="member.add", change__import=batch.pk)
    assert set(records.values_list("target_id", flat=True)) >= {member.pk}
    assert records.count() == 3
    assert Member.objects.filter(phone_index=blind("13700000002", "phone")).count() == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_csv_in_both_encodings(world, chair, encoding):
    batch = send(chair, csv_file([person(1, world["a1"])], encoding), "名册.csv")
    assert verdicts(batch) == {"new": 1}
    assert batch.rows.get().name == "王二甲"


def test_the_same_file_twice_changes_nothing(world, chair):
    content = workbook([person(n, world["a1"]) for n in range(5)])
    commit(chair, send(chair, content))
    before = list(Member.objects.order_by("pk").values()), Record.objects.filter(target_type="registry.member").count()
    again = send(chair, content)
    assert verdicts(again) == {"same": 5}
    assert batches.twin(again) is not None
    again = commit(chair, again)
    assert again.summary["written"] == 0
    after = list(Member.objects.order_by("pk").values()), Record.objects.filter(target_type="registry.member").count()
    assert before == after
    assert not again.rows.exclude(payload__isnull=True).filter(verdict="new").exists()


def test_changes_say_from_what_to_what_and_keep_numbers_masked(world, chair):
    commit(chair, send(chair, workbook([person(1, world["a1"])])))
    batch = send(chair, workbook([person(1, world["a1"], title="高级教师", phone="13900000009", position="")]))
    assert verdicts(batch) == {"changed": 1}
    changes = payload(batch, 2)["changes"]
    assert ["title", "职称", "一级教师", "高级教师"] in changes
    assert ["phone", "手机", "137****0001", "139****0009"] in changes
    commit(chair, batch)
    member = by_number(1)
    assert (member.title, member.phone, member.version) == ("高级教师", "13900000009", 2)
    assert member.phone_index == blind("13900000009", "phone")
    record = Record.objects.get(act="member.import", target_id=member.pk)
    assert record.change["fields"] == ["phone", "title"]


def test_blank_cells_erase_nothing(world, chair):
    commit(chair, send(chair, workbook([person(1, world["a1"])])))
    assert verdicts(send(chair, workbook([person(1, world["a1"], title="", phone="")]))) == {"same": 1}


def test_every_problem_of_a_row_is_told_at_its_cell(world, chair):
    rows = [
        person(1, world["a1"]),
        person(
            2, "甲区第一中", name="", phone="1380", politics="党员干部", birth_date="1980-01-01", hired_on="2026.9.31"
        ),
        person(3, world["b1"]),
        person(1, world["a1"], name="又一人"),
    ]
    batch = send(chair, workbook(rows))
    assert verdicts(batch) == {"new": 1, "wrong": 3}
    told = {cell: (value, reason, cure) for cell, value, reason, cure, *_more in payload(batch, 3)["problems"]}
    assert set(told) == {"A3", "B3", "F3", "G3", "L3", "N3"}
    assert told["B3"][1] == "你们下面没有叫这个名字的工会；相近：甲区第一中学工会"
    assert told["N3"] == ("1380", "手机号要 11 位，现在 4 位", "填 11 位手机号")
    assert "1979-02-03" in told["F3"][1]
    assert "9 月没有 31 日" in told["L3"][1]
    assert all(reason and cure for _value, reason, cure in told.values())
    assert payload(batch, 4)["problems"][0][2].startswith("你们下面没有"), "whether it exists elsewhere is not said"
    (cell, value, reason, *_rest), *_more = payload(batch, 5)["problems"]
    assert (cell, value) == ("D5", "3101**********" + factories.resident_id(1, "f", "19790203")[-4:])
    assert reason == "和 教师!2 是同一个证件号"
    assert batch.summary["cells"] == 8


def test_an_id_that_excel_rounded_is_named_as_such(world, chair):
    batch = send(chair, workbook([person(1, world["a1"], document_number="3.10110198403E+17")]))
    assert "末几位已经丢失" in payload(batch, 2)["problems"][0][2]


def test_wrong_rows_stay_out_only_when_asked(world, chair):
    batch = send(chair, workbook([person(1, world["a1"]), person(2, world["a1"], phone="1")]))
    with pytest.raises(Refused, match="1 行有错"):
        batches.start_commit(chair, batch.pk, batch.version, skip_wrong=False)
    assert Job.objects.filter(kind=batches.COMMIT).count() == 0
    before = Member.objects.count()
    commit(chair, batch)
    assert Member.objects.count() == before + 1


# ── conflicts ──


def test_another_name_for_the_same_document_waits_for_a_decision(world, chair):
    commit(chair, send(chair, workbook([person(n, world["a1"]) for n in range(3)])))
    rows = [person(n, world["a1"], name=f"喻国{'强刚明'[n]}", title="高级教师") for n in range(3)]
    batch = send(chair, workbook(rows))
    assert verdicts(batch) == {"conflict": 3}
    assert "姓名不同" in payload(batch, 2)["conflicts"][0][0]
    with pytest.raises(Refused, match="冲突没定"):
        batches.start_commit(chair, batch.pk, batch.version, skip_wrong=True)
    first, second, third = batch.rows.order_by("number")
    batches.decide(chair, batch.pk, {first.pk: Decision.TAKE, second.pk: Decision.KEEP, third.pk: Decision.SKIP})
    commit(chair, batch)
    taken, kept, skipped = by_number(0), by_number(1), by_number(2)
    assert (taken.name, taken.title) == ("喻国强", "高级教师")
    assert (kept.name, kept.title) == ("王二甲", "高级教师"), "留系统的 keeps the name, the rest is written"
    assert (skipped.name, skipped.title) == ("王三甲", "一级教师")
    assert taken.pinyin == "yu guo qiang"


def test_somebody_of_another_union_is_a_transfer_and_shows_nothing_else(world, chair):
    there = factories.member(
        world["u"], "潘雪莲", document_number=factories.resident_id(7, "f", "19790203"), title="讲师"
    )
    batch = send(chair, workbook([person(7, world["a1"], name="潘雪莲")]))
    found = payload(batch, 2)
    assert verdicts(batch) == {"conflict": 1}
    assert found["conflicts"][0][0] == "已在测试大学工会，用表格的就是转会"
    assert [change[0] for change in found["changes"]] == ["organization"]
    assert "讲师" not in json.dumps(found, ensure_ascii=False)
    batches.decide_rest(chair, batch.pk, Decision.TAKE)
    commit(chair, batch)
    there.refresh_from_db()
    assert there.organization == world["a1"]
    assert (there.title, there.phone) == ("一级教师", "13700000007")
    left, here = Membership.objects.filter(member=there).order_by("id")
    assert (left.left_by, here.joined_by, here.left_on) == ("transfer", "transfer", None)


def test_what_was_changed_by_hand_since_the_day_of_the_sheet(world, chair):
    commit(chair, send(chair, workbook([person(1, world["a1"])])))
    member = by_number(1)
    update_member(chair, member.pk, member.version, phone="13911112222")
    rows = workbook([person(1, world["a1"], title="高级教师")])
    fresh = send(chair, rows)
    assert verdicts(fresh) == {"changed": 1}, "a sheet of today is newer than the change"
    old = send(chair, rows, as_of=datetime.date.today() - datetime.timedelta(days=30))  # noqa: DTZ011
    assert verdicts(old) == {"conflict": 1}
    text, fields = payload(old, 2)["conflicts"][0]
    assert "有人手工改过手机，比表格新" in text
    assert fields == ["phone"]
    batches.decide_rest(chair, old.pk, Decision.KEEP)
    commit(chair, old)
    member.refresh_from_db()
    assert (member.title, member.phone) == ("高级教师", "13911112222")


def test_same_name_and_birthday_with_another_document_may_be_two_people(world, chair):
    commit(chair, send(chair, workbook([person(1, world["a1"])])))
    batch = send(chair, workbook([person(2, world["a1"], name="王二甲")]))
    assert verdicts(batch) == {"conflict": 1}
    assert "可能是两个人" in payload(batch, 2)["conflicts"][0][0]
    batches.decide_rest(chair, batch.pk, Decision.TAKE)
    assert commit(chair, batch).summary["written"] == 1
    assert Member.objects.filter(name="王二甲").count() == 2


def test_within_the_officers_tree_another_school_is_a_change(world, officer):
    commit(officer, send(officer, workbook([person(1, world["a1"])])))
    batch = send(officer, workbook([person(1, world["a2"])]))
    assert verdicts(batch) == {"changed": 1}
    commit(officer, batch)
    assert by_number(1).organization == world["a2"]
    assert Membership.objects.filter(member=by_number(1), left_on__isnull=True).get().organization == world["a2"]


# ── what changes under the preview ──


def test_a_row_that_moved_since_the_check_stops_the_commit(world, chair):
    commit(chair, send(chair, workbook([person(n, world["a1"]) for n in range(2)])))
    batch = send(chair, workbook([person(n, world["a1"], title="高级教师") for n in range(4)]))
    member = by_number(1)
    update_member(chair, member.pk, member.version, position="副校长")
    before = Member.objects.count()
    batch = commit(chair, batch)
    assert batch.state == ImportBatch.State.CHECKED
    assert "一行也没入库" in Job.objects.get(pk=batch.job_id).error
    assert Member.objects.count() == before
    assert by_number(0).title == "一级教师"
    moved = batch.rows.get(verdict="conflict")
    assert moved.target_id == member.pk
    assert moved.decision == ""
    assert batch.summary["conflict"] == 1


def test_a_person_added_meanwhile_stops_the_commit(world, chair):
    batch = send(chair, workbook([person(1, world["a1"]), person(2, world["a1"])]))
    factories.member(world["a1"], "别人", document_number=factories.resident_id(1, "f", "19790203"))
    before = Member.objects.count()
    batch = commit(chair, batch)
    assert (batch.state, Member.objects.count()) == (ImportBatch.State.CHECKED, before)


def test_rights_are_asked_again_by_the_job(world, chair):
    batch = send(chair, workbook([person(1, world["a1"])]))
    batches.start_commit(chair, batch.pk, batch.version, skip_wrong=True)
    chair.post.until = datetime.date(2020, 1, 1)
    chair.post.since = datetime.date(2019, 1, 1)
    chair.post.save()
    before = Member.objects.count()
    job = work()[-1]
    assert (job.state, Member.objects.count()) == ("failed", before)


# ── the way back ──


def test_undo_brings_everything_back(world, officer):
    commit(officer, send(officer, workbook([person(n, world["a1"]) for n in range(3)])))
    before = list(Member.objects.order_by("pk").values("pk", "name", "title", "phone_index", "organization", "active"))
    stays = list(Membership.objects.order_by("pk").values())
    rows = [
        person(0, world["a1"], title="高级教师", phone="13999990000"),
        person(1, world["a2"]),
        person(9, world["a1"]),
    ]
    batch = commit(officer, send(officer, workbook(rows)))
    assert batch.summary["written"] == 3
    batch, error = undo(officer, batch)
    assert (batch.state, error) == ("undone", "")
    assert (
        list(Member.objects.order_by("pk").values("pk", "name", "title", "phone_index", "organization", "active"))
        == before
    )
    assert list(Membership.objects.order_by("pk").values()) == stays
    assert by_number(0).phone == "13700000000"


def test_undo_is_refused_with_names_when_rows_were_changed_since(world, chair):
    batch = commit(chair, send(chair, workbook([person(n, world["a1"]) for n in range(3)])))
    member = by_number(1)
    update_member(chair, member.pk, member.version, position="副校长")
    before = Member.objects.count()
    batch, error = undo(chair, batch)
    assert batch.state == "committed"
    assert "王二甲" in error
    assert "入库以后又改过" in error
    assert Member.objects.count() == before


def test_undo_is_refused_when_an_account_hangs_on_a_person(world, chair):
    batch = commit(chair, send(chair, workbook([person(n, world["a1"]) for n in range(3)])))
    factories.user("王二甲", member=by_number(1))
    before = Member.objects.count(), Membership.objects.count()
    batch, error = undo(chair, batch)
    assert (batch.state, Member.objects.count(), Membership.objects.count()) == ("committed", *before)
    assert error


# ── size and secrecy ──


def test_the_check_asks_a_constant_number_of_questions_per_chunk(world, chair):
    look = importer("members").prepare(_scope(chair))

    def asked(count: int) -> int:
        rows = []
        for n in range(count):
            row = person(n, world["a1"])
            rows.append(
                {**row, "unit": world["a1"].pk, "birth_date": datetime.date(1979, 2, 3), "document": "resident"}
            )
        with CaptureQueriesContext(connection) as queries:
            importer("members").match(rows, look)
        return len(queries)

    assert asked(3) == asked(300) <= 5


def _scope(actor) -> Scope:
    return Scope(actor, actor.organization, datetime.date(2026, 1, 1))


def test_no_number_lies_in_the_rows_in_plain(world, chair):
    batch = send(chair, workbook([person(1, world["a1"]), person(2, world["a1"], phone="1")]))
    number = factories.resident_id(1, "f", "19790203")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM registry_importrow t")
        text = cursor.fetchone()[0]
    assert number not in text
    assert "13700000001" not in text
    assert number in batch.rows.get(number=2).payload, "the search would have found it"
    commit(chair, batch)
    assert number not in ImportRow.objects.get(batch=batch, number=2).payload, "once written, the row forgets it"


def test_the_result_workbook_says_what_became_of_each_row(world, chair, tmp_path):
    batch = send(chair, workbook([person(1, world["a1"]), person(2, world["a1"], phone="138")]))
    target = tmp_path / "r.xlsx"
    target.write_bytes(files.read(batch.result_file))
    with open_book(target, "r.xlsx") as book:
        rows = [[cell.text for cell in row] for row in book.rows("处理结果") if row]
    assert rows[0][-1] == "处理结果"
    assert "新增" in rows[1][-1]
    assert "手机号要 11 位，现在 3 位" in rows[2][-1]
    batch = commit(chair, batch)
    target.write_bytes(files.read(batch.result_file))
    with open_book(target, "r.xlsx") as book:
        rows = [[cell.text for cell in row] for row in book.rows("处理结果") if row]
    assert "已入库" in rows[1][-1]


def test_a_near_name_is_taken_with_one_click(world, officer):
    rows = [person(1, "甲区第一中"), person(2, "甲区第一中"), person(3, "不像任何一家")]
    batch = send(officer, workbook(rows))
    near = payload(batch, 2)["problems"][0][5]
    assert near == world["a1"].pk
    with pytest.raises(Refused, match="没有这家"):
        batches.mean(officer, batch.pk, "甲区第一中", world["u"].pk)
    batches.mean(officer, batch.pk, "甲区第一中", near)
    work()
    batch.refresh_from_db()
    assert verdicts(batch) == {"new": 2, "wrong": 1}
    commit(officer, batch)
    assert by_number(2).organization == world["a1"]


def test_checking_again_keeps_what_was_decided(world, chair):
    commit(chair, send(chair, workbook([person(n, world["a1"]) for n in range(2)])))
    batch = send(chair, workbook([person(n, world["a1"], name=f"喻国{'强刚'[n]}") for n in range(2)]))
    first = batch.rows.order_by("number").first()
    batches.decide(chair, batch.pk, {first.pk: Decision.KEEP})
    batches.start_again(chair, batch.pk)
    work()
    assert list(batch.rows.order_by("number").values_list("decision", flat=True)) == ["keep", ""]


def test_every_importer_has_a_template(tmp_path):
    for one in importers():
        target = tmp_path / "t.xlsx"
        with sheets.template(one) as file:
            target.write_bytes(file.read())
        with open_book(target, "t.xlsx") as book:
            table = book.table(one.columns)
            assert (table.problems, list(table.rows())) == ([], [])


# ── who is no longer there ──


def test_a_row_may_say_that_somebody_retired_or_left(world, chair):
    commit(chair, send(chair, workbook([person(n, world["a1"], joined_on="2010-09-01") for n in range(3)])))
    rows = [
        person(0, world["a1"], standing="退休", left_on="2026-07-01"),
        person(1, world["a1"], standing="离会"),
        person(2, world["a1"], standing="在会"),
        person(5, world["a1"], standing="退休", joined_on="2001-09-01", left_on="2020-08-31"),
    ]
    batch = send(chair, workbook(rows))
    assert verdicts(batch) == {"changed": 2, "same": 1, "new": 1}
    batch = commit(chair, batch)
    retired, left, there, long_gone = (by_number(n) for n in (0, 1, 2, 5))
    assert (retired.active, retired.personnel, left.active, there.active) == (False, "retired", False, True)
    stay = retired.memberships.get()
    assert (stay.left_on, stay.left_by) == (datetime.date(2026, 7, 1), "retire")
    assert left.memberships.get().left_on == days.today()
    assert (long_gone.active, long_gone.memberships.get().left_on) == (False, datetime.date(2020, 8, 31))
    again = send(chair, workbook(rows))
    assert verdicts(again) == {"same": 4}, "the same sheet again changes nothing"
    undone, error = undo(chair, batch)
    assert (undone.state, error) == ("undone", "")
    back = by_number(0)
    assert (back.active, back.personnel, back.memberships.get().left_on) == (True, "staff", None)
    assert not Member.objects.filter(document_index=long_gone.document_index).exists()


def test_a_leaving_day_without_leaving_or_before_joining_is_wrong(world, chair):
    rows = [
        person(0, world["a1"], left_on="2026-07-01"),
        person(1, world["a1"], standing="离会", joined_on="2020-09-01", left_on="2019-01-01"),
    ]
    assert verdicts(send(chair, workbook(rows))) == {"wrong": 2}


def test_leaving_is_recorded_by_the_union_where_somebody_is(world, chair):
    officer = world["b.officer"]
    commit(officer, send(officer, workbook([person(1, world["b1"])])))
    batch = send(chair, workbook([person(1, world["a1"], standing="离会")]))
    assert verdicts(batch) == {"wrong": 1}
    assert by_number(1).active
