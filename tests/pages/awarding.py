"""Short ways through the engine for the tests of its last pages: on notice, decided, registered."""

import datetime

from awards.honours.models import Honour
from portal.kit import days
from programs.actions import decisions, notices
from programs.actions.moves import make_move
from programs.models import Call, Decision, Entry, Notice
from tests import factories

CONTACT = {"电话": "021-55550123", "邮箱": "jubao@example.cn"}


def later(n: int):
    return days.at(days.now() + datetime.timedelta(days=n))


def slate(world, n: int = 1, key: str = "women-flag", **params) -> Call:
    """A call with ``n`` entries of the university on the slate."""
    call = factories.call(world["officer"], key, places=n + 2, **params)
    for _n in range(n):
        entry = factories.submitted(world["u.chair"], call)
        make_move(entry.pk, "propose", by=world["officer"])
    return call


def noticed(world, n: int = 1, key: str = "women-flag", **params) -> Notice:
    """Those entries on public notice."""
    call = slate(world, n, key, **params)
    notice = notices.draft_notice(
        world["officer"], call, f"关于{call.title}的公示", "沪教工示〔2026〕7号", "现予公示。", CONTACT
    )
    return notices.post_notice(world["officer"], notice.pk)


def decided(world, n: int = 1, key: str = "women-flag", **params) -> Decision:
    """A decision over them, drafted after the window; call it inside ``later``-time or sign with ``signed``."""
    notice = noticed(world, n, key, **params)
    with later(20):
        notices.end_notice(notice.pk)
        number = f"沪教工〔2026〕{Decision.objects.count() + 1}号"
        return decisions.draft_decision(
            world["officer"], notice.call, number, "关于表彰三八红旗手的决定", "研究决定。\n予以表彰。"
        )


def awarded(world, n: int = 1, key: str = "women-flag", **params) -> list[Honour]:
    """Signed and registered."""
    decision = decided(world, n, key, **params)
    with later(20):
        decisions.sign_decision(world["leader"], decision.pk, decision.version)
    return list(Honour.objects.filter(decision=decision).order_by("pk"))


def entry_of(notice: Notice) -> Entry:
    return notice.lines.select_related("entry").first().entry
