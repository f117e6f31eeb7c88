"""The standard tables of moves. Few tables serve all programs; a new award picks one."""

from django.utils.translation import gettext_lazy as _

from programs.spec import At, Desk, Duty, Move, State, Workflow

S = State


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


#: Recommendation: unit → (district) → owner → slate → public notice → decision. Evidence: domain report, rules
#: R13–R17, R31, R33.
RECOMMENDATION = Workflow(
    "recommendation",
    (
        Move("submit", _("交给%(up)s"), _from(S.DRAFT, S.RETURNED), S.REVIEW, Duty.OWNER, desk=Desk.UP, checked=True,
             hand="unit", main=True, bulk=_("交上去")),
        Move("withdraw", _("撤回"), _from(S.DRAFT, S.REVIEW, S.RETURNED), S.WITHDRAWN, Duty.OWNER, desk=Desk.UNIT,
             note=True, hand="unit", grave=True),
        Move("forward", _("同意，交给%(up)s"), _from(S.REVIEW), S.REVIEW, Duty.DESK, desk=Desk.UP, at=At.BELOW_OWNER,
             checked=True, hand="desk", main=True, bulk=_("同意，交上一级"), back=((S.REVIEW, "recall"),)),
        Move("return", _("退回补正…"), _from(S.REVIEW), S.RETURNED, Duty.DESK, desk=Desk.UNIT, note=True, flags=True,
             hand="desk", bulk=_("退回补正"), back=((S.REVIEW, "keep"),)),
        Move("refuse", _("不通过…"), _from(S.REVIEW, S.SHORTLIST, S.RESERVE), S.REFUSED, Duty.DESK, note=True,
             hand="desk", grave=True, bulk=_("不通过")),
        Move("propose", _("列入拟定名单"), _from(S.REVIEW, S.RESERVE), S.SHORTLIST, Duty.OFFICER, at=At.OWNER,
             checked=True, hand="desk", main=True, bulk=_("列入拟定名单"),
             back=((S.REVIEW, "unlist"), (S.RESERVE, "reserve"))),
        Move("reserve", _("列为候补"), _from(S.REVIEW, S.SHORTLIST), S.RESERVE, Duty.OFFICER, at=At.OWNER, hand="desk",
             bulk=_("列为候补"), back=((S.REVIEW, "unlist"), (S.SHORTLIST, "propose"))),
        Move("unlist", _("移出名单"), _from(S.SHORTLIST, S.RESERVE), S.REVIEW, Duty.OFFICER, at=At.OWNER, hand="desk",
             bulk=_("移出名单"), back=((S.SHORTLIST, "propose"), (S.RESERVE, "reserve"))),
        Move("recall", _("收回到本级"), _from(S.REVIEW), S.REVIEW, Duty.PASSER, desk=Desk.BACK, through="undo",
             hand="desk"),
        Move("keep", _("收回退回"), _from(S.RETURNED), S.REVIEW, Duty.PASSER, desk=Desk.BACK, through="undo",
             hand="desk"),
        Move("publish", _("公示"), _from(S.SHORTLIST), S.NOTICE, Duty.OFFICER, at=At.OWNER, checked=True,
             through="notice", hand="desk"),
        Move("uphold", _("异议成立，不通过"), _from(S.NOTICE), S.REFUSED, Duty.LEADER, at=At.OWNER, note=True,
             checked=True, hand="leader", grave=True),
        Move("approve", _("通过"), _from(S.NOTICE), S.APPROVED, Duty.LEADER, at=At.OWNER, checked=True,
             through="decision", hand="leader"),
        Move("pass-up", _("上报"), _from(S.SHORTLIST, S.NOTICE), S.PASSED_UP, Duty.OFFICER, at=At.OWNER, checked=True,
             through="passing", hand="desk"),
        Move("grant", _("上级批准"), _from(S.PASSED_UP), S.APPROVED, Duty.OFFICER, at=At.OWNER, through="outcome",
             hand="desk"),
        Move("decline", _("上级没批"), _from(S.PASSED_UP), S.REFUSED, Duty.OFFICER, at=At.OWNER, note=True,
             through="outcome", hand="desk"),
        # What we decided stands, whatever an outside body makes of it: the state stays.
        Move("send-on", _("另行上报"), _from(S.APPROVED), S.APPROVED, Duty.OFFICER, at=At.OWNER, through="passing",
             hand="desk"),
        Move("grant-more", _("上级另行授予"), _from(S.APPROVED), S.APPROVED, Duty.OFFICER, at=At.OWNER,
             through="outcome", hand="desk"),
        Move("decline-more", _("上级没有另行授予"), _from(S.APPROVED), S.APPROVED, Duty.OFFICER, at=At.OWNER, note=True,
             through="outcome", hand="desk"),
        Move("revoke", _("撤销…"), _from(S.APPROVED), S.REVOKED, Duty.LEADER, at=At.OWNER, note=True,
             through="revocation", hand="leader", grave=True),
        Move("lapse", _("逾期"), _from(S.DRAFT, S.RETURNED), S.LAPSED, Duty.MACHINE, desk=Desk.UNIT,
             through="deadline"),
        Move("reopen", _("延期，接着填"), _from(S.LAPSED), S.DRAFT, Duty.MACHINE, desk=Desk.UNIT, through="extension"),
    ),
)  # fmt: skip

WORKFLOWS = {workflow.name: workflow for workflow in (RECOMMENDATION,)}
