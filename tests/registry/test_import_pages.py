"""The pages of the import as a browser uses them, without script."""

import io

import pytest
from django.urls import reverse

from portal.core.models import Record
from portal.kit.sheets_read import open_book
from portal.registry.models import ImportBatch, ImportRow, Member
from tests.registry.rosters import commit, person, post_file, send, work, workbook

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chair(world):
    return world["a1.chair"]


@pytest.fixture
def browser(chair, sign_in):
    return sign_in(chair)


def page(browser, batch, **query) -> str:
    answer = browser.get(reverse("registry:import", args=[batch.pk]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_the_template_to_the_roster(world, browser, tmp_path):
    template = browser.get(reverse("registry:import_template") + "?what=members")
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"".join(template.streaming_content))
    with open_book(path, "t.xlsx") as book:
        heads = next(iter(book.rows("会员名册")))
        assert [cell.text for cell in heads][:4] == ["*姓名", "所在工会", "证件类别", "*证件号码"]
        assert any("周敏芳" in cell.text for row in book.rows("会员名册") for cell in row), "a filled example"
    answer = post_file(browser, path.read_bytes(), "模板.xlsx")
    assert answer.status_code == 302
    work()
    assert "没有数据行" in browser.get(answer.url).content.decode(), "the example row is no person"


def test_upload_preview_commit_and_undo(world, browser, chair):
    rows = [person(1, world["a1"]), person(2, world["a1"], phone="138"), person(3, "")]
    answer = post_file(browser, workbook(rows), "名册.xlsx")
    batch = ImportBatch.objects.get()
    assert answer.url == reverse("registry:import", args=[batch.pk])
    waiting = page(browser, batch)
    assert 'hx-trigger="every 1s"' in waiting
    assert "校验" in waiting
    assert browser.get(reverse("registry:import_job", args=[batch.pk])).status_code == 200
    work()
    assert browser.get(reverse("registry:import_job", args=[batch.pk])).headers["HX-Refresh"] == "true"
    text = page(browser, batch)
    assert "教师!N3" in text
    assert "手机号要 11 位，现在 3 位" in text
    assert "填 11 位手机号" in text
    assert "跳过有错的 1 行，其余 2 行入库" in text
    assert browser.get(reverse("registry:import_result", args=[batch.pk])).status_code == 200
    batch.refresh_from_db()
    refused = browser.post(reverse("registry:import_commit", args=[batch.pk]), {"version": batch.version})
    assert refused.status_code == 422
    assert "有 1 行有错" in refused.content.decode()
    before = Member.objects.count()
    browser.post(reverse("registry:import_commit", args=[batch.pk]), {"version": batch.version, "skip": "1"})
    work()
    text = page(browser, batch)
    assert Member.objects.count() == before + 2
    assert "整批撤回…" in text
    assert "入库 2 行" in text
    assert "2 行回到入库前" in browser.get(reverse("registry:import_undo", args=[batch.pk])).content.decode()
    browser.post(reverse("registry:import_undo", args=[batch.pk]))
    work()
    assert Member.objects.count() == before
    assert "已经整批撤回" in page(browser, batch)
    acts = list(Record.objects.filter(target_type="registry.importbatch").order_by("id").values_list("act", flat=True))
    assert acts == ["import.upload", "import.start", "import.commit", "import.undo"]


def test_decisions_one_by_one_and_for_the_rest(world, browser, chair):
    commit(chair, send(chair, workbook([person(n, world["a1"]) for n in range(3)])))
    batch = send(chair, workbook([person(n, world["a1"], name=f"喻国{'强刚明'[n]}") for n in range(3)]))
    text = page(browser, batch)
    assert "还有 3 处冲突没定" in text
    assert "定完冲突再入库" in text
    assert "余下都用表格的" in text
    first = batch.rows.order_by("number").first()
    url = reverse("registry:import_decide", args=[batch.pk])
    answer = browser.post(
        url, {f"d-{first.pk}": "keep", "d-999999": "take", "d-x": "take"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "还有 2 处冲突没定" in answer.content.decode()
    assert browser.post(url, {"rest": "take"}).status_code == 302
    assert "入库 <b>2</b> 行" in page(browser, batch)
    assert list(batch.rows.order_by("number").values_list("decision", flat=True)) == ["keep", "take", "take"]


def test_long_lists_come_page_by_page(world, browser, chair):
    batch = send(chair, workbook([person(n, world["a1"]) for n in range(120)]))
    assert page(browser, batch).count('<td class="k">') == 10
    second = page(browser, batch, part="new", page=2)
    assert second.count('<td class="k">') == 50
    assert "第 2 页，共 120" in second
    assert page(browser, batch, part="new", page="9999").count('<td class="k">') == 20
    assert page(browser, batch, part="nothing").count('<td class="k">') == 10


def test_an_upload_that_is_no_sheet_is_refused_at_the_field(world, browser):
    for content, name, words in (
        (b"MZ\0\0", "名册.xlsx", "扩展名"),
        (b"", "名册.xlsx", "空"),
        (b"<html>", "名册.csv", "网页"),
    ):
        answer = post_file(browser, content, name)
        assert answer.status_code == 422, name
        assert words in answer.content.decode() or "不认识" in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_a_file_that_cannot_be_read_says_why(world, browser):
    answer = post_file(browser, "甲,乙\n1,2\n".encode(), "名册.csv")
    work()
    text = browser.get(answer.url).content.decode()
    assert "这份表读不了，一行也没入库" in text
    assert "没有找到表头" in text


def test_giving_up_and_checking_again(world, browser, chair):
    batch = send(chair, workbook([person(1, world["a1"])]))
    browser.post(reverse("registry:import_again", args=[batch.pk]))
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.summary["new"]) == ("checked", 1)
    stale = browser.post(reverse("registry:import_commit", args=[batch.pk]), {"version": 1})
    assert stale.status_code == 422
    assert "刚重新校验过" in stale.content.decode()
    browser.post(reverse("registry:import_drop", args=[batch.pk]))
    batch.refresh_from_db()
    assert (batch.state, ImportRow.objects.count()) == ("dropped", 0)
    assert "这次导入放弃了" in page(browser, batch)


def test_stopping_a_check_gives_the_upload_up(world, browser):
    post_file(browser, workbook([person(1, world["a1"])]), "名册.xlsx")
    batch = ImportBatch.objects.get()
    browser.post(reverse("registry:import_stop", args=[batch.pk]))
    work()
    batch.refresh_from_db()
    assert (batch.state, batch.job.state) == ("dropped", "cancelled")


def test_somebody_elses_import_is_not_there(world, chair, sign_in):
    batch = send(chair, workbook([person(1, world["a1"])]))
    for stranger in ("u.chair", "a.officer", "auditor", "a2.chair"):
        for name in ("import", "import_result", "import_job", "import_undo"):
            client = sign_in(world[stranger])
            assert client.get(reverse(f"registry:{name}", args=[batch.pk])).status_code in (302, 404), (stranger, name)


def test_only_the_officer_may_import_unions(world, browser):
    assert browser.get(reverse("registry:import_new") + "?what=organizations").status_code == 404
    assert post_file(browser, workbook([], "organizations"), "名单.xlsx", "organizations").status_code == 404


def test_twice_the_same_press_is_one_upload(world, browser):
    content = workbook([person(1, world["a1"])])
    for _press in range(2):
        file = io.BytesIO(content)
        file.name = "名册.xlsx"
        browser.post(
            reverse("registry:import_new") + "?what=members", {"file": file, "as_of": "2026-01-01", "_key": "k1"}
        )
    assert ImportBatch.objects.count() == 1
