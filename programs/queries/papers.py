"""The papers of an edition: what was posted, decided, handed on to an outside body."""

from dataclasses import dataclass

from django.db.models import Count, Value

from portal.core.actor import Actor
from portal.kit import addresses
from programs.models import Call, Decision, Notice, Passing

NOTICE, DECISION, PASSING = "notice", "decision", "passing"


@dataclass(frozen=True)
class Paper:
    """One paper. ``beside`` is its state, of a passing the prize; ``lines`` counts the entries of a passing."""

    kind: str
    pk: int
    title: str
    beside: str
    lines: int

    @property
    def url(self) -> str:
        return addresses.row_page(f"programs:{self.kind}", self.pk)

    @property
    def state(self) -> str:
        """The state in Chinese, "" for a passing."""
        states = {NOTICE: Notice.State, DECISION: Decision.State}.get(self.kind)
        return str(states(self.beside).label) if states else ""


def papers_of(call: Call, actor: Actor) -> list[Paper]:
    """Notices, decisions and passings of the edition that the actor may see, each newest first. One query."""
    notices = Notice.objects.visible_to(actor).filter(call=call)
    decisions = Decision.objects.visible_to(actor).filter(call=call)
    passings = Passing.objects.visible_to(actor).filter(call=call).order_by().annotate(n=Count("lines"))
    rows = notices.order_by().values_list(Value(NOTICE), "pk", "title", "state", Value(0))
    rows = rows.union(
        decisions.order_by().values_list(Value(DECISION), "pk", "title", "state", Value(0)),
        passings.values_list(Value(PASSING), "pk", "body", "category__name", "n"), all=True,
    )  # fmt: skip
    found = [Paper(*row) for row in rows]
    return sorted(found, key=lambda one: ((NOTICE, DECISION, PASSING).index(one.kind), -one.pk))
