"""Five years of editions of a whole city: nominations, notices, decisions, the register and its certificates."""

import datetime
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from awards.honours.actions import level_of
from awards.honours.demo.stage import CONTACT, Stage
from awards.honours.models import Certificate, CertificateBatch, Honour
from portal.accounts.models import Post
from portal.core.actor import Actor
from portal.core.calendar import current
from portal.core.models import Job
from portal.kit import copying, days, pinyin
from portal.registry.models import Member, Organization
from programs.actions.entries import read_path
from programs.actions.notices import shown_detail, shown_name
from programs.models import Call, Decision, DecisionLine, Entry, Notice, NoticeLine
from programs.queries.entries import content_digest
from programs.seed import Hands, Lives, Planned

YEARS = 5
#: Fate → how many of a hundred entries have it: in an edition of the past, in one that is being reported, on notice.
PAST = {"approved": 13, "revoked": 1, "refused": 72, "withdrawn": 6, "lapsed": 8}
RUNNING = {"draft": 12, "below": 24, "review": 32, "mended": 3, "returned": 7, "shortlist": 8, "reserve": 2,
           "refused": 8, "withdrawn": 4}  # fmt: skip
NOTICED = {"notice": 4, "refused": 80, "withdrawn": 8, "lapsed": 8}
PROGRAMS = (("women-flag", "三八红旗手", RUNNING), ("women-flag-collective", "三八红旗集体", NOTICED))
TEAMS = ("语文教研组", "数学教研组", "英语教研组", "幼教中心", "护理学院", "实训中心", "后勤保障组", "心理健康教研组")
LINES = 100  # a notice that people read


class _City(Stage):
    """The demo's stage with everybody who answers for a unit, and the women who may be nominated."""

    def __init__(self, made: dict) -> None:
        super().__init__(made)
        posts = Post.objects.filter(role__in=("officer", "chair", "leader")).select_related("organization", "user")
        known = {post.pk: post for post in posts}
        self.hands = {unit: self.hand(known[post]) for unit, (_user, post, _role) in made["contacts"].items()}
        self.women = defaultdict(list)
        rows = Member.objects.filter(sex="f", active=True, hired_on__lt="2018-01-01", user=None).order_by(
            "organization", "pk"
        )
        for one in rows.defer("document_number", "phone", "card_number").iterator(chunk_size=5000):
            if len(self.women[one.organization_id]) < 40:
                self.women[one.organization_id].append(one)
        self.units = [one for one in made["orgs"].values() if self.women.get(one.pk) and one.kind != "department"]
        self.lives = Lives(self.pdf, self.hands, self.hand(self.officer.post), self.hand(self.leader.post))

        self.names = {one.pk: one.name for one in made["orgs"].values()}

    def places(self, entries: int) -> Callable[[Organization, int], int]:
        """Room for what a unit and the schools below it hand in, and for some more."""
        below = Counter(one.parent_id for one in self.units)
        share = max(1, entries // max(1, len(self.units)))
        return lambda unit, category: 10 + (below[unit.pk] or 12) * share // (4 if category == 0 else 1)

    def hand(self, post: Post) -> Hands:
        return Hands(post.user_id, post.pk, Actor(post.user, post).person, str(post)[:200])

    def planned(self, call: Call, wanted: int, fates: dict[str, int], turn: int) -> Iterator[Planned]:
        """Every unit by turns; whoever was nominated in an edition is not nominated twice in it."""
        rnd, used = random.Random(f"{self.made['seed']}-{turn}"), defaultdict(int)
        order = [one for one in self.units for _n in range(12 if one.kind == "university" else 1)]
        words, weights = list(fates), list(fates.values())
        categories, opened = list(call.categories.all()), days.local(call.opens_at).date()
        for n in range(wanted):
            unit = order[n % len(order)]
            women = self.women[unit.pk]
            person = women[(turn * 7 + used[unit.pk]) % len(women)]
            used[unit.pk] += 1
            person.organization = unit
            subject = rnd.choice(TEAMS) if call.program.subject == "collective" else person.name
            data = {one.name: read_path(one.fill, person, unit) for one in call.fields if one.fill}
            data |= self.answers(person, opened)
            data["story"] = "\n\n".join([data["story"]] * 3)
            category = categories[0 if n % 10 == 0 else 1].pk
            fate = rnd.choices(words, weights)[0]
            yield Planned(unit, person.pk, subject, pinyin.keys(subject), category, data, fate, 1 + n % 26)


def editions(made: dict) -> None:
    """Two editions a year; those of this year are under way."""
    stage = made["stage"] = _City(made)
    each, last, turn = made["size"].entries // (YEARS * len(PROGRAMS)), {}, 0
    for back in reversed(range(YEARS)):
        for key, title, fates in PROGRAMS:
            ago = 365 * back + (30 if fates is RUNNING else 70)
            opened = days.end_of_day(days.today() - datetime.timedelta(days=ago)) + datetime.timedelta(hours=9)
            year, span = days.local(opened).year, 45
            with days.at(opened):
                call = stage.open_call(key, f"{year - 1}—{year}年度{title}", year, opened,
                                       opened + datetime.timedelta(days=span), stage.places(each))  # fmt: skip
            found = stage.lives.write(call, stage.planned(call, each, fates if back == 0 else PAST, turn))
            turn, last[key] = turn + 1, call
            _noticed(stage, call, found)
    made["running"] = last["women-flag"]
    Job.objects.filter(kind="programs.announce").update(state=Job.State.DONE, finished_at=days.now())


def _noticed(stage: _City, call: Call, found: dict[str, list[int]]) -> None:
    """Notices of a hundred lines each over everything that came so far; then what was decided."""
    posted = days.local(call.opens_at).date() + datetime.timedelta(days=46)
    running = sorted(found.get("notice", []))
    settled = sorted(found.get("approved", []) + found.get("revoked", []))
    entries = {one.pk: one for one in Entry.objects.filter(pk__in=running + settled).select_related("category")}
    for ids, over in ((running, False), (settled, True)):
        for n, start in enumerate(range(0, len(ids), LINES), 1):
            rows = [entries[pk] for pk in ids[start : start + LINES]]
            notice = _notice(stage, call, n, days.today() if not over else posted, over)
            lines = [
                (notice.pk, one.pk, order, shown_name(call, one), stage.names[one.organization_id], one.category.name,
                 shown_detail(call, one))
                for order, one in enumerate(rows, 1)
            ]  # fmt: skip
            names = ("notice", "entry", "order", "name", "unit", "category", "detail")
            copying.copy_rows(NoticeLine, names, lines)
            if over:
                _decided(stage, call, n, posted + datetime.timedelta(days=16), rows, set(found.get("revoked", [])))


def _notice(stage: _City, call: Call, n: int, posted: datetime.date, over: bool) -> Notice:
    counts = bool(call.param("notice_first_day"))
    at = days.end_of_day(posted) - datetime.timedelta(hours=14)
    ends = current().add_workdays(posted, call.param("notice_days"), counts)
    return Notice.objects.create(
        call=call, code=f"c{call.pk:04d}n{n:04d}", title=f"关于{call.title}拟表彰名单的公示（第{n}批）",
        number=f"沪教工示〔{call.year}〕{call.pk}-{n}号", body="现予公示，接受监督。", contact=CONTACT,
        days=call.param("notice_days"), first_day_counts=counts, starts_on=posted, ends_on=ends,
        state=Notice.State.ENDED if over else Notice.State.POSTED, created_by_id=stage.officer.user.pk, posted_at=at,
        ended_at=days.end_of_day(ends) if over else None, result="公示期满，收到异议 0 件" if over else "",
    )  # fmt: skip


def _decided(stage: _City, call: Call, n: int, on: datetime.date, rows: list[Entry], revoked: set[int]) -> None:
    at = days.end_of_day(on) - datetime.timedelta(hours=12)
    paper = Decision.objects.create(
        call=call, number=f"沪教工〔{call.year}〕{call.pk}-{n}号", title=f"关于表彰{call.title}的决定（第{n}批）",
        text="经研究，决定表彰下列同志。", decided_on=on, state=Decision.State.SIGNED, drafted_by=stage.officer.user,
        signed_by=stage.leader.user, signed_at=at, version=2,
    )  # fmt: skip
    lines = [(paper.pk, one.pk, one.revision, content_digest(one)) for one in rows]
    copying.copy_rows(DecisionLine, ("decision", "entry", "revision", "digest"), lines)
    program = call.program
    honours = [
        Honour(
            title=one.category.name, family=program.series, level=level_of(one.category.key), year=call.year,
            awarded_on=on, member_id=one.member_id if program.subject == "member" else None,
            organization_id=one.organization_id, name=one.subject, pinyin=one.pinyin, entry=one, decision=paper,
            collective=program.subject == "collective", unit=stage.names[one.organization_id], document=paper.number,
            **_revocation(stage, one) if one.pk in revoked else {},
        )
        for one in rows
    ]  # fmt: skip
    Honour.objects.bulk_create(honours)
    batch = CertificateBatch.objects.create(call=call, count=len(rows), created_by=stage.officer.user)
    Certificate.objects.bulk_create(
        Certificate(honour=one, batch=batch, number=f"{program.number_prefix} {call.year}-{n:02d}{order:03d}",
                    code=f"v{one.pk:09d}")
        for order, one in enumerate(honours, 1)
    )  # fmt: skip


def _revocation(stage: _City, entry: Entry) -> dict:
    return {"revoked_at": entry.updated_at, "revoked_by": stage.leader.user, "revoked_reason": "材料不实",
            "revoked_document": "沪教工〔2025〕21号"}  # fmt: skip


CITY = (editions,)
