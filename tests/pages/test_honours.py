"""The register, the certificates and their public page over HTTP."""

import io
import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from awards.honours import actions, panels, queries, reports
from awards.honours.models import Certificate, CertificateBatch, Honour
from portal.core import files, jobs
from portal.core.models import Job, Record
from portal.kit import qr
from portal.kit.pdf import has_glyphs
from portal.kit.refusal import Refused
from programs.spec import State
from tests.pages import awarding

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


def url(name: str, *args) -> str:
    return reverse(name if ":" in name else f"honours:{name}", args=args)


def text(response) -> str:
    return response.content.decode()


def made(world, n: int = 1, **kwargs) -> CertificateBatch:
    """A batch with its PDF, by the job as a worker runs it."""
    honour = awarding.awarded(world, n, **kwargs)[0]
    batch = actions.start_certificates(world["officer"], honour.entry.call)
    assert jobs.run(batch.job_id)
    batch.refresh_from_db()
    return batch


def legacy(world, name: str = "钱秋萍", **values) -> Honour:
    values = {"title": "教育系统三八红旗手", "family": "三八红旗手", "level": "system", "year": 2019,
              "awarded_on": "2019-03-05", "organization": world["u"], "unit": "测试大学工会"} | values  # fmt: skip
    return actions.register_legacy(world["officer"], name=name, **values)


# ── the register ──
def test_the_register_is_found_by_name_unit_number_and_state(world, sign_in):
    batch = made(world)
    one = batch.certificates.get()
    old = legacy(world, "钱秋萍")
    client = sign_in(world["officer"])
    page = text(client.get(url("honours")))
    assert one.honour.name in page
    assert "钱秋萍" in page
    assert "导出这 2 项" in page
    for word in (one.honour.name, "qian", "测试大学", one.honour.document, one.number):
        assert client.get(url("honours"), {"q": word}).status_code == 200
    assert "钱秋萍" in text(client.get(url("honours"), {"q": "qian qiu"}))
    assert "钱秋萍" not in text(client.get(url("honours"), {"q": one.number}))
    assert one.honour.name not in text(client.get(url("honours"), {"year": 2019}))
    actions.revoke(world["leader"], old.pk, "沪教工〔2027〕1号", "弄虚作假")
    assert "钱秋萍" in text(client.get(url("honours"), {"view": "revoked"}))
    assert "钱秋萍" not in text(client.get(url("honours"), {"view": "standing"}))


def test_who_may_read_but_not_export_gets_no_sheet(world, sign_in):
    legacy(world)
    client = sign_in(world["u.chair"])
    page = client.get(url("honours"))
    assert "钱秋萍" in text(page)
    assert "导出这" not in text(page)
    answer = client.get(url("honours"), {"export": "xlsx"})
    assert "spreadsheet" not in answer.headers.get("Content-Type", "")
    sheet = sign_in(world["officer"]).get(url("honours"), {"export": "xlsx"})
    assert "spreadsheet" in sheet["Content-Type"]
    assert Record.objects.filter(act="list.export").exists()


@pytest.mark.parametrize(("who", "sees"), [("u.chair", True), ("u.clerk", True), ("v.chair", False),
                                           ("a.officer", False), ("auditor", True), ("leader", True)])  # fmt: skip
def test_each_sees_the_honours_of_their_own_tree(world, sign_in, who, sees):
    row = legacy(world)
    client = sign_in(world[who])
    assert client.get(url("honour", row.pk)).status_code == (200 if sees else 404)
    assert ("钱秋萍" in text(client.get(url("honours")))) is sees


@pytest.mark.parametrize("who", ["supervisor", "system", "security", "log"])
def test_others_have_no_register(world, sign_in, who):
    row = legacy(world)
    client = sign_in(world[who])
    assert client.get(url("honours")).status_code == 404
    assert client.get(url("honour", row.pk)).status_code == 404


def test_a_teacher_sees_their_own_honour_only(world, sign_in):
    me = world["teacher"].user.member
    mine, other = legacy(world, me.name, member=me), legacy(world, "别人")
    client = sign_in(world["teacher"])
    assert client.get(url("honour", mine.pk)).status_code == 200
    assert client.get(url("honour", other.pk)).status_code == 404
    assert client.get(url("revoke", mine.pk)).status_code == 404


def test_three_honours_cost_what_one_costs(world, sign_in):
    client = sign_in(world["officer"])

    def cost(page: str) -> int:
        client.get(page)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(page).status_code == 200
        return len(seen)

    call = made(world).call
    pages = [url("honours"), url("certificates", call.pk)]
    before = [cost(page) for page in pages]
    for honour in awarding.awarded(world, 2):
        Honour.objects.filter(pk=honour.pk).update(name="欧阳阿依古丽买买提")
    more = made(world, 3).call
    assert cost(pages[0]) == before[0]
    assert cost(url("certificates", more.pk)) == before[1]


def test_panels_show_honours_where_the_person_and_the_unit_are(world):
    batch = made(world)
    honour = batch.certificates.get().honour
    title, template, context = panels.of_member(world["u.chair"], honour.member)
    assert title == "荣誉"
    assert context["honours"][0]["opens"]
    assert template.startswith("honours/")
    assert panels.of_member(world["security"], honour.member) is None
    assert panels.of_organization(world["officer"], world["u"])[2]["total"] == 1
    assert panels.of_organization(world["officer"], world["v"])[2]["total"] == 0


# ── revoking ──
def test_a_leader_revokes_and_the_public_page_says_so_at_once(world, sign_in):
    one = made(world).certificates.get()
    anybody = Client()
    page = anybody.get(url("verify:certificate", one.code))
    assert "证书有效" in text(page)
    assert "no-store" in page["Cache-Control"]
    client = sign_in(world["leader"])
    assert "撤销…" in text(client.get(url("honour", one.honour_id)))
    empty = client.post(url("revoke", one.honour_id), {"document": "沪教工〔2027〕1号", "reason": " "})
    assert empty.status_code == 422
    assert "沪教工〔2027〕1号" in text(empty)
    data = {"document": "沪教工〔2027〕1号", "reason": "经查，材料不实。"}
    assert client.post(url("revoke", one.honour_id), data).url == url("honour", one.honour_id)
    page = text(client.get(url("honour", one.honour_id)))
    assert "经查，材料不实。" in page
    assert "撤销…" not in page
    assert "（作废）" in page
    public = text(anybody.get(url("verify:certificate", one.code)))
    assert "荣誉已撤销，证书作废" in public
    assert "沪教工〔2027〕1号" in public
    assert "经查，材料不实。" not in public, "the reason is not for the street"
    again = client.post(url("revoke", one.honour_id), data)
    assert again.status_code == 422
    assert "已经撤销过了" in text(again)
    one.honour.entry.refresh_from_db()
    assert one.honour.entry.state == State.REVOKED
    assert client.get(url("certificate_pdf", one.honour_id)).status_code == 404, "and it is not printed again"


@pytest.mark.parametrize("who", ["officer", "u.chair", "auditor", "a.officer"])
def test_nobody_else_revokes(world, sign_in, who):
    row = legacy(world)
    client = sign_in(world[who])
    assert client.post(url("revoke", row.pk), {"document": "x", "reason": "x"}).status_code == 404
    row.refresh_from_db()
    assert not row.revoked


# ── certificates ──
def test_an_officer_makes_a_batch_and_takes_it_to_the_printer(world, sign_in):
    honours = awarding.awarded(world, 3)
    call = honours[0].entry.call
    client = sign_in(world["officer"])
    page = text(client.get(url("certificates", call.pk)))
    assert "还有 3 张没做" in page
    assert "做 3 张" in page
    assert client.post(url("certificates_start", call.pk), {"_key": "a"}).status_code == 302
    client.post(url("certificates_start", call.pk), {"_key": "a"})
    again = text(client.post(url("certificates_start", call.pk), {"_key": "b"}, follow=True))
    assert "上一批还在做" in again
    assert CertificateBatch.objects.count() == 1
    batch = CertificateBatch.objects.get()
    assert batch.job.queue == "documents"
    assert 'id="job"' in again
    assert "停下来" in again
    assert client.get(url("batch_pdf", batch.pk)).status_code == 404, "not before it is there"

    assert jobs.run(batch.job_id)
    batch.refresh_from_db()
    assert batch.job.state == Job.State.DONE, batch.job.error
    page = text(client.get(url("certificates", call.pk)))
    assert "取 3 张" in page
    assert "做好了" in page
    response = client.get(url("batch_pdf", batch.pk))
    assert response["Content-Type"] == "application/pdf"
    paper = b"".join(response.streaming_content)
    assert len(PdfReader(io.BytesIO(paper)).pages) == 3
    for words in ("荣誉证书", honours[0].name, honours[0].title, batch.certificates.first().number):
        assert has_glyphs(paper, words), words
    assert Record.objects.filter(act="certificate.download").exists()
    refused = text(client.post(url("certificates_start", call.pk), follow=True))
    assert "没有还没做证书的荣誉" in refused


def test_the_job_may_run_again_without_new_numbers_or_a_second_file(world):
    batch = made(world, 2)
    numbers, stored = sorted(batch.certificates.values_list("number", flat=True)), batch.file_id
    Job.objects.filter(pk=batch.job_id).update(state=Job.State.QUEUED)
    assert jobs.run(batch.job_id)
    batch.refresh_from_db()
    assert sorted(batch.certificates.values_list("number", flat=True)) == numbers
    assert batch.file_id == stored
    assert numbers[0].endswith("-0001")
    assert numbers[1].endswith("-0002")


def test_a_stopped_batch_is_made_again_under_its_numbers(world, sign_in):
    honour = awarding.awarded(world)[0]
    batch = actions.start_certificates(world["officer"], honour.entry.call)
    number = actions.number_certificates(batch)[0].number
    jobs.cancel(batch.job)
    client = sign_in(world["officer"])
    assert "再做一次" in text(client.get(url("certificates", batch.call_id)))
    client.post(url("batch_retry", batch.pk))
    batch.refresh_from_db()
    assert jobs.run(batch.job_id)
    assert Certificate.objects.get().number == number
    with pytest.raises(Refused):
        actions.restart_certificates(world["officer"], batch.pk)


def test_one_revoked_before_printing_is_not_on_the_sheets(world):
    first, second = awarding.awarded(world, 2)
    batch = actions.start_certificates(world["officer"], first.entry.call)
    actions.number_certificates(batch)
    actions.revoke(world["leader"], first.pk, "沪教工〔2027〕1号", "弄虚作假")
    assert jobs.run(batch.job_id)
    batch.refresh_from_db()
    assert batch.count == 1
    paper = files.read(batch.file)
    assert has_glyphs(paper, second.name)
    assert not has_glyphs(paper, first.name)


def test_the_code_on_the_sheet_opens_the_public_page(world, settings):
    settings.SITE_URL = "https://gh.example.cn"
    one = made(world).certificates.get()
    address = f"https://gh.example.cn/v/{one.code}/"
    assert reports.wording(one.honour, one)["qr"] == qr.data_uri(address)
    assert reports.wording(one.honour, None)["qr"] == "", "a sample cannot be taken for a certificate"


def test_a_sample_and_a_reprint(world, sign_in):
    honour = awarding.awarded(world)[0]
    client = sign_in(world["officer"])
    sample = client.get(url("certificate_sample", honour.entry.call_id), {"honour": honour.pk}).content
    assert has_glyphs(sample, "样张")
    assert has_glyphs(sample, honour.name)
    assert client.get(url("certificate_pdf", honour.pk)).status_code == 404, "there is no certificate yet"
    batch = actions.start_certificates(world["officer"], honour.entry.call)
    jobs.run(batch.job_id)
    again = client.get(url("certificate_pdf", honour.pk)).content
    assert has_glyphs(again, Certificate.objects.get().number)
    assert not has_glyphs(again, "样张")
    assert "印了证书" in text(client.get(url("honour", honour.pk)))
    assert "补印过的" in text(client.get(url("certificates", batch.call_id)))


def test_what_a_name_contains_is_never_fetched(world, sign_in, caplog):
    honour = awarding.awarded(world)[0]
    evil = '<img src="file:///etc/passwd"><link rel=attachment href="http://127.0.0.1:9/">'
    Honour.objects.filter(pk=honour.pk).update(name=evil)
    paper = sign_in(world["officer"]).get(url("certificate_sample", honour.entry.call_id)).content
    assert not PdfReader(io.BytesIO(paper)).attachments
    assert "refused an address" not in caplog.text


@pytest.mark.parametrize("who", ["a.officer", "u.chair", "supervisor", "teacher", "system"])
def test_a_stranger_finds_no_certificates(world, sign_in, who):
    batch = made(world)
    client = sign_in(world[who])
    for page in (url("certificates", batch.call_id), url("certificate_sample", batch.call_id),
                 url("batch_pdf", batch.pk), url("certificate_pdf", batch.certificates.get().honour_id)):  # fmt: skip
        assert client.get(page).status_code == 404, page
    assert client.post(url("certificates_start", batch.call_id)).status_code == 404
    assert client.post(url("batch_retry", batch.pk)).status_code == 404
    assert Client().get(url("certificates", batch.call_id)).status_code == 302


def test_leader_and_auditor_look_and_do_not_make(world, sign_in):
    honour = awarding.awarded(world)[0]
    for who in ("leader", "auditor"):
        client = sign_in(world[who])
        page = text(client.get(url("certificates", honour.entry.call_id)))
        assert "还有 1 张没做" in page
        assert "做 1 张</button>" not in page
        assert client.post(url("certificates_start", honour.entry.call_id)).status_code == 404


def test_a_collective_is_named_with_its_unit(world):
    batch = made(world, key="women-flag-collective")
    honour = batch.certificates.get().honour
    assert reports.bearer(honour) == f"测试大学{honour.name}", "the school, not its union"
    page = text(Client().get(url("verify:certificate", batch.certificates.get().code)))
    assert honour.name in page, "a collective's name is not masked"


@pytest.mark.parametrize(
    ("name", "why"), [("冯㛃", "“㛃”是生僻字"), ("阿依古丽·麦麦提", "姓名 8 字，超过 6 字"), ("方静宜", "")]
)
def test_names_that_want_an_eye_are_listed(name, why):
    honour = Honour(name=name, title="教育系统三八红旗手", unit="测试大学", year=2026)
    assert [one["why"] for one in reports.doubts([honour])] == ([why] if why else [])


def test_a_name_changed_after_the_decision_is_listed_and_not_changed(world):
    honour = awarding.awarded(world)[0]
    honour.member.name = "新名字"
    assert "决定后改过姓名" in [one["why"] for one in reports.doubts([honour])]
    assert reports.wording(honour, None)["name"] == honour.name


# ── the public page ──
def test_everybody_checks_a_certificate_and_sees_no_full_name(world):
    one = made(world).certificates.get()
    anybody = Client()
    page = text(anybody.get(url("verify:certificate", one.code)))
    assert "证书有效" in page
    assert one.number in page
    assert one.honour.document in page
    assert one.honour.name not in page
    assert re.search(r"\*", page)
    assert one.honour.member.document_number not in page


def test_only_the_exact_number_leads_to_the_page(world):
    one = made(world).certificates.get()
    anybody = Client()
    prefix, rest = one.number.split(" ")
    for written in (one.number, f"{prefix}{rest}", f" {prefix}　{rest} ", f"{prefix} {rest.replace('-', '—')}"):
        answer = anybody.get(url("verify:search"), {"number": written})
        assert answer.status_code == 302, written
        assert answer.url == url("verify:certificate", one.code), written
    for wrong in (prefix, one.number[:-1], rest, "%", f"{prefix} 1999-0001", "x" * 500, "沪教巾\x00 2026-0001"):
        answer = anybody.get(url("verify:search"), {"number": wrong})
        assert answer.status_code == 404, wrong
        assert "登记簿里没有这个编号" in text(answer), wrong
    assert "登记簿里没有这个编号" in text(anybody.get(url("verify:certificate", "nosuchcode")))
    assert anybody.get(url("verify:certificate", "nosuchcode")).status_code == 404
    assert anybody.get(url("verify:search")).status_code == 200


def test_guessing_numbers_is_slowed_down(world):
    cache.clear()
    anybody = Client(REMOTE_ADDR="203.0.113.9")
    answers = [anybody.get(url("verify:search"), {"number": f"沪教巾 2026-{n:04d}"}).status_code for n in range(31)]
    assert answers[:30] == [404] * 30
    assert answers[30] == 429
    assert Client(REMOTE_ADDR="203.0.113.10").get(url("verify:search"), {"number": "x"}).status_code == 404


def test_the_menu_counts_what_wants_a_certificate(world, sign_in):
    awarding.awarded(world, 2)
    assert queries.to_certify(world["officer"]).count() == 2
    assert queries.to_certify(world["a.officer"]).count() == 0
    page = text(sign_in(world["officer"]).get(url("honours")))
    assert "荣誉登记簿" in page
    assert "，2 张" in page
