"""The demo's work plan; rooms link their calls to it in their own demo step."""

from pathlib import Path

from portal.core.actor import SYSTEM
from programs.actions.plans import import_plan, set_department
from programs.models import PlanItem
from programs.planreader.reader import read_plan


def plan(made: dict) -> None:
    """Import this year's plan and name the responsible departments."""
    reading = read_plan(Path(__file__).with_name("plan.txt").read_text("utf-8"))
    assert reading.document is not None, reading.problems
    made["plan"] = import_plan(reading.document, SYSTEM, owner=made["orgs"]["city"]).plan
    for words, department in (("评选", "组织部"), ("竞赛", "宣教部"), ("帮扶", "权益保障部"), ("经费", "财务部")):
        for item in PlanItem.objects.filter(plan=made["plan"], kind="item", title__contains=words):
            set_department(item, SYSTEM, department)


STEPS = (plan,)
