"""Honours from before the portal, through the same engine."""

import json

import pytest

from awards.honours.models import Honour
from portal.core.models import Record
from tests import factories
from tests.registry.rosters import commit, send, undo, workbook

pytestmark = pytest.mark.django_db(transaction=True)


def honour(name: str, unit: str, **values: str) -> dict[str, str]:
    row = {
        "name": name, "who": "个人", "title": "上海市三八红旗手", "family": "三八红旗手", "level": "市级",
        "year": "2021",
        "awarded_on": "2021-03-05", "unit": unit,
    }  # fmt: skip
    return {**row, **values}


def sheet(rows) -> bytes:
    return workbook(rows, "honours", "荣誉")


def test_honours_come_in_and_are_tied_to_people(world):
    officer, person = world["officer"], factories.member(world["a1"], "周敏芳")
    rows = [
        honour("周敏芳", "甲区第一中学工会", document_number=person.document_number, document="沪教〔2021〕3 号"),
        honour("语文组", "甲区第一中学工会", who="集体", title="教育系统三八红旗集体", level="教育系统"),
    ]
    batch = commit(officer, send(officer, sheet(rows), what="honours"))
    assert batch.summary["written"] == 2
    mine = Honour.objects.get(member=person)
    assert (mine.organization, mine.collective, mine.level, mine.pinyin) == (
        world["a1"],
        False,
        "city",
        "zhou min fang",
    )
    assert Record.objects.filter(act="honour.legacy").count() == 2
    assert send(officer, sheet(rows), what="honours").summary["same"] == 2
    batch, error = undo(officer, batch)
    assert (batch.state, error, Honour.objects.count()) == ("undone", "", 0)


def test_a_later_sheet_ties_the_person_but_rewrites_nothing(world):
    officer, person = world["officer"], factories.member(world["a1"], "周敏芳")
    commit(officer, send(officer, sheet([honour("周敏芳", "甲区第一中学工会")]), what="honours"))
    rows = [honour("周敏芳", "甲区第一中学工会", document_number=person.document_number, level="国家级")]
    batch = commit(officer, send(officer, sheet(rows), what="honours"))
    mine = Honour.objects.get()
    assert (batch.summary["changed"], mine.member, mine.level) == (1, person, "city")
    undo(officer, batch)
    mine.refresh_from_db()
    assert mine.member is None


def test_what_is_wrong_is_told_at_its_cell(world):
    officer = world["officer"]
    rows = [
        honour("甲", "没有这家"),
        honour("乙", "甲区第一中学工会", family="五好家庭"),
        honour("丙", "甲区第一中学工会", year="21", awarded_on="2030-01-01"),
        honour("丁", "甲区第一中学工会", awarded_on="2015-03-05"),
        honour("戊", "甲区第一中学工会", document_number=factories.resident_id(3)),
        honour("己", "甲区第一中学工会"),
        honour("己", "甲区第一中学工会"),
    ]
    batch = send(officer, sheet(rows), what="honours")
    told = {}
    for row in batch.rows.filter(verdict="wrong"):
        told |= {cell: reason for cell, _value, reason, *_more in json.loads(row.payload)["problems"]}
    assert set(told) == {"H2", "D3", "F4", "G4", "G5", "I6", "A8"}
    assert "三八红旗手" in json.loads(batch.rows.get(number=3).payload)["problems"][0][3]
    assert told["I6"] == "名册里没有这个证件号"
    assert batch.summary["new"] == 1
