"""P-EXP2: papers about people say on every sheet who took them, when and what for."""

import datetime
import io

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from awards.honours import reports
from portal.accounts.models import User
from portal.core import exports
from portal.kit import days
from portal.kit.pdf import html_to_pdf, marked
from tests import factories

pytestmark = [pytest.mark.promise("P-EXP2"), pytest.mark.django_db]


def sheets(content: bytes) -> list[str]:
    """The words of each sheet, blanks taken out."""
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


def test_every_sheet_of_every_paper_about_people_is_marked(world, sign_in, figure):
    officer = world["officer"]
    person = factories.member(world["u"], "周敏芳")
    entry = factories.submitted(world["u.chair"], factories.call(officer), person=person)
    client = sign_in(officer)
    dossier = reverse("registry:member_dossier_pdf", args=[person.pk])
    union = reverse("registry:organization_dossier_pdf", args=[world["u"].pk])
    sample = {"name": person.name, "collective": False, "number": "", "awarded_on": days.today(), "title": "标兵"}
    papers = {
        "dossier of a person": client.post(dossier, {"purpose": "报市总先进事迹材料"}).content,
        "dossier of a union": client.post(union, {"purpose": "报市总先进事迹材料"}).content,
        "form of a nomination": client.get(reverse("programs:entry_pdf", args=[entry.pk])).content,
        "certificates": reports.pdf(officer, [sample] * 3),
    }
    whys = {"dossier of a person": "报市总先进事迹材料", "dossier of a union": "报市总先进事迹材料",
            "form of a nomination": "签字盖章、报送这一件", "certificates": "印制荣誉证书"}  # fmt: skip
    today, who = f"{days.today():%Y-%m-%d}", officer.user.name
    bare = [
        (name, n)
        for name, content in papers.items()
        for n, words in enumerate(sheets(content))
        if not all(part in words for part in (who, today, f"只用来：{whys[name]}"))
    ]
    figure("sheets of papers about people", sum(len(sheets(one)) for one in papers.values()))
    figure("of these without who, when and why", len(bare), wanted="0")
    assert bare == [] and len(sheets(papers["certificates"])) == 3


def test_the_control_a_paper_without_the_call_is_bare(world, figure):
    plain = html_to_pdf("<p>名单</p><p style='break-before:page'>第二页</p>")
    line = exports.paper_mark(world["officer"], "<b>报送</b> & 存档")
    bare = sum("只用来" not in words for words in sheets(plain))
    figure("control: sheets without a mark when nobody lays it on", bare, wanted="2")
    assert bare == 2
    assert all("只用来：<b>报送</b>&存档" in words for words in sheets(marked(plain, line))), (
        "and what is typed is text"
    )


def test_nothing_leaves_while_the_second_factor_is_new(world, sign_in):
    person = factories.member(world["u"], "周敏芳")
    User.objects.filter(pk=world["officer"].user.pk).update(
        restrained_until=timezone.now() + datetime.timedelta(hours=1)
    )
    where = reverse("registry:member_dossier_pdf", args=[person.pk])
    answer = sign_in(world["officer"]).post(where, {"purpose": "报市总先进事迹材料"})
    assert answer["Content-Type"] != "application/pdf" and "24 小时" in answer.content.decode()
