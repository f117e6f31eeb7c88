"""三八红旗手 in the browser, in all its roles: from the call to the revoked certificate (issue section 4)."""

import datetime
import io
import re

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from awards.honours.models import Certificate, Honour
from portal.core.models import Message
from portal.kit import days
from programs.models import Call, Entry, Notice
from programs.spec import State
from tests import factories
from tests.browser.stage import Stage, work
from tests.factories.files import pdf_bytes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PDF = {"name": "盖章扫描.pdf", "mimeType": "application/pdf", "buffer": pdf_bytes()}


@pytest.fixture
def stage(browser, live_server) -> Stage:
    return Stage(browser, live_server.url)


def open_edition(page: Page) -> Call:
    """The officer opens the edition, sets window, places, the no-repeat years and notice days, and publishes."""
    page.goto("/calls/new/")
    page.select_option("[name=program]", "women-flag")
    page.fill("[name=title]", "2026—2027年度三八红旗手")
    page.fill("[name=year]", str(days.today().year))
    page.fill("[name=opens_at]", f"{days.today() - datetime.timedelta(days=1)}T09:00")
    page.fill("[name=closes_at]", f"{days.today() + datetime.timedelta(days=30)}T17:00")
    page.get_by_role("button", name=re.compile("开|设|存")).last.click()
    page.wait_for_url("**/setup/")
    page.fill("[name=p-no_repeat_years]", "3")
    page.fill("[name=p-notice_days]", "5")
    for box in page.locator("#s3 input[name^=q-][name*='-a']").all():
        box.fill("2")
    for label in (re.compile("^存下$"), re.compile("^存下，发布给")):
        with page.expect_navigation():
            page.get_by_role("button", name=label).click()
    page.get_by_role("button", name=re.compile("^发布给")).click()
    page.wait_for_url(re.compile(r"/calls/\d+/$"))
    call = Call.objects.get()
    assert call.state == Call.State.PUBLISHED and call.param("no_repeat_years") == 3
    return call


def start(page: Page, call: Call, name: str) -> Entry:
    """A unit picks a person from its roster by initials and category."""
    page.goto(f"/calls/{call.pk}/")
    page.get_by_role("link", name="开始推荐").click()
    page.get_by_label("教育系统三八红旗手").check()
    page.locator("#who").press_sequentially(name)
    page.locator("#people").get_by_text(name).click()
    page.get_by_role("button", name="开始填").click()
    page.wait_for_url("**/edit/")
    return Entry.objects.get(subject=name)


def fill(page: Page) -> None:
    """Evidence, democratic procedure with counts, the unit's notice and the text; autosaved while typing."""
    for name, value in factories.answers().items():
        field = page.locator(f"[name='{name}']:not([readonly]):not([disabled])")
        if field.count():
            field.first.fill(str(value))
    expect(page.locator(".saved")).to_contain_text("保存")


def put(page: Page, label: str) -> None:
    """Pick a file for one line of the checklist and wait until the list shows it and listens again."""
    with page.expect_response(re.compile("/files/")):
        page.locator(f"input[type=file][aria-label='{label}']").set_input_files(PDF)
    expect(page.locator("li.have").filter(has_text=label)).to_be_visible()
    # the exchanged list is wired a moment after it is shown; no hand is as quick as this script
    page.wait_for_timeout(400)


def upload(page: Page, entry: Entry) -> None:
    for item in entry.call.materials:
        if item.required:
            put(page, item.label)


def move(page: Page, label: str) -> None:
    """Press a move's button; afterwards the page shows the next thing to do, so the answer is awaited by address."""
    with page.expect_navigation():
        page.locator(".bar").get_by_role("button", name=re.compile(label)).click()


def close_window(notice: Notice) -> None:
    """Five working days later: the window lies in the past, the nightly task has run."""
    back = datetime.timedelta(days=20)
    Notice.objects.filter(pk=notice.pk).update(starts_on=notice.starts_on - back, ends_on=notice.ends_on - back)


def test_the_journey(stage: Stage, world):
    school, university = factories.member(world["a1"], "周敏芳"), factories.member(world["u"], "胡佩珍")
    with stage.page(world["officer"]) as page:
        call = open_edition(page)
    work()
    assert Message.objects.filter(user=world["a1.chair"].user, subject__contains="三八红旗手").count() == 1

    # ── the units fill, see the rules, print, upload, submit ──
    for actor, person in ((world["a1.chair"], school), (world["u.chair"], university)):
        with stage.page(actor) as page:
            entry = start(page, call, person.name)
            page.locator("[name=votes_abstain]").fill("6")
            fill(page)
            expect(page.locator("#h-r")).to_be_visible()
            expect(page.locator(".rules")).to_contain_text("名额")
            answer = page.request.get(f"/entries/{entry.pk}/form.pdf")
            assert answer.ok and person.name in "".join(
                p.extract_text() for p in PdfReader(io.BytesIO(answer.body())).pages
            )
            assert page.request.get(f"/entries/{entry.pk}/form.docx").body()[:2] == b"PK"
            page.reload()
            upload(page, entry)
            move(page, "^交给")
        entry.refresh_from_db()
        assert entry.state == State.REVIEW, entry.state
    mine, other = Entry.objects.get(member=school), Entry.objects.get(member=university)
    assert mine.desk == world["a"] and other.desk == world["city"]

    # ── the district hands it on; the city sends it back with flags, gets it again, sees what changed ──
    with stage.page(world["a.officer"]) as page:
        page.goto(f"/entries/{mine.pk}/")
        move(page, "^同意")
        page.goto(f"/entries/{mine.pk}/")
        expect(page.locator(".desks .here")).to_contain_text("市教育工会")
    with stage.page(world["officer"]) as page:
        page.goto(f"/entries/{mine.pk}/")
        page.locator(".bar").get_by_role("link", name=re.compile("退回补正")).click()
        dialog = page.locator("dialog[open]")
        dialog.locator("summary", has_text="还有").click()
        dialog.locator("[name=flag-votes_for]").check()
        dialog.locator("[name=say-votes_for]").fill("与会议纪要不符")
        dialog.locator("[name=note]").fill("票数对不上")
        with page.expect_navigation():
            dialog.get_by_role("button", name=re.compile("退回，请改 1 处")).click()
        page.goto(f"/entries/{mine.pk}/")
        expect(page.locator("h1 .st-returned")).to_be_visible()
    with stage.page(world["a1.chair"]) as page:
        page.goto(f"/entries/{mine.pk}/edit/")
        expect(page.locator("#asked")).to_contain_text("与会议纪要不符")
        with page.expect_response(lambda answer: answer.request.method == "POST" and answer.url.endswith("/edit/")):
            page.locator("#asked [name=votes_for]").fill("118")
            page.locator("[name=votes_against]").fill("5")
        expect(page.locator(".saved")).to_contain_text("已自动保存")
        page.reload()
        put(page, "推荐审批表（盖章扫描）")
        mine.refresh_from_db()
        assert mine.data["votes_for"] == 118
        move(page, "^交给")
    with stage.page(world["officer"]) as page:
        page.goto(f"/entries/{mine.pk}/")
        expect(page.locator(".diff")).to_contain_text("118")
        expect(page.locator(".diff del").first).to_be_visible()
        move(page, "列入拟定名单")
        page.goto(f"/entries/{other.pk}/")
        move(page, "列入拟定名单")

        # ── the slate, the notice ──
        page.goto(f"/calls/{call.pk}/slate/")
        page.get_by_role("link", name=re.compile("公示这 2 件")).click()
        page.fill("[name=phone]", "021-55550123")
        page.get_by_role("button", name=re.compile("存好")).click()
        page.get_by_role("link", name="公示…").click()
        page.locator("dialog[open]").get_by_role("button", name=re.compile("公示")).click()
        expect(page.locator("h1 .st-notice")).to_be_visible()
    notice = Notice.objects.get()

    # ── anybody reads it and objects; only that one is held; the supervisor settles it ──
    with stage.page() as page:
        page.goto(f"/n/{notice.code}/")
        expect(page.locator("article.paper")).to_contain_text("周*芳")
        assert "周敏芳" not in page.content()
        page.get_by_role("link", name="提出异议").click()
        page.select_option("[name=line]", label="胡*珍（测试大学工会）")
        page.fill("[name=name]", "张三")
        page.fill("[name=contact]", "13800000000")
        page.fill("[name=text]", "推荐材料里的获奖时间不对，请核实这件事。")
        page.get_by_role("button", name="交给监督人员").click()
        page.wait_for_url("**/r/**")
    other.refresh_from_db()
    mine.refresh_from_db()
    assert other.held and not mine.held
    close_window(notice)

    # ── the decision: drafted by the officer, signed by the leader; the held one waits ──
    with stage.page(world["officer"]) as page:
        page.goto(f"/notices/{notice.pk}/end/")
        with page.expect_navigation():
            page.get_by_role("button", name="办结").click()
        page.goto(f"/calls/{call.pk}/decisions/new/")
        page.fill("[name=number]", "沪教工〔2026〕9号")
        page.get_by_role("button", name=re.compile("存好")).click()
        page.wait_for_url("**/decisions/*/")
        expect(page.locator("main")).to_contain_text("周敏芳")
        assert "胡佩珍" not in page.locator("main table").inner_text()
    with stage.page(world["leader"]) as page:
        page.goto("/decisions/")
        page.get_by_role("link", name="沪教工〔2026〕9号").click()
        page.get_by_role("link", name="签发…").click()
        page.locator("dialog[open]").get_by_role("button", name=re.compile("签发，通过 1 件")).click()
        expect(page.locator("h1")).to_contain_text("已签发")
    mine.refresh_from_db()
    assert mine.state == State.APPROVED
    honour = Honour.objects.get(entry=mine)

    # ── certificates in one batch, the public page, the revocation ──
    with stage.page(world["officer"]) as page:
        page.goto(f"/honours/calls/{call.pk}/certificates/")
        with page.expect_navigation():
            page.get_by_role("button", name="做 1 张").click()
    work()
    certificate = Certificate.objects.get(honour=honour)
    assert len(PdfReader(io.BytesIO(factories.stored(certificate.batch.file))).pages) == 1
    with stage.page() as page:
        page.goto(f"/v/{certificate.code}/")
        expect(page.locator("h1")).to_contain_text("有效")
        expect(page.locator("main")).to_contain_text("周*芳")
    with stage.page(world["leader"]) as page:
        page.goto(f"/honours/{honour.pk}/")
        page.get_by_role("link", name=re.compile("撤销")).click()
        box = page.locator("dialog[open]")
        box.locator("[name=document]").fill("沪教工〔2027〕1号")
        box.locator("[name=reason]").fill("推荐材料不实")
        with page.expect_navigation():
            box.get_by_role("button", name="撤销这项荣誉").click()
    with stage.page() as page:
        page.goto(f"/v/{certificate.code}/")
        expect(page.locator("h1")).to_contain_text("撤销")
    assert stage.complaints == [], "the browser's console stays silent, also about the content security policy"
