"""Public notices over HTTP: prepared, posted, read by everybody, objected to, answered, taken down."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.core.models import Record
from programs.actions import notices as actions
from programs.actions.moves import make_move
from programs.models import Notice, Objection
from programs.spec import State
from tests import factories
from tests.pages import awarding

pytestmark = pytest.mark.django_db
WORDS = "推荐材料里的获奖时间不对，请核实。"


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


def url(name: str, *args) -> str:
    return reverse(f"programs:{name}", args=args)


def text(response) -> str:
    return response.content.decode()


def objection(notice: Notice, kind: str = "named", **values) -> dict:
    data = {"line": notice.lines.first().pk, "kind": kind, "text": WORDS, "name": "张三丰", "contact": "13800000000"}
    return data | values


# ── the staff ──
def test_an_officer_prepares_mends_and_posts_a_notice(world, sign_in):
    call = awarding.slate(world, 2)
    client = sign_in(world["officer"])
    data = {"title": "关于表彰的公示", "number": "沪教工示〔2026〕7号", "body": "现予公示。", "phone": "021-55550123"}
    response = client.post(url("notice_new", call.pk), data)
    notice = Notice.objects.get()
    assert response.url == url("notice", notice.pk)
    page = text(client.get(response.url))
    assert "还没公示" in page
    assert "公示…" in page
    assert "*" in page, "a draft shows the masked slate"
    assert Client().get(url("public_notice", notice.code)).status_code == 404, "a draft is nobody's business"

    client.post(url("notice_change", notice.pk), data | {"title": "关于表彰三八红旗手的公示"})
    notice.refresh_from_db()
    assert notice.title == "关于表彰三八红旗手的公示"
    assert "公示 2 件" in text(client.get(url("notice_post", notice.pk)))
    assert client.post(url("notice_post", notice.pk)).url == url("notice", notice.pk)
    notice.refresh_from_db()
    assert notice.state == "posted"
    assert notice.lines.count() == 2
    page = text(client.get(url("notice", notice.pk)))
    assert "公示 5 个工作日" in page
    assert "看公开的网页" in page
    assert "<svg" in page
    client.post(url("notice_change", notice.pk), data)
    notice.refresh_from_db()
    assert notice.title == "关于表彰三八红旗手的公示", "what is on notice cannot be changed"


def test_a_draft_can_be_dropped_and_a_notice_cannot(world, sign_in):
    call = awarding.slate(world)
    notice = actions.draft_notice(world["officer"], call, "公示", "", "现予公示。", {})
    client = sign_in(world["officer"])
    client.post(url("notice_drop", notice.pk))
    assert not Notice.objects.exists()
    posted = awarding.noticed(world)
    client.post(url("notice_drop", posted.pk))
    assert Notice.objects.get() == posted


def test_a_notice_ends_only_after_its_last_day(world, sign_in):
    notice = awarding.noticed(world)
    client = sign_in(world["officer"])
    page = text(client.post(url("notice_end", notice.pk), follow=True))
    notice.refresh_from_db()
    assert notice.state == "posted"
    assert "才期满" in page
    with awarding.later(20):
        assert "期满办结…" in text(client.get(url("notice", notice.pk)))
        client.post(url("notice_end", notice.pk))
        notice.refresh_from_db()
        assert notice.state == "ended"
        assert "公示结果" in text(Client().get(url("public_notice", notice.code)))
        client.post(url("notice_end", notice.pk))
    notice.refresh_from_db()
    assert notice.state == "archived"
    assert Client().get(url("public_notice", notice.code)).status_code == 404, "names do not stay for ever"
    assert notice.title not in text(Client().get(url("public_notices")))


@pytest.mark.parametrize("who", ["leader", "supervisor", "auditor"])
def test_who_watches_reads_but_does_not_act(world, sign_in, who):
    notice = awarding.noticed(world)
    client = sign_in(world[who])
    assert client.get(url("notice", notice.pk)).status_code == 200
    assert client.get(url("notice_post", notice.pk)).status_code == 404
    assert client.post(url("notice_end", notice.pk)).status_code == 404


@pytest.mark.parametrize("who", ["a.officer", "u.chair", "teacher", "system"])
def test_a_stranger_finds_nothing(world, sign_in, who):
    notice = awarding.noticed(world)
    client = sign_in(world[who])
    for name in ("notice", "notice_post", "notice_end", "notice_change", "notice_drop"):
        assert client.get(url(name, notice.pk)).status_code == 404, name


def test_three_notices_cost_what_one_costs(world, sign_in):
    client = sign_in(world["officer"])
    anybody = Client()

    def queries(page: str, who: Client) -> int:
        who.get(page)
        with CaptureQueriesContext(connection) as seen:
            assert who.get(page).status_code == 200
        return len(seen)

    one = awarding.noticed(world, 1)
    pages = {url("notices"): client, url("public_notices"): anybody}
    before = {page: queries(page, who) for page, who in pages.items()}
    small = queries(url("public_notice", one.code), anybody)
    awarding.noticed(world, 1)
    three = awarding.noticed(world, 3)
    assert {page: queries(page, who) for page, who in pages.items()} == before
    assert queries(url("public_notice", three.code), anybody) == small


# ── everybody ──
def test_everybody_reads_the_notice_with_masked_names(world):
    notice = awarding.noticed(world, 3)
    person = awarding.entry_of(notice).subject
    anybody = Client()
    assert notice.title in text(anybody.get(url("public_notices")))
    page = text(anybody.get(url("public_notice", notice.code)))
    assert "公示中" in page
    assert "提出异议" in page
    assert "021-55550123" in page
    assert person not in page
    assert notice.lines.first().name in page
    found = text(anybody.get(url("public_notice", notice.code), {"q": "测试大学"}))
    assert "3 人" in found
    assert notice.lines.first().name in found
    assert "没有“外星人”" in text(anybody.get(url("public_notice", notice.code), {"q": "外星人"}))
    assert "没有标题里写" in text(anybody.get(url("public_notices"), {"q": "外星人"}))
    assert anybody.get(url("public_notice", "nosuchcode")).status_code == 404
    assert anybody.get(url("public_notices"), {"q": "\x00"}).status_code == 200


def test_the_unmasked_edition_and_the_collective_show_full_names(world):
    plain = awarding.noticed(world, notice_masks=False)
    assert awarding.entry_of(plain).subject in text(Client().get(url("public_notice", plain.code)))
    group = awarding.noticed(world, key="women-flag-collective")
    assert awarding.entry_of(group).subject in text(Client().get(url("public_notice", group.code)))


def test_held_and_fallen_lines_say_so_and_not_why(world):
    notice = awarding.noticed(world, 2)
    held, fallen = notice.lines.all()
    actions.object_to(notice, held, "named", WORDS, "张三丰", "13800000000")
    made = actions.object_to(notice, fallen, "named", WORDS, "李四光", "13800000001")
    actions.review_objection(world["supervisor"], made.pk, "accepted", "", 1)
    actions.review_objection(world["supervisor"], made.pk, "upheld", "属实。", 2)
    make_move(fallen.entry_id, "uphold", by=world["leader"], note="异议成立")
    page = text(Client().get(url("public_notice", notice.code)))
    assert f'{held.name} <span class="tag warn">暂缓</span>' in page
    assert f"<del>{fallen.name}</del>" in page
    assert "已撤下" in page
    assert "张三丰" not in page
    assert "获奖时间" not in page
    assert "异议成立" not in page


def test_a_search_word_is_only_ever_text(world):
    notice = awarding.noticed(world)
    page = text(Client().get(url("public_notice", notice.code), {"q": "<script>alert(1)</script>"}))
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


# ── objections ──
def test_a_named_objection_holds_its_entry_and_is_answered_by_receipt(world, sign_in):
    notice = awarding.noticed(world)
    anybody = Client()
    assert anybody.get(url("object", notice.code)).status_code == 200
    data = objection(notice, evidence=factories.pdf_upload("证据.pdf"))
    response = anybody.post(url("object", notice.code), data)
    made = Objection.objects.get()
    assert response.url == url("objection_receipt", made.receipt)
    assert awarding.entry_of(notice).held
    receipt = text(anybody.get(response.url))
    assert made.receipt in receipt
    assert "张三丰" not in receipt
    assert "获奖时间" not in receipt

    client = sign_in(world["supervisor"])
    assert "没办结" in text(client.get(url("objections")))
    page = text(client.get(url("objection", made.pk)))
    assert "张三丰" in page
    assert WORDS in page
    assert "受理…" in page
    assert Record.objects.filter(act="objection.read", target_id=made.pk).exists()
    assert client.get(url("objection_evidence", made.pk)).status_code == 200
    assert Record.objects.filter(act="objection.evidence", target_id=made.pk).exists()
    client.post(url("objection_review", made.pk, "accepted"), {"version": 1})
    refused = client.post(url("objection_review", made.pk, "dismissed"), {"version": 2})
    assert refused.status_code == 422, "closing needs an answer"
    client.post(url("objection_review", made.pk, "dismissed"), {"version": 2, "answer": "已核实，时间无误。"})
    assert not awarding.entry_of(notice).held
    receipt = text(anybody.get(url("objection_receipt", made.receipt)))
    assert "办结了" in receipt
    assert "已核实，时间无误。" in receipt


def test_an_old_page_of_an_objection_is_refused(world, sign_in):
    notice = awarding.noticed(world)
    made = actions.object_to(notice, None, "unit", WORDS, "某工会", "021-1")
    client = sign_in(world["supervisor"])
    client.post(url("objection_review", made.pk, "accepted"), {"version": 1})
    late = client.post(url("objection_review", made.pk, "accepted"), {"version": 1})
    assert late.status_code == 422
    assert "刚有人办过" in text(late)
    assert client.get(url("objection_review", made.pk, "forgotten")).status_code == 404


def test_an_anonymous_objection_keeps_nothing_of_the_account(world, sign_in):
    notice = awarding.noticed(world)
    client = sign_in(world["teacher"])
    client.post(url("object", notice.code), objection(notice, "anonymous", evidence=factories.pdf_upload()))
    made = Objection.objects.get()
    assert (made.name, made.contact) == ("", ""), "what was typed into the wrong fields is not kept either"
    record = Record.objects.get(act="objection.receive")
    assert record.by is None
    assert record.as_name == ""
    assert made.evidence.created_by is None
    assert not awarding.entry_of(notice).held, "an anonymous one holds only when it is taken up"


def test_what_is_missing_is_said_at_the_field_and_kept(world):
    notice = awarding.noticed(world)
    anybody = Client()
    response = anybody.post(url("object", notice.code), objection(notice, name="", contact=""))
    assert response.status_code == 422
    assert "要留姓名和联系方式" in text(response)
    assert WORDS in text(response)
    response = anybody.post(url("object", notice.code), objection(notice, text="不服"))
    assert response.status_code == 422
    assert "至少 10 个字" in text(response)
    fake = factories.pdf_upload("病毒.pdf")
    fake.file.seek(0)
    fake.file.write(b"MZ" + b"\0" * 200)
    fake.file.seek(0)
    response = anybody.post(url("object", notice.code), objection(notice, evidence=fake))
    assert response.status_code == 422
    assert not Objection.objects.exists()


def test_the_same_form_twice_is_one_objection(world):
    notice = awarding.noticed(world)
    anybody = Client()
    data = objection(notice, _key="k1")
    assert anybody.post(url("object", notice.code), data).status_code == 302
    assert anybody.post(url("object", notice.code), data).status_code == 302
    assert Objection.objects.count() == 1


def test_another_notices_line_is_refused(world):
    mine, other = awarding.noticed(world), awarding.noticed(world)
    response = Client().post(url("object", mine.code), objection(other))
    assert response.status_code == 422
    assert not Objection.objects.exists()


def test_after_the_window_the_page_says_so(world):
    notice = awarding.noticed(world)
    with awarding.later(20):
        page = Client().get(url("object", notice.code))
        assert page.status_code == 200
        assert "不再从网页收异议" in text(page)
        Client().post(url("object", notice.code), objection(notice))
        assert "提出异议" not in text(Client().get(url("public_notice", notice.code)))
    assert not Objection.objects.exists()


def test_too_many_objections_from_one_address_wait(world):
    notice = awarding.noticed(world)
    anybody = Client(REMOTE_ADDR="203.0.113.7")
    answers = [anybody.post(url("object", notice.code), objection(notice, text="短")).status_code for _n in range(21)]
    assert answers[:20] == [422] * 20
    assert answers[20] == 429


@pytest.mark.parametrize("who", ["officer", "leader", "a.officer", "u.chair", "teacher"])
def test_nobody_who_handles_the_award_sees_who_objected(world, sign_in, who):
    notice = awarding.noticed(world)
    made = actions.object_to(notice, None, "named", WORDS, "张三丰", "13800000000", factories.pdf_upload())
    client = sign_in(world[who])
    for page in (url("objections"), url("objection", made.pk), url("objection_evidence", made.pk),
                 url("objection_review", made.pk, "accepted")):  # fmt: skip
        assert client.get(page).status_code == 404, page


def test_the_auditor_reads_an_objection_without_its_evidence(world, sign_in):
    notice = awarding.noticed(world)
    made = actions.object_to(notice, None, "named", WORDS, "张三丰", "13800000000", factories.pdf_upload())
    client = sign_in(world["auditor"])
    page = text(client.get(url("objection", made.pk)))
    assert WORDS in page
    assert "受理…" not in page
    assert client.get(url("objection_evidence", made.pk)).status_code == 404
    assert client.post(url("objection_review", made.pk, "accepted"), {"version": 1}).status_code == 404
    assert Client().get(url("objection", made.pk)).status_code == 302, "signed out: to the login"


def test_the_states_of_the_notice_are_those_of_its_entries(world):
    notice = awarding.noticed(world)
    assert awarding.entry_of(notice).state == State.NOTICE
