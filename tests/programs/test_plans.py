"""Work plans in the database: whole or not at all, twice is once, and what has happened since."""

import io
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from docx import Document

from portal.core.actor import SYSTEM, Actor
from portal.core.models import Record
from portal.kit.refusal import Refused
from portal.registry.models import Kind, Organization
from programs.actions import plans as actions
from programs.models import Call, Plan, PlanItem
from programs.planreader.file import read_file
from programs.planreader.reader import read_plan
from programs.queries.plans import linkable, plan_tree
from tests.programs.planning import BROKEN, FILE, SOURCE, actor, call_with_entries, task

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


@pytest.fixture
def city() -> Organization:
    found = Organization.objects.filter(parent__isnull=True).first()
    return found or Organization.objects.create(code="P1", name="滨江市教育工会", kind=Kind.CITY)


@pytest.fixture
def district(city) -> Organization:
    return Organization.objects.create(code="P2", name="东区教育工会", kind=Kind.DISTRICT, parent=city)


@pytest.fixture
def officer(city) -> Actor:
    return actor("officer", city)


@pytest.fixture
def plan(officer) -> Plan:
    return actions.import_plan(read_plan(SOURCE).document, officer).plan


# import ---------------------------------------------------------------------------------------------------------------


def test_the_whole_document_is_written_with_one_record(plan, officer):
    kinds = [plan.items.filter(kind=kind).count() for kind in PlanItem.Kind.values]
    assert kinds == [3, 6, len(read_plan(SOURCE).document.tasks)]
    assert Record.objects.about(plan).values_list("act", flat=True).get() == "plan.import"
    row = task(plan, "1.1.2")
    assert (row.parent.code, row.parent.parent.code) == ("1.1", "1")
    assert row.text == "每季度召开一次交流会。"
    assert task(plan, "1.1.3").due == date(2031, 6, 30)
    assert plan.items.get(code="1.1").preamble == "今年是承前启后的一年。"
    body = "".join(item.text + item.preamble for item in plan.items.order_by("order"))
    for item in read_plan(SOURCE).document.items:
        assert item.head.text in body


def test_the_same_text_twice_changes_nothing(plan, officer):
    crlf = read_plan(SOURCE.replace("\n", "\r\n")).document
    before = Record.objects.count()
    again = actions.import_plan(crlf, officer, replace=True)
    assert not again.changed
    assert again.plan == plan
    assert (Plan.objects.count(), Record.objects.count()) == (1, before)


def test_another_text_for_the_year_needs_replace(plan, officer):
    changed = read_plan(SOURCE.replace("增强课堂本领", "增强教学本领")).document
    with pytest.raises(Refused, match="换掉原来的"):
        actions.import_plan(changed, officer)
    assert Plan.objects.count() == 1


def test_replacing_keeps_departments_and_links_of_unchanged_tasks(plan, officer, district):
    call = call_with_entries(officer, district, {})
    actions.set_department(task(plan, "1.2.1"), officer, "组织部")
    actions.link_call(task(plan, "1.2.1"), call, officer)
    actions.set_department(task(plan, "2.2.1"), officer, "宣教部")
    changed = read_plan(SOURCE.replace("增强课堂本领", "增强教学本领")).document
    done = actions.import_plan(changed, officer, replace=True)
    plan.refresh_from_db()
    assert plan.status == Plan.Status.REPLACED
    assert done.kept == len(changed.tasks) - 1
    assert task(done.plan, "1.2.1").department == "组织部"
    assert list(task(done.plan, "1.2.1").calls.all()) == [call]
    assert task(done.plan, "2.2.1").department == ""


def test_a_failure_in_the_middle_leaves_nothing(officer, monkeypatch):
    """Negative control of 'nothing is half-imported': the last write fails, the first ones are gone too."""

    def broken(*args, **kwargs):
        raise RuntimeError("the trail is full")

    monkeypatch.setattr(actions.trail, "write", broken)
    with pytest.raises(RuntimeError):
        actions.import_plan(read_plan(SOURCE).document, officer)
    assert not Plan.objects.exists()
    assert not PlanItem.objects.exists()


def test_only_the_owner_imports_and_writes(plan, city, district):
    other = actor("officer", district)
    with pytest.raises(Refused):
        actions.import_plan(read_plan(SOURCE).document, other, owner=city)
    with pytest.raises(Refused):
        actions.set_department(task(plan, "1.1.1"), other, "组织部")
    assert task(plan, "1.1.1").department == ""


# departments, links, progress -----------------------------------------------------------------------------------------


def test_department_of_an_item_fills_only_what_is_empty(plan, officer):
    actions.set_department(task(plan, "1.1.1"), officer, "宣教部")
    assert actions.set_department(task(plan, "1.1"), officer, " 组织部 ") == 2
    found = plan.items.tasks().filter(parent__code="1.1").order_by("order").values_list("department", flat=True)
    assert list(found) == ["宣教部", "组织部", "组织部"]
    records = Record.objects.count()
    assert actions.set_department(task(plan, "1.1"), officer, "组织部") == 0
    assert Record.objects.count() == records


def test_links_are_made_once_and_taken_back(plan, officer, district):
    call = call_with_entries(officer, district, {})
    row = task(plan, "1.2.1")
    assert actions.link_call(row, call, officer)
    assert not actions.link_call(row, call, officer)
    assert Record.objects.filter(act="plan.link").count() == 1
    assert actions.unlink_call(row, call, officer)
    assert not actions.unlink_call(row, call, officer)
    with pytest.raises(Refused):
        actions.link_call(row.parent, call, officer)


def test_progress_needs_a_word_and_no_future_day(plan, officer):
    row = task(plan, "3.2.1")
    with pytest.raises(Refused):
        actions.mark_progress(row, officer, "", timezone.localdate())
    with pytest.raises(Refused):
        actions.mark_progress(row, officer, "印好了", timezone.localdate() + timedelta(days=1))
    assert actions.mark_progress(row, officer, "办法已印发", timezone.localdate())
    assert not actions.mark_progress(row, officer, "办法已印发", timezone.localdate())


# what has happened since ----------------------------------------------------------------------------------------------


def test_the_tree_counts_entries_by_state_and_situations(plan, officer, district):
    call = call_with_entries(officer, district, {"review": 3, "returned": 1, "notice": 2, "draft": 4})
    actions.link_call(task(plan, "1.2.1"), call, SYSTEM)
    actions.mark_progress(task(plan, "3.2.1"), officer, "办法已印发", timezone.localdate())
    lines = {line.row.code: line for line in plan_tree(plan, officer).tasks}
    linked = lines["1.2.1"]
    assert linked.calls[0].states == {"review": 3, "returned": 1, "notice": 2}
    assert (linked.entries, linked.situation) == (6, "doing")
    assert "公示中" in linked.calls[0].badge
    assert lines["3.2.1"].situation == "done"
    assert lines["1.1.1"].situation == "idle"
    Call.objects.filter(pk=call.pk).update(state=Call.State.CLOSED)
    assert {line.row.code: line for line in plan_tree(plan, officer).tasks}["1.2.1"].situation == "done"


def test_a_task_past_its_time_is_late_until_it_is_done(plan, officer):
    PlanItem.objects.filter(plan=plan, code="1.1.3").update(due=timezone.localdate() - timedelta(days=1))
    tree = plan_tree(plan, officer)
    assert [line.row.code for line in tree.tasks if line.situation == "late"] == ["1.1.3"]
    assert tree.progress().counts["late"] == 1


def test_a_chair_counts_only_entries_of_the_own_unit(plan, officer, district, city):
    call = call_with_entries(officer, district, {"review": 3})
    actions.link_call(task(plan, "1.2.1"), call, officer)
    other = Organization.objects.create(code="P3", name="西区教育工会", kind=Kind.DISTRICT, parent=city)
    for where, count in ((district, 3), (other, 0)):
        line = next(one for one in plan_tree(plan, actor("chair", where)).tasks if one.row.code == "1.2.1")
        assert line.entries == count


def test_three_links_cost_what_one_costs(plan, officer, district, django_assert_num_queries):
    actions.link_call(task(plan, "1.2.1"), call_with_entries(officer, district, {"review": 1}), officer)
    with django_assert_num_queries(4):
        plan_tree(plan, officer)
    for number in range(3):
        call = call_with_entries(officer, district, {"review": 2}, key=f"k{number}")
        actions.link_call(task(plan, "1.2.2"), call, officer)
        actions.link_call(task(plan, f"2.1.{number + 1}"), call, officer)
    with django_assert_num_queries(4):
        plan_tree(plan, officer)


def test_calls_that_the_task_names_come_first(plan, officer, district):
    call_with_entries(officer, district, {}, key="other")
    Call.objects.update(title="互助保障续保")
    call = call_with_entries(officer, district, {})
    assert linkable(task(plan, "1.2.1"), officer, {})[0] == (call, True)
    assert [hit for _call, hit in linkable(task(plan, "1.2.2"), officer, {})] == [False, False]
    assert linkable(task(plan, "1.2.2"), officer, {"other": ("教育工匠",)})[0][1]


# files and the command ------------------------------------------------------------------------------------------------


def test_files_in_other_encodings_and_word_read_the_same(tmp_path):
    word = Document()
    for line in SOURCE.split("\n"):
        word.add_paragraph(line)
    word.add_table(1, 1).cell(0, 0).text = "印发 200 份"
    buffer = io.BytesIO()
    word.save(buffer)
    want = [one.text for one in read_plan(SOURCE).document.tasks]
    for data in (SOURCE.encode("gb18030"), SOURCE.encode("utf-8-sig"), SOURCE.encode("utf-16"), buffer.getvalue()):
        read = read_file(data, "plan")
        assert [one.text for one in read_plan(read.text).document.tasks] == want
    assert "表格" in read.problems[0].reason


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7 x", b"\xd0\xcf\x11\xe0 doc", b"PK\x03\x04 broken", b"\x00\x01\xff\xfe"]
)
def test_what_is_no_text_is_refused(data):
    with pytest.raises(Refused):
        read_file(data, "plan")


def test_command_prints_and_imports_once(city, capsys):
    call_command("import_plan", str(FILE), year=2031)
    out = capsys.readouterr().out
    assert "1.2.2" in out
    assert "滨江教育工匠" in out
    call_command("import_plan", str(FILE))
    assert "没有变动" in capsys.readouterr().out
    assert Plan.objects.count() == 1


def test_command_says_each_problem_by_line_and_writes_nothing(city, tmp_path, capsys):
    file = tmp_path / "broken.txt"
    file.write_text(BROKEN, "utf-8")
    line = BROKEN.split("\n").index("三、以赛促教，搭建成长的阶梯") + 1
    with pytest.raises(CommandError):
        call_command("import_plan", str(file))
    assert f"第 {line} 行" in capsys.readouterr().err
    with pytest.raises(CommandError, match="不是 2030 年"):
        call_command("import_plan", str(FILE), year=2030)
    assert not Plan.objects.exists()
