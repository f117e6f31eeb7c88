"""Decisions over HTTP: drafted, looked at as the red-headed paper, signed by somebody else."""

import io

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from awards.honours.models import Honour
from portal.kit.pdf import has_glyphs
from programs.actions import decisions as actions
from programs.actions import notices
from programs.models import Decision
from programs.spec import State
from tests.pages import awarding

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


def url(name: str, *args) -> str:
    return reverse(f"programs:{name}", args=args)


def text(response) -> str:
    return response.content.decode()


def test_an_officer_drafts_and_a_leader_signs(world, sign_in):
    notice = awarding.noticed(world, 2)
    client = sign_in(world["officer"])
    assert "公示中 2 件" in text(client.get(url("decision_new", notice.call_id)))
    data = {"number": "沪教工〔2026〕9号", "title": "关于表彰的决定", "text": "研究决定，予以表彰。"}
    response = client.post(url("decision_new", notice.call_id), data)
    decision = Decision.objects.get()
    assert response.url == url("decision", decision.pk)
    page = text(client.get(response.url))
    assert "待签发" in page
    assert "之后才能签发" in page
    assert "签发…" not in page, "an officer has no button to sign"
    assert client.get(url("decision_sign", decision.pk)).status_code == 404

    client = sign_in(world["leader"])
    early = client.post(url("decision_sign", decision.pk), {"version": 1, "decided_on": "2026-12-20"})
    assert early.status_code == 422
    assert Decision.objects.get().state == "draft", "the window has not run out"
    with awarding.later(20):
        notices.end_notice(notice.pk)
        assert "签发，通过 2 件" in text(client.get(url("decision_sign", decision.pk)))
        done = client.post(url("decision_sign", decision.pk), {"version": 1, "decided_on": "2026-12-20"})
        assert done.status_code == 302
        page = text(client.get(url("decision", decision.pk)))
    assert "已签发" in page
    assert "红头文件 PDF" in page
    assert reverse("honours:certificates", args=[notice.call_id]) in page, "the room above says what follows"
    assert Honour.objects.count() == 2
    assert {line.entry.state for line in Decision.objects.get().lines.all()} == {State.APPROVED}


def test_a_number_is_used_once_and_what_was_typed_stays(world, sign_in):
    decision = awarding.decided(world)
    notice = awarding.noticed(world)
    client = sign_in(world["officer"])
    data = {"number": decision.number, "title": "另一份", "text": "研究决定。"}
    response = client.post(url("decision_new", notice.call_id), data)
    assert response.status_code == 422
    assert "已经用过" in text(response)
    assert "另一份" in text(response)


def test_an_old_page_cannot_sign(world, sign_in):
    decision = awarding.decided(world)
    client = sign_in(world["leader"])
    with awarding.later(20):
        response = client.post(url("decision_sign", decision.pk), {"version": 7, "decided_on": "2026-12-20"})
    assert response.status_code == 422
    assert "请看过新的再签" in text(response)


def test_a_draft_is_thrown_away_a_signed_one_is_not(world, sign_in):
    client = sign_in(world["officer"])
    decision = awarding.decided(world)
    client.post(url("decision_drop", decision.pk))
    assert not Decision.objects.exists()
    awarding.awarded(world)
    signed = Decision.objects.get()
    page = text(client.post(url("decision_drop", signed.pk), follow=True))
    assert Decision.objects.get() == signed
    assert "不能作废" in page


def test_one_held_after_the_draft_is_shown_and_left_behind(world, sign_in):
    notice = awarding.noticed(world, 2)
    decision = actions.draft_decision(world["officer"], notice.call, "沪教工〔2026〕9号", "决定", "研究决定。")
    notices.object_to(notice, notice.lines.first(), "named", "获奖时间和证书不符，请核实。", "张三丰", "138")
    client = sign_in(world["leader"])
    assert "1 件起草以后有了异议" in text(client.get(url("decision", decision.pk)))
    with awarding.later(20):
        notices.end_notice(notice.pk)
        client.post(url("decision_sign", decision.pk), {"version": 1, "decided_on": "2026-12-20"})
    assert Honour.objects.count() == 1


@pytest.mark.parametrize("who", ["a.officer", "u.chair", "supervisor", "teacher", "system"])
def test_a_stranger_finds_no_decision(world, sign_in, who):
    decision = awarding.decided(world)
    client = sign_in(world[who])
    for name in ("decision", "decision_pdf", "decision_sign", "decision_drop"):
        assert client.get(url(name, decision.pk)).status_code == 404, name
    assert Client().get(url("decision", decision.pk)).status_code == 302


# ── the paper ──
def test_the_paper_has_its_glyphs_and_an_even_number_of_pages(world, sign_in):
    honour = awarding.awarded(world)[0]
    response = sign_in(world["auditor"]).get(url("decision_pdf", honour.decision_id))
    assert response["Content-Type"] == "application/pdf"
    paper = response.content
    for words in ("市教育工会测试文件", "关于表彰三八红旗手的决定", honour.name, "按拼音为序", "办公室"):
        assert has_glyphs(paper, words), words
    assert len(PdfReader(io.BytesIO(paper)).pages) % 2 == 0


def test_a_drafts_paper_says_so_and_has_no_imprint(world, sign_in):
    decision = awarding.decided(world)
    paper = sign_in(world["officer"]).get(url("decision_pdf", decision.pk)).content
    assert has_glyphs(paper, "送签稿")
    assert not has_glyphs(paper, "印发")


def test_what_somebody_wrote_is_never_fetched(world, sign_in, caplog):
    decision = awarding.decided(world)
    evil = '<link rel=attachment href="file:///etc/passwd"><img src="http://127.0.0.1:9/x">'
    Decision.objects.filter(pk=decision.pk).update(text=evil, title=evil[:150])
    paper = sign_in(world["officer"]).get(url("decision_pdf", decision.pk)).content
    reader = PdfReader(io.BytesIO(paper))
    assert not reader.attachments
    assert "file:///etc/passwd" in "".join(page.extract_text() for page in reader.pages).replace("\n", ""), "it is text"
    assert "refused an address" not in caplog.text, "nothing was even asked for"
