"""P-PI6 and P-PI8: one's own data – a copy, a correction, a deletion – and consent with its version and purpose.

The copy is compared with canaries put into every app. Negative controls: a declaration that forgets its person hides a
canary from the copy; a table without the trigger stores without consent.
"""

import datetime
import io
import json
import zipfile
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from awards.honours.actions import register_legacy
from portal.core import outbox
from portal.core.actor import SYSTEM, Actor
from portal.core.models import Message, Record
from portal.kit import days
from portal.kit.personal import holdings
from portal.kit.refusal import Refused
from portal.privacy import queries
from portal.privacy.actions import consents, wishes
from portal.privacy.models import Consent, ConsentText, Wish
from portal.privacy.models.consents import needs_consent
from portal.registry.actions.members import end_membership, view_plain
from portal.registry.models import Member
from programs.actions.moves import make_move
from tests import factories

pytestmark = pytest.mark.django_db
CANARIES = (
    "茉莉姓名", "13900001357", "6222000000001357", "茉莉职务", "茉莉事迹", "茉莉荣誉", "茉莉消息", "茉莉查看理由",
    "茉莉单位意见", "茉莉附件",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _first_texts(db):
    """What the migration publishes: tests that empty all tables take it away with them."""
    words = import_module("portal.privacy.migrations.0005_consent_guard").FIRST
    for purpose, text in words.items():
        said = {"text": text, "published_at": days.now()}
        ConsentText.objects.get_or_create(purpose=purpose, version=1, defaults=said)


@pytest.fixture
def teacher(world) -> Actor:
    """A teacher with data in every app."""
    unit, chair = world["u"], world["u.chair"]
    person = factories.member(
        unit, "茉莉姓名", phone="13900001357", card_number="6222000000001357", position="茉莉职务"
    )
    actor = Actor(factories.user("茉莉姓名", person))
    call = factories.call(world["officer"])
    entry = factories.submitted(chair, call, person=person, story="茉莉事迹" * 30, party_opinion="茉莉单位意见")
    entry.attachments.update(item="茉莉附件")
    register_legacy(
        world["officer"], title="茉莉荣誉", family="三八红旗手", level="system", year=2020,
        awarded_on=datetime.date(2020, 3, 8), member=person, organization=unit, name=person.name, unit=unit.name,
    )  # fmt: skip
    outbox.tell([actor.user], "茉莉消息", "正文", key="own")
    view_plain(chair, person, "phone", "茉莉查看理由")
    return actor


def copied(client) -> tuple[str, str, list[str]]:
    """The copy as its person gets it: JSON, page, names of the files."""
    answer = client.post(reverse("privacy:my_copy"))
    assert answer.status_code == 200 and answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        return archive.read("我的数据.json").decode(), archive.read("我的数据.html").decode(), names


# ── a copy ──
@pytest.mark.promise("P-PI6")
def test_the_copy_is_complete_and_ones_own_alone(world, teacher, sign_in, figure):
    stranger = factories.member(world["u"], "别人的姓名", phone="13911112468")
    told, page, names = copied(sign_in(teacher))
    found = [canary for canary in CANARIES if canary in told and canary in page]
    number = Member.objects.get(pk=teacher.member_id).document_number
    figure("canaries of all apps in the copy", len(found), wanted=str(len(CANARIES)))
    assert found == list(CANARIES) and number in told
    assert stranger.phone not in told and "别人的姓名" not in told
    parts = {part["model"]: part for part in json.loads(told)["parts"]}
    figure("kinds of data in it", len(parts))
    assert all(part["purpose"] and part["basis"] and part["kept"] for part in parts.values())
    assert len([name for name in names if name.startswith("文件/")]) >= 2
    record = Record.objects.get(act="own.copy")
    assert not [canary for canary in CANARIES if canary in str(record.change)]


@pytest.mark.promise("P-PI6")
def test_control_a_declaration_that_forgets_its_person_is_missed(teacher, sign_in, monkeypatch, figure):
    forgetful = {key: one for key, one in holdings().items() if key != "honours.honour"}
    monkeypatch.setattr(queries, "holdings", lambda: forgetful)
    told, _page, _names = copied(sign_in(teacher))
    missing = [canary for canary in CANARIES if canary not in told]
    figure("control: missing without one declaration", ", ".join(missing), wanted="茉莉荣誉")
    assert missing == ["茉莉荣誉"]


# ── a correction, a deletion ──
@pytest.mark.promise("P-PI6")
def test_a_correction_goes_to_the_union_and_comes_back_with_an_answer(world, teacher, sign_in):
    path = reverse("privacy:my_wish", args=["correct"])
    assert sign_in(teacher).post(path, {"text": "生"}).status_code == 422
    assert sign_in(teacher).post(path, {"text": "入校应是 2009年"}).status_code == 302
    assert sign_in(teacher).post(path, {"text": "再提一次同样的"}).status_code == 422
    made = Wish.objects.get()
    assert Message.objects.filter(user=world["u.chair"].user, url=made.get_absolute_url()).count() == 1
    for other in ("v.chair", "a.officer", "teacher"):
        assert sign_in(world[other]).get(made.get_absolute_url()).status_code == 404, other
    answer = reverse("privacy:wish_answer", args=[made.pk])
    assert sign_in(world["u.clerk"]).post(answer, {"done": "1", "answer": "改好了，入校 2009年9月"}).status_code == 302
    assert "改好了" in sign_in(teacher).get(reverse("privacy:my_data")).content.decode()
    assert "应是" not in str(Record.objects.filter(act__startswith="own.wish").values_list("change", "note"))


@pytest.mark.promise("P-PI6")
def test_a_deletion_waits_for_the_end_of_membership_and_then_leaves_nothing(world, teacher, figure):
    call = factories.call(world["officer"])
    person = Member.objects.get(pk=teacher.member_id)
    vain = factories.submitted(world["u.chair"], call, person=person, story="茉莉撤回" * 30)
    make_move(vain.pk, "withdraw", by=world["u.chair"], note="不报了")
    made = wishes.wish(teacher, "delete", "请删掉我的资料")
    with pytest.raises(Refused, match="还在会"):
        wishes.answer(world["u.clerk"], made.pk, True, "照办，已删")
    end_membership(SYSTEM, person.pk, days.today(), "leave")
    wishes.answer(world["u.clerk"], made.pk, True, "已经删掉")
    person.refresh_from_db()
    vain.refresh_from_db()
    assert (person.phone, person.card_number, person.position, person.birth_date) == ("", "", "", None)
    assert person.name != "茉莉姓名" and vain.data == {} and not vain.attachments.exists()
    assert not vain.revisions.exists()
    told = json.dumps(queries.copy_of(teacher), ensure_ascii=False, default=str)
    left = [canary for canary in ("13900001357", "6222000000001357", "茉莉撤回") if canary in told]
    figure("of the deleted still in the copy", len(left), wanted="0")
    assert left == [] and "茉莉荣誉" in told, "honours stay by law, and what is still under review"


@pytest.mark.promise("P-PI6")
def test_nobody_answers_their_own_wish(world):
    person = factories.member(world["u"], "经办自己")
    clerk = factories.post("clerk", world["u"], factories.user("经办自己", person))
    made = wishes.wish(clerk, "correct", "职务写错了")
    with pytest.raises(Refused, match="别人办"):
        wishes.answer(clerk, made.pk, True, "改好了")


# ── consent ──
PURPOSES = ("photo-story", "health", "family")


@pytest.fixture
def tables(db):
    """A table per purpose as a room will have it, guarded by the trigger; and one without."""
    with connection.cursor() as cursor:
        for n, purpose in enumerate(PURPOSES):
            cursor.execute(f"CREATE TABLE room_{n} (id serial PRIMARY KEY, member_id bigint, words text)")
            body = needs_consent(purpose, when="NEW.words <> ''").func
            cursor.execute(f"CREATE FUNCTION room_{n}_f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
            cursor.execute(
                f"CREATE TRIGGER room BEFORE INSERT OR UPDATE ON room_{n} FOR EACH ROW EXECUTE FUNCTION room_{n}_f()"
            )
        cursor.execute("CREATE TABLE room_open (id serial PRIMARY KEY, member_id bigint, words text)")


def store(table: str, member_id: int, words: str = "诊断") -> bool:
    """Plain SQL, past every line of Python."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} (member_id, words) VALUES (%s, %s)", [member_id, words])
    except IntegrityError:
        return False
    return True


@pytest.mark.promise("P-PI8")
def test_without_consent_nothing_is_stored_and_withdrawal_stops_it(world, tables, sign_in, figure):
    actor, refused, stored = world["teacher"], 0, 0
    client = sign_in(actor)
    for n, purpose in enumerate(PURPOSES):
        refused += not store(f"room_{n}", actor.member_id)
        with pytest.raises(Refused, match="还没有同意"):
            consents.require(actor.member_id, purpose)
        path = reverse("privacy:my_consent", args=[purpose])
        assert client.post(path, {"given": "1", "version": "1"}).status_code == 302
        consents.require(actor.member_id, purpose)
        stored += store(f"room_{n}", actor.member_id)
        assert not store(f"room_{n}", factories.member(world["u"]).pk), "another's consent is not mine"
        assert client.post(path, {"given": "0", "version": "1"}).status_code == 302
        refused += not store(f"room_{n}", actor.member_id)
        assert store(f"room_{n}", actor.member_id, ""), "what needs no consent is stored without"
    figure("refused without consent and after withdrawal", f"{refused} of {2 * len(PURPOSES)}", wanted="6 of 6")
    figure("stored with consent", f"{stored} of {len(PURPOSES)}", wanted="3 of 3")
    assert (refused, stored) == (6, 3)
    assert Consent.objects.count() == 6, "each yes and no is kept"


@pytest.mark.promise("P-PI8")
def test_a_new_version_asks_anew(world, tables, sign_in, figure):
    actor = world["teacher"]
    consents.say(actor, "health", True, 1)
    assert store("room_1", actor.member_id)
    path = reverse("privacy:consent_publish", args=["health"])
    for other in ("a.officer", "auditor", "u.chair"):
        assert sign_in(world[other]).post(path, {"text": "换一个很长很长的同意书内容，写清楚用途"}).status_code == 404
    text = "您的病情和医疗费用用于办理帮扶和互助保障，也交给承保的保险公司理赔。"
    assert sign_in(world["officer"]).post(path, {"text": text}).status_code == 302
    assert not store("room_1", actor.member_id)
    with pytest.raises(Refused, match="第 2 版"):
        consents.say(actor, "health", True, 1)
    assert "要重新定" in sign_in(actor).get(reverse("privacy:my_data")).content.decode()
    consents.say(actor, "health", True, 2)
    figure("stored under the old consent after a new version", 0, wanted="0")
    assert store("room_1", actor.member_id)


@pytest.mark.promise("P-PI8")
def test_consents_are_only_added_to(world):
    made = consents.say(world["teacher"], "family", True, 1)
    for change in (lambda: Consent.objects.filter(pk=made.pk).update(given=False), made.delete):
        with pytest.raises(Exception, match="Cannot"), transaction.atomic():
            change()


@pytest.mark.promise("P-PI8")
def test_control_a_table_without_the_trigger_stores(world, tables, figure):
    left = store("room_open", world["teacher"].member_id)
    figure("control: stored without consent where no trigger is", left, wanted="True")
    assert left
