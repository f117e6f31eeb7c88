"""A question answered in rows: kept, judged, merged, shown, printed, sent through the API."""

import io
import json

import pytest
from django.urls import reverse
from docx import Document

from programs.actions.drafts import merge_draft, save_draft
from programs.actions.moves import make_move
from programs.checks import answer_problem
from programs.checks.rows import points_at_least
from programs.models import Entry
from programs.queries import answers, entries
from programs.spec import Field, thaw_fields
from tests import factories

TEAM = Field(
    "team", "主要完成人", "table", minimum=2, maximum=3,
    columns=(
        Field("name", "姓名", limit=10), Field("front", "一线", "bool", required=False),
        Field("share", "贡献", "int", minimum=1, maximum=100, total=100),
    ),
)  # fmt: skip
POINTS = Field(
    "points", "指标", "table", rows=(("组织建设", 20), ("民主管理", 30)),
    columns=(Field("score", "自评", "int", minimum=0), Field("proof", "佐证", limit=20)),
)  # fmt: skip


def team(*shares: int) -> list[dict]:
    return [{"name": f"人{n}", "front": False, "share": share} for n, share in enumerate(shares)]


# ── values ──
def test_a_table_survives_freezing():
    raw = json.loads(json.dumps([{**vars(one), "columns": [vars(c) for c in one.columns]} for one in (TEAM, POINTS)]))
    assert thaw_fields({"fields": raw}) == (TEAM, POINTS)


def test_empty_rows_are_not_kept_and_numbers_are_numbers():
    typed = [{"name": " 张三 ", "share": "60", "strange": "x"}, {"name": "", "share": "", "front": ""}, "no row"]
    assert answers.clean_answer(TEAM, typed) == [{"name": "张三", "front": False, "share": 60}]
    assert answers.clean_answer(TEAM, "no rows") == []
    fixed = answers.clean_answer(POINTS, [{}, {"score": "25"}])
    assert fixed == [{"score": "", "proof": ""}, {"score": 25, "proof": ""}], "a fixed row keeps its place"
    assert answers.clean_answer(POINTS, [{}, {}]) == []


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (team(50, 50), ""),
        (team(100), "至少 2 行，现在 1 行，少 1 行"),
        (team(40, 30, 20, 10), "最多 3 行，现在 4 行，多 1 行"),
        (team(60, 30), "贡献合计 90，要正好 100，差 10"),
        (team(60, 50), "贡献合计 110，要正好 100，多 10"),
        ([{"name": "", "share": 50}, {"name": "乙", "share": "一半"}], "第 1 行的姓名没填；第 2 行的贡献要填整数"),
        ([], "没填"),
    ],
)
def test_what_is_wrong_names_the_row_and_the_figure(rows, said):
    found = answer_problem(TEAM, rows)
    assert said in found if said else found == ""


def test_a_fixed_row_is_bounded_by_its_weight():
    good = [{"score": 20, "proof": "附件1"}, {"score": 30, "proof": "附件2"}]
    assert answer_problem(POINTS, good) == ""
    assert "组织建设的自评不能多于 20" in answer_problem(POINTS, [{"score": 21, "proof": "附件1"}, good[1]])


def test_many_problems_are_counted_not_listed():
    assert "还有 2 处" in answer_problem(TEAM, [{"name": "", "share": ""}, {"name": "", "share": ""}])


class Asked:
    """As much of an entry as a rule on a table reads."""

    questions, data = (POINTS,), {"points": [{"score": 18, "proof": "甲"}, {"score": 21, "proof": "乙"}]}

    class call:  # noqa: N801
        least = 40

        @classmethod
        def param(cls, name: str) -> int:
            return cls.least


@pytest.mark.parametrize(
    ("least", "level", "said"), [(40, "stop", "合计 39 分，差 1 分"), (39, "near", ""), (0, None, "")]
)
def test_points_are_held_against_the_editions_figure(monkeypatch, least, level, said):
    monkeypatch.setattr(Asked.call, "least", least)
    found = points_at_least("points", "score", "score_least")(Asked, "submit")
    assert [(one.level, one.sentence) for one in found] == ([(level, said)] if level else [])


def test_a_change_shows_only_the_rows_that_differ():
    old, new = answers.differing(TEAM, team(50, 50), [*team(50), {"name": "新人", "front": True, "share": 50}])
    assert (old, new) == ("2. 人1，一线 否，贡献 50", "2. 新人，一线 是，贡献 50")


# ── an entry ──
@pytest.fixture
def entry(world) -> Entry:
    call = factories.call(world["officer"], "innovation")
    return factories.draft(world["u.chair"], call, factories.member(world["u"], "甲一"))


def written(*names: str) -> list[dict]:
    share = 100 // len(names)
    return [{"name": name, "unit": "测试大学", "post": "教师", "front": True, "share": share} for name in names]


@pytest.mark.django_db
def test_the_first_row_comes_from_the_roster(world):
    call = factories.call(world["officer"], "innovation")
    person = factories.member(world["u"], "甲一")
    made = factories.start_entry(world["u.chair"], call, call.categories.first(), person, "新工具")
    first = made.data["team"][0]
    assert (first["name"], first["unit"]) == ("甲一", world["u"].workplace)
    assert first.keys() == {"name", "unit", "post", "front", "share"}, "as if it had been typed"


@pytest.mark.django_db
def test_a_wrong_table_keeps_the_entry_from_being_handed_in(world, entry):
    by = world["u.chair"]
    entry = save_draft(by, entry.pk, {"team": [{**written("甲一")[0], "share": 90}]}, entry.version)
    with pytest.raises(Exception, match="贡献（%）合计 90，要正好 100，差 10"):
        make_move(entry.pk, "submit", by=by)
    entry = save_draft(by, entry.pk, {"team": written("甲一", "乙二")}, entry.version)
    factories.attach(by, entry.pk, "form", factories.pdf_upload())
    assert make_move(entry.pk, "submit", by=by).state == "review"


@pytest.mark.django_db
def test_two_pages_merge_a_table_as_one_answer(world, entry):
    by, seen = world["u.chair"], entry.version
    merge_draft(by, entry.pk, {"team": written("甲一", "乙二")}, seen, page="one")
    kept = merge_draft(world["u.clerk"], entry.pk, {"area": "机械", "team": entry.data["team"]}, seen, page="two")
    assert not kept.clashes and kept.fresh["team"] == written("甲一", "乙二")
    kept = merge_draft(world["u.clerk"], entry.pk, {"team": written("甲一", "丙三")}, seen, page="two")
    assert [one.name for one in kept.clashes] == ["team"]
    assert Entry.objects.get(pk=entry.pk).data["team"] == written("甲一", "乙二"), "nobody's words were overwritten"


def posted(entry: Entry, rows: list[dict], **more: str) -> dict[str, str]:
    cells = {f"team-{n}-{key}": value for n, row in enumerate(rows) for key, value in row.items()}
    boxes = {key: "on" for key, value in cells.items() if value is True}
    return {"version": str(entry.version), **{k: v for k, v in cells.items() if v is not False}, **boxes, **more}


@pytest.mark.django_db
def test_the_form_works_without_script(world, entry, sign_in, settings):
    settings.STAFF_SECOND_FACTOR = "optional"
    client = sign_in(world["u.chair"])
    address = reverse("programs:entry_edit", args=[entry.pk])
    page = client.get(address).content.decode()
    assert 'name="team-1-name"' in page and 'name="_more" value="team"' in page
    answer = client.post(address, posted(entry, [*written("甲一", "乙二"), {"name": ""}], _more="team"))
    assert answer.status_code == 302 and answer.url.endswith("#id_team")
    entry.refresh_from_db()
    assert entry.data["team"] == written("甲一", "乙二") and entry.state == "draft", "kept, not handed in"
    page = client.get(address).content.decode()
    assert 'name="team-2-name" value=""' in page, "one empty row more"
    wrong = client.post(address, posted(entry, [{**written("甲一")[0], "share": "90"}]))
    assert wrong.status_code == 422
    assert "合计 90，要正好 100，差 10" in wrong.content.decode() and 'value="90"' in wrong.content.decode()


@pytest.mark.django_db
def test_tables_are_read_printed_and_sent(world, entry, sign_in, settings):
    settings.STAFF_SECOND_FACTOR = "optional"
    by = world["u.chair"]
    entry = save_draft(by, entry.pk, {"team": written("甲一", "乙二")}, entry.version)
    factories.attach(by, entry.pk, "form", factories.pdf_upload())
    make_move(entry.pk, "submit", by=by)
    page = sign_in(world["officer"]).get(reverse("programs:entry", args=[entry.pk])).content.decode()
    assert "乙二" in page and "100</b> / 100" in page
    client = sign_in(by)
    paper = Document(io.BytesIO(client.get(reverse("programs:entry_docx", args=[entry.pk])).content))
    grids = [[[cell.text for cell in row.cells] for row in table.rows] for table in paper.tables]
    made = next(grid for grid in grids if grid and "贡献（%）" in grid[0])
    assert made[0][:2] == ["序号", "姓名"] and [row[1] for row in made[1:]] == ["甲一", "乙二"]


@pytest.mark.django_db
def test_an_earlier_table_is_put_back_and_its_change_is_readable(world, entry, sign_in, settings):
    settings.STAFF_SECOND_FACTOR = "optional"
    entry = save_draft(world["u.chair"], entry.pk, {"team": written("甲一", "乙二")}, entry.version)
    entry = save_draft(world["u.clerk"], entry.pk, {"team": written("甲一")}, entry.version)
    client, address = sign_in(world["u.chair"]), reverse("programs:entry_edits", args=[entry.pk])
    assert "2. 乙二" in client.get(address).content.decode().replace("<del>", "").replace("</del>", "")
    edit = entry.edits.first()
    client.post(address, {"edit": edit.pk, "name": "team"})
    entry.refresh_from_db()
    assert entry.data["team"] == written("甲一", "乙二")


def test_entries_of_before_tables_have_no_rows():
    assert entries.changes((TEAM,), {}, {"team": team(50, 50)}, ())[0]["old"] == ""
    assert answers.grid(TEAM, None)["rows"] == []
