"""The rules of a published edition amended: quotas, bounds and ratios as a new version, by two people (R1, R2, R5)."""

import pytest
from django.urls import reverse

from portal.core import jobs
from portal.core.models import Job, Message
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.actions.figures import report
from programs import checks
from programs.actions import amendments, quotas
from programs.actions.amended_rules import as_written
from programs.actions.calls import publish_call
from programs.actions.ratios import set_ratios
from programs.models import Amendment, Call, Cap, Quota
from programs.queries import versions
from tests import factories
from tests.programs.test_places import edition, quota, settle

pytestmark = pytest.mark.django_db

WOMEN = {"name": "女职工", "floor": True, "percent": "40%", "who_fact": "sex", "who": "女"}


@pytest.fixture
def officer(world):
    return world["officer"]


@pytest.fixture
def tiers(world, officer):
    """测试大学 has 1,240 people and falls into the upper band, 另一大学 has 900."""
    report(officer, world["u"].pk, days.today(), 1240, 800)

    def lines(low: str, high: str, cap: int | None = None, at: int = 1000) -> list[dict]:
        return [
            {"kind": "university", "band": f"不满{at}", "amounts": {0: low}, "cap": cap},
            {"kind": "university", "band": f"满{at}", "amounts": {0: high}, "cap": cap},
            {"kind": "district", "amounts": {0: "池5"}},
        ]

    return lines


def rules(call: Call, lines: list[dict], ratios=(), **scheme) -> dict:
    """The change as the page sends it."""
    keys = [one.key for one in call.categories.all()]
    made = [{**line, "amounts": {keys[n]: text for n, text in ({1: "1"} | line["amounts"]).items()}} for line in lines]
    kept = {**call.rules["quota"], "lines": made, **scheme}
    return {"rules": as_written(call, kept, ratios)}


def amended(world, call: Call, change: dict) -> Amendment:
    made = amendments.draft_amendment(world["officer"], call.pk, change, "市里追加了名额")
    done = amendments.confirm_amendment(world["leader"], made.pk)
    settle()
    call.refresh_from_db()
    return done


def said(call: Call, one: Amendment) -> dict[str, tuple[str, str]]:
    base = call.versions.get(number=one.base).content
    return {line.label: (line.old, line.new) for line in versions.differences(call, base, one.change)}


def test_a_new_scheme_is_a_new_version_and_its_places_are_shown_before_anybody_confirms(world, officer, tiers):
    call = edition(officer, tiers("2", "3"))
    made = amendments.draft_amendment(officer, call.pk, rules(call, tiers("2", "5", cap=6)), "市里追加了名额")
    shown = said(call, made)
    name = call.categories.first().name
    assert shown[f"测试大学工会，{name}的名额"] == ("3", "5")
    assert f"另一大学工会，{name}的名额" not in shown
    before, after = shown["名额规则第 2 行"]
    assert f"{name} 3" in before and f"{name} 5" in after and "合计最多 6" in after
    assert quota(call, world["u"]).places == 3, "a draft changes nothing"
    amendments.confirm_amendment(world["leader"], made.pk)
    settle()
    row = quota(call, world["u"])
    assert (row.places, row.source) == (5, "rule")
    assert "1,240 人" in row.sentence
    assert Cap.objects.get(call=call, organization=world["u"]).places == 6
    call.refresh_from_db()
    assert call.versions.get(number=2).content["rules"] == call.rules
    assert call.versions.get(number=1).content["rules"]["quota"]["lines"][1]["amounts"]["city-person"] == "3"


def test_everybody_is_told_what_changed(world, officer, tiers):
    call = edition(officer, tiers("2", "3"))
    amended(world, call, rules(call, tiers("2", "5")))
    assert jobs.run(Job.objects.get(kind="programs.tell_amendment").pk)
    told = Message.objects.filter(user=world["u.chair"].user, subject__startswith="有修改").get()
    assert "名额规则第 2 行" in told.body and "3 → 5" in told.body


def test_the_rule_beside_the_entry_counts_by_the_new_scheme(world, officer, tiers):
    call = edition(officer, tiers("2", "1"))
    factories.submitted(world["u.chair"], call)
    second = factories.draft(world["u.chair"], call)
    found = {one.rule: one for one in checks.findings(second)}["quota_kept"]
    assert (found.figure, found.level) == ("2 / 1", "stop")
    amended(world, call, rules(call, tiers("2", "4")))
    second.call.refresh_from_db()
    found = {one.rule: one for one in checks.findings(second)}["quota_kept"]
    assert (found.figure, found.level) == ("2 / 4", "good")


def test_what_a_hand_set_and_what_wandered_stays(world, officer, tiers):
    table = {world["v"].pk: {}}
    call = edition(officer, tiers("2", "3"), publish=False)
    first = call.categories.first()
    table[world["v"].pk][first.pk] = 7
    quotas.set_places(officer, call.pk, {}, table, {world["v"].pk: "承办单位"})
    publish_call(officer, call.pk)
    call.refresh_from_db()
    quotas.give_back(world["u.chair"], quota(call, world["u"]).pk, 1, "没有合适的人")
    amended(world, call, rules(call, tiers("4", "6")))
    assert quota(call, world["v"]).places == 7, "set by hand"
    assert quota(call, world["u"]).places == 5, "6 by the scheme, and 1 was given back"
    first.refresh_from_db()
    assert (first.issued, first.returned) == (5 + 7 + 1, 1)


def test_a_number_beside_the_scheme_is_set_by_hand(world, officer, tiers):
    call = edition(officer, tiers("2", "3"))
    key = call.categories.first().key
    amended(world, call, rules(call, tiers("2", "5")) | {"quotas": {key: {str(world["u"].pk): 9}}})
    assert (quota(call, world["u"]).places, quota(call, world["u"]).source) == (9, "hand")


def test_pots_grow_and_a_line_that_goes_takes_its_places_along(world, officer, tiers):
    call = edition(officer, tiers("2", "3"))
    lines = tiers("2", "3")
    lines[2]["amounts"] = {0: "池8"}
    amended(world, call, rules(call, lines))
    assert quota(call, world["a"]).pot.places == 8
    amended(world, call, rules(call, tiers("2", "3")[:2]))
    assert not Quota.objects.filter(category__call=call, organization=world["a"]).exists()
    assert not call.categories.first().pots.exists()


def test_what_was_passed_on_below_cannot_be_taken_away(world, officer):
    call = edition(officer, [{"kind": "district", "amounts": {0: "3"}}])
    quotas.share_out(world["a.officer"], quota(call, world["a"]).pk, {world["a1"].pk: 2})
    made = amendments.draft_amendment(
        officer, call.pk, rules(call, [{"kind": "district", "amounts": {0: "1"}}]), "名额压缩"
    )
    with pytest.raises(Refused, match="已经分给下面 2 个"):
        amendments.confirm_amendment(world["leader"], made.pk)
    assert quota(call, world["a"]).places == 3


def test_an_undefined_boundary_is_refused_as_at_set_up(world, officer, tiers):
    call = edition(officer, tiers("2", "3"))
    lines = [{"kind": "university", "band": "1000以下", "amounts": {0: "2"}},
             {"kind": "university", "band": "1000以上", "amounts": {0: "3"}}]  # fmt: skip
    with pytest.raises(Refused, match="没说含不含 1,000"):
        amendments.draft_amendment(officer, call.pk, rules(call, lines), "改档")


def test_the_same_rules_are_no_change(world, officer, tiers):
    """Control of all of the above: only what differs is a change, however it was written."""
    call = edition(officer, tiers("2", "3"))
    with pytest.raises(Refused, match="没有要改的"):
        amendments.draft_amendment(officer, call.pk, rules(call, tiers("2", "3")), "改")


def test_a_ratio_is_added_raised_and_dropped(world, officer):
    call = factories.call(officer, publish=False)
    set_ratios(officer, call.pk, [WOMEN])
    publish_call(officer, call.pk)
    call.refresh_from_db()
    one = amended(world, call, {"rules": as_written(call, {}, [{**WOMEN, "percent": "50%"}])})
    assert said(call, one)["比例第 1 条"] == ("女职工 ≥ 40%（性别 女）", "女职工 ≥ 50%（性别 女）")
    entry = factories.submitted(world["u.chair"], call)
    assert any(found.title == "女职工 ≥ 50%" for found in checks.findings(entry))
    amended(world, call, {"rules": as_written(call, {}, [])})
    entry.call.refresh_from_db()
    assert not any(found.rule == "ratios_kept" for found in checks.findings(entry))


def test_the_page_amends_them(world, officer, tiers, sign_in, settings):
    settings.STAFF_SECOND_FACTOR = "optional"
    call = edition(officer, tiers("2", "3"))
    client = sign_in(officer)
    url = reverse("programs:amendment_new", args=[call.pk])
    page = client.get(url)
    assert "名额规则" in page.content.decode()
    data = {}
    for name in ("form", "places", "scheme", "ratios"):
        for bound in page.context[name]:
            value = bound.value()
            if value not in (None, "") and value is not False:
                data[bound.html_name] = value.strftime("%Y-%m-%dT%H:%M") if hasattr(value, "hour") else str(value)
    same = client.post(url, data | {"reason": "改"})
    assert "没有要改的" in same.content.decode()
    first = call.categories.first()
    wrong = client.post(url, data | {"reason": "改", "q-0-band": "1000以下", "q-1-band": "1000以上"})
    assert (wrong.status_code, "没说含不含 1,000" in wrong.content.decode()) == (422, True)
    done = client.post(url, data | {"reason": "追加名额", f"q-1-a{first.pk}": "5"})
    assert done.status_code == 302, done.content.decode()
    html = client.get(done.url).content.decode()
    assert "名额规则第 2 行" in html and "测试大学工会" in html
