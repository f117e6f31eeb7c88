"""A dossier tells everything of a person or a union over the years, to whoever may see it; and the PDF of it."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from awards.honours.actions import register_legacy
from portal.core.models import Record
from portal.kit import days
from portal.kit.pdf import has_glyphs
from portal.registry.actions import changes, figures
from portal.registry.actions.members import transfer
from portal.registry.carrying import Asked
from programs.actions.moves import make_move
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"


def path(what: str, row, suffix: str = "") -> str:
    return reverse(f"registry:{what}_dossier{suffix}", args=[row.pk])


def honour(world, person, key: str, year: int = 2020):
    return register_legacy(
        world["officer"], title="三八红旗手", family="三八红旗手", level="system", year=year,
        awarded_on=datetime.date(year, 3, 8), member=person, organization=world[key], name=person.name,
        unit=world[key].name,
    )  # fmt: skip


@pytest.fixture
def person(world):
    one = factories.member(world["a1"], "周敏芳")
    honour(world, one, "a1")
    entry = factories.submitted(world["a1.chair"], factories.call(world["officer"]), person=one)
    make_move(entry.pk, "refuse", by=world["a.officer"], note="条件不符")
    return one


def test_everything_of_a_person_in_one_line_of_time(world, person, sign_in):
    transfer(world["officer"], person.pk, world["a2"], days.today())
    client = sign_in(world["a.officer"])
    page = client.get(path("member", person)).content.decode()
    for part in ("三八红旗手", "不通过", "入会", "转入", world["a2"].name):
        assert part in page, part
    assert page.index("转入") < page.index("2020-03-08"), "newest first"
    only = client.get(path("member", person), {"kind": "获得"}).content.decode()
    assert "2020-03-08" in only and "不通过" not in only


def test_who_may_not_see_the_person_sees_no_dossier(world, person, sign_in):
    for suffix in ("", "_pdf"):
        assert sign_in(world["b.officer"]).get(path("member", person, suffix)).status_code == 404
        assert sign_in(world["teacher"]).get(path("member", person, suffix)).status_code == 404
        assert sign_in(world["b1.chair"]).get(path("organization", world["a1"], suffix)).status_code == 404


def test_a_unit_shows_its_forerunners_too(world, person, sign_in):
    figures.report(world["a1.chair"], world["a1"].pk, days.today(), 100, 60)
    changes.change_tree(world["officer"], Asked("merge", world["a1"], days.today(), world["a2"]), "并校", "1号")
    page = sign_in(world["a.officer"]).get(path("organization", world["a2"])).content.decode()
    for part in ("三八红旗手", "并入", "教职工 100 人"):
        assert part in page, part


def test_three_lines_cost_what_one_costs(world, person, sign_in):
    client = sign_in(world["officer"])

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path("member", person)).status_code == 200
        return len(queries)

    cost()
    few = cost()
    for year in (2016, 2017, 2018):
        honour(world, person, "a1", year)
    assert cost() == few


def test_the_pdf_says_who_took_it_and_is_on_record(world, person, sign_in):
    client, where = sign_in(world["a.officer"]), path("member", person, "_pdf")
    assert "用来做什么" in client.get(where).content.decode()
    assert client.post(where, {"purpose": "x"}).status_code == 422 and not Record.objects.filter(act="member.dossier")
    made = client.post(where, {"purpose": "报市总先进事迹材料"})
    assert made["Content-Type"] == "application/pdf"
    assert has_glyphs(made.content, "周敏芳档案")
    assert Record.objects.get(act="member.dossier", target_id=person.pk).note == "报市总先进事迹材料"
