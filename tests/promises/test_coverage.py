"""P-AUD3: no change of a business row without its line in the trail.

Every statement is watched. A stretch from the first savepoint to its release is one act; an act that wrote a business
row must have written a record too, about one of the rows it wrote.
"""

import datetime
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from awards.honours import actions as honours
from portal.accounts import actions as accounts
from portal.core import calendar
from portal.core.models import DayOverride, Record
from portal.kit import days
from portal.registry.actions import members, organizations
from portal.registry.models import Member
from programs.actions import drafts, extensions, moves, notices
from tests import factories
from tests.pages import awarding
from tests.promises import stage

pytestmark = pytest.mark.django_db
BUSINESS = {
    model._meta.db_table: model._meta.label_lower
    for model in apps.get_models()
    if model._meta.app_label in ("registry", "programs", "honours", "accounts") or model is DayOverride
}
_WRITES = re.compile(r'^(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
#: Parts of a thing are recorded as the thing.
WHOLE = {
    "programs.attachment": "programs.entry", "programs.revision": "programs.entry", "programs.hand": "programs.entry",
    "programs.category": "programs.call", "programs.quota": "programs.call", "programs.extension": "programs.call",
    "programs.noticeline": "programs.notice", "programs.decisionline": "programs.decision",
    "programs.planitem": "programs.plan", "registry.membership": "registry.member",
}  # fmt: skip


#: A draft is saved every second and is the unit's alone; handing it in freezes a revision, and is recorded. What a
#: reader has seen is a note for that reader.
UNRECORDED = {drafts.merge_draft.__wrapped__.__code__, drafts.look.__code__}


def is_typing() -> bool:
    """Whether what is being written needs no record."""
    frame = sys._getframe()
    while frame := frame.f_back:
        if frame.f_code in UNRECORDED:
            return True
    return False


@dataclass
class Watch:
    """What was written between the outermost savepoints."""

    depth: int = 0
    wrote: set[str] = field(default_factory=set)
    acts: int = 0
    silent: list[str] = field(default_factory=list)
    seen: Counter = field(default_factory=Counter)
    newest: int = 0

    def __call__(self, execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
        answer = execute(sql, params, many, context)
        if sql.startswith("SAVEPOINT"):
            if self.depth == 0:
                self.wrote = set()
            self.depth += 1
        elif sql.startswith(("RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")) and self.depth:
            self.depth -= 1
            if self.depth == 0 and sql.startswith("RELEASE"):
                self.end()
        elif self.depth and (found := _WRITES.match(sql)) and not is_typing():
            self.wrote.add(found[1])
        return answer

    def end(self) -> None:
        """An act is over: compare what it wrote with what it recorded."""
        business = self.wrote & set(BUSINESS)
        self.wrote, was = set(), self.wrote
        if not business:
            return
        self.acts += 1
        self.depth = -1  # our own queries are not part of anything
        rows = list(Record.objects.filter(pk__gt=self.newest).values_list("pk", "act", "target_type"))
        self.depth = 0
        self.newest = max([self.newest, *(pk for pk, _act, _target in rows)])
        self.seen.update(act for _pk, act, _target in rows)
        touched = {BUSINESS[table] for table in business}
        touched |= {WHOLE[label] for label in touched if label in WHOLE}
        if not any(target in touched for _pk, _act, target in rows):
            self.silent.append(f"wrote {sorted(was)}, recorded {[act for _pk, act, _t in rows]}")


@pytest.fixture
def watch():
    made = Watch()
    with connection.execute_wrapper(made):
        yield made


def live(world: factories.World) -> None:
    """A year of the portal: every kind of act at least once."""
    officer, chair = world["officer"], world["u.chair"]
    with days.at(days.now() + datetime.timedelta(seconds=1)):
        honour = awarding.awarded(world, 2)[0]
    call = honour.entry.call
    honours.start_certificates(officer, call)
    honours.revoke(world["leader"], honour.pk, "沪教工〔2027〕1号", "弄虚作假")
    open_call = factories.call(officer)
    extensions.extend(officer, open_call.pk, world["a"], open_call.closes_at + datetime.timedelta(days=3), "换届")
    for name in ("return", "refuse"):
        entry = factories.submitted(chair, open_call)
        moves.make_move(entry.pk, name, by=officer, note="理由", flags={"title": "改"} if name == "return" else None)
    moves.make_move(factories.submitted(chair, open_call).pk, "withdraw", by=chair, note="本人放弃")
    notice = awarding.noticed(world)
    objection = notices.object_to(
        notice, notice.lines.first(), "named", "获奖时间不对，请核实一下。", "张三", "13800000000"
    )
    notices.review_objection(world["supervisor"], objection.pk, "accepted", "", objection.version)
    notices.review_objection(world["supervisor"], objection.pk, "dismissed", "已核实。", objection.version + 1)
    person = factories.member(world["u"], "转会的人")
    members.update_member(chair, person.pk, person.version, title="讲师")
    members.view_plain(chair, person, "phone", "核对通知")
    members.transfer(officer, person.pk, world["v"], timezone.localdate())
    members.end_membership(officer, person.pk, timezone.localdate(), "retire")
    organizations.update_organization(officer, world["u"].pk, world["u"].version, phone="55550000")
    post = accounts.grant_post(world["security"], factories.user(), "clerk", world["v"], timezone.localdate())
    accounts.end_post(world["security"], post.pk, "调离")
    accounts.create_user(world["security"], "newperson", "新人")
    accounts.renew_password(world["security"], post.user_id)
    accounts.set_active(world["security"], post.user_id, False, "离职")
    row = calendar.override(officer, timezone.localdate(), True, "通知")
    calendar.remove_override(officer, row)
    stage.import_plan(stage.read_plan(stage.PLAN.read_text("utf-8")).document, officer)


@pytest.mark.promise("P-AUD3")
def test_every_change_has_its_record(world, watch, figure):
    live(world)
    figure("acts that changed business rows", watch.acts)
    figure("kinds of acts recorded", len(watch.seen))
    figure("changes without a record", len(watch.silent), wanted="0")
    assert watch.acts > 40
    assert len(watch.seen) > 25
    assert not watch.silent, "\n".join(watch.silent)


@pytest.mark.promise("P-AUD3")
def test_the_control_a_silent_change_is_found(world, watch, figure):
    person = factories.member(world["u"], "某人")
    with transaction.atomic():
        Member.objects.filter(pk=person.pk).update(title="悄悄改的")
    figure("control: silent changes found", len(watch.silent), wanted="1")
    assert len(watch.silent) == 1
    assert "registry_member" in watch.silent[0]


def test_signing_in_and_refusals_are_recorded_too(world, client):
    who = world["a1.chair"].user
    client.post(reverse("account_login"), {"login": who.username, "password": "wrong"})
    client.post(reverse("account_login"), {"login": who.username, "password": "Test-pass-2026"})
    client.post(reverse("account_logout"))
    call = factories.call(world["officer"])
    entry = factories.submitted(world["u.chair"], call)
    with pytest.raises(Exception, match="不归你"):
        moves.make_move(entry.pk, "refuse", by=world["v.chair"], note="x")
    acts = set(Record.objects.values_list("act", flat=True))
    assert {"account.login", "account.login_failed", "account.logout", "entry.refused"} <= acts
