"""Work plans on the page: every task with its sentence, filters, links, progress, the import's preview."""

import io

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.core.actor import Actor
from portal.registry.models import Kind, Organization
from programs.actions import plans as actions
from programs.models import Call, Plan
from programs.planreader.reader import read_plan
from tests.programs.planning import BROKEN, SOURCE, actor, call_with_entries, signed_in, task

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


# pages ----------------------------------------------------------------------------------------------------------------


def test_every_task_is_readable_on_the_page_with_its_sentence(plan, officer, district):
    for who in (officer, actor("chair", district)):
        page = signed_in(who).get(reverse("programs:plan_detail", args=[plan.pk]))
        assert page.status_code == 200
        html = page.content.decode()
        for row in plan.items.tasks():
            assert row.title in html
            assert reverse("programs:plan_task", args=[row.pk]) in html
        assert len(page.content) < 100_000


def test_pages_are_for_posts_and_writing_for_the_owner(plan, officer, district):
    detail, row = reverse("programs:plan_detail", args=[plan.pk]), task(plan, "1.1.1")
    department = reverse("programs:plan_department", args=[row.pk])
    assert signed_in(actor("", None)).get(detail).status_code == 404
    assert Client().get(detail).status_code == 302
    assert signed_in(actor("chair", district)).get(department).status_code == 404
    assert signed_in(actor("officer", district)).post(department, {"department": "别的部"}).status_code == 404
    assert signed_in(officer).post(department, {"department": "组织部"}).status_code == 302
    row.refresh_from_db()
    assert row.department == "组织部"


def test_filters_show_what_is_asked_for(plan, officer):
    client, detail = signed_in(officer), reverse("programs:plan_detail", args=[plan.pk])
    actions.set_department(task(plan, "2"), officer, "经济部")

    def shown(**query: str) -> set[str]:
        chapters = client.get(detail, query).context["chapters"]
        return {line.row.code for chapter in chapters for item in chapter.items for line in item.tasks}

    assert shown(chapter="2") == shown(department="经济部") == {"2.1.1", "2.1.2", "2.1.3", "2.2.1"}
    assert "1.2.1" in shown(theme="评选")
    assert shown(theme="评选", chapter="2") == set()
    assert shown(state="idle") == {row.code for row in plan.items.tasks()}
    assert shown(department="-", chapter="2") == set()


def test_linking_on_the_page(plan, officer, district):
    call = call_with_entries(officer, district, {"review": 2})
    row = task(plan, "1.2.1")
    client, url = signed_in(officer), reverse("programs:plan_calls", args=[row.pk])
    assert "原文点到" in client.get(url).content.decode()
    assert client.post(url, {"calls": [call.pk]}).status_code == 302
    page = client.get(reverse("programs:plan_task", args=[row.pk])).content.decode()
    assert "审核中 2" in page
    assert client.post(url, {}).status_code == 302
    assert not row.calls.exists()
    stranger = call_with_entries(actor("officer", district), district, {}, key="draft")
    Call.objects.filter(pk=stranger.pk).update(state=Call.State.DRAFT, published_at=None)
    assert client.post(url, {"calls": [stranger.pk]}).status_code == 422


def test_progress_on_the_page(plan, officer):
    row = task(plan, "3.2.1")
    client, url = signed_in(officer), reverse("programs:plan_progress", args=[row.pk])
    assert client.post(url, {"note": "", "done_on": timezone.localdate().isoformat()}).status_code == 422
    assert client.post(url, {"note": "办法已印发", "done_on": timezone.localdate().isoformat()}).status_code == 302
    assert "办法已印发" in client.get(reverse("programs:plan_task", args=[row.pk])).content.decode()


def test_import_page_shows_problems_by_line_and_keeps_the_text(officer):
    client, url = signed_in(officer), reverse("programs:plan_import")
    assert client.get(url).status_code == 200
    assert client.post(url, {"text": ""}).status_code == 422
    page = client.post(url, {"text": BROKEN})
    assert page.status_code == 422
    html = page.content.decode()
    assert "应该是第 2 章" in html
    assert "导班子调整工作" in html
    assert not Plan.objects.exists()
    upload = io.BytesIO(BROKEN.encode("gb18030"))
    upload.name = "要点.txt"
    html = client.post(url, {"file": upload}).content.decode()
    assert "应该是第 2 章" in html
    assert "三、以赛促教" in html


def test_import_page_previews_before_it_writes(officer):
    client, url = signed_in(officer), reverse("programs:plan_import")
    page = client.post(url, {"text": SOURCE.replace("\n", "\r\n")})
    assert page.status_code == 200
    assert "滨江教育工匠" in page.content.decode()
    assert not Plan.objects.exists()
    seen = page.context["form"].initial["seen"]
    touched = client.post(url, {"text": SOURCE + "\n", "seen": seen, "confirm": "1"})
    assert touched.status_code == 200, "a text that was changed after the preview is previewed again"
    assert not Plan.objects.exists()
    done = client.post(url, {"text": SOURCE, "seen": seen, "confirm": "1"})
    plan = Plan.objects.get()
    assert done.url == reverse("programs:plan_detail", args=[plan.pk])
    again = client.post(url, {"text": SOURCE, "seen": seen, "confirm": "1"})
    assert again.status_code == 302
    assert Plan.objects.count() == 1


def test_import_page_compares_with_the_plan_in_force(plan, officer):
    client, url = signed_in(officer), reverse("programs:plan_import")
    text = SOURCE.replace("增强课堂本领", "增强教学本领")
    page = client.post(url, {"text": text})
    compared = page.context["compared"]
    assert (compared["new"], compared["gone"]) == (1, 1)
    seen = page.context["form"].initial["seen"]
    assert client.post(url, {"text": text, "seen": seen, "confirm": "1"}).status_code == 422
    assert client.post(url, {"text": text, "seen": seen, "confirm": "1", "replace": "on"}).status_code == 302
    assert Plan.objects.current().get().source == text


def test_the_list_leads_to_the_only_plan(plan, officer):
    client = signed_in(officer)
    assert client.get(reverse("programs:plan_list")).url == reverse("programs:plan_detail", args=[plan.pk])
    Plan.objects.create(owner=plan.owner, year=2030, title="旧年要点", source="x", file_hash="0" * 64)
    assert "旧年要点" in client.get(reverse("programs:plan_list")).content.decode()


def test_the_source_shows_the_lines(plan, officer):
    html = signed_in(officer).get(reverse("programs:plan_source", args=[plan.pk])).content.decode()
    number = SOURCE.split("\n").index("一、立德树人，筑牢共同奋斗的根基") + 1
    assert f'id="l{number}"' in html
