"""One's own data: a copy, a correction, a deletion (P-PI6)."""

import io
import json
import zipfile

from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from portal import policy
from portal.accounts.models import Post
from portal.core import exports, files, outbox, trail
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.personal import Holding, Shred, holdings
from portal.kit.refusal import Refused
from portal.privacy import queries
from portal.privacy.actions import retention
from portal.privacy.models import Wish
from portal.privacy.models.wishes import HANDLERS
from portal.registry.models import Member

SHORTEST = 4


# ── a copy ──
def copy(by: Actor) -> bytes:
    """Everything about the person as a zip: JSON for machines, a page to read, and the files. Kept nowhere here."""
    exports.not_restrained(by)
    parts = queries.copy_of(by)
    made = f"{days.local(days.now()):%Y-%m-%d %H:%M}"
    out, missing = io.BytesIO(), []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        whole = {"of": by.user.name, "made": made, "parts": parts}
        archive.writestr("我的数据.json", json.dumps(whole, ensure_ascii=False, indent=1, default=str))
        page = render_to_string("privacy/copy.html", {"name": by.user.name, "made": made, "parts": parts})
        archive.writestr("我的数据.html", page)
        for number, stored in enumerate(queries.files_of(by), 1):
            try:
                archive.writestr(f"文件/{number:03d}-{stored.name.replace('/', '_')}", files.read(stored))
            except FileNotFoundError:
                missing.append(stored.name)
    change = {"parts": {part["model"]: len(part["rows"]) for part in parts}, "missing": len(missing)}
    trail.write(by, "own.copy", None, change=change, name=by.person)
    return out.getvalue()


# ── a wish ──
@transaction.atomic
def wish(by: Actor, kind: str, text: str) -> Wish:
    """Ask one's union to correct or to delete. One of a kind at a time."""
    if by.member_id is None:
        raise Refused(_("账号没有连到名册里的人，请单位的工会先连上"))
    if len(text.strip()) < SHORTEST:
        raise Refused(_("请写明哪里、应是什么，至少 %(n)d 个字") % {"n": SHORTEST}, "text")
    if Wish.objects.filter(member=by.member_id, kind=kind, state=Wish.State.ASKED).exists():
        raise Refused(_("同样的要求已经提过，等单位办"))
    made = Wish.objects.create(
        member_id=by.member_id, kind=kind, text=text.strip(), asked_at=days.now(), asked_by=by.user
    )
    trail.write(by, "own.wish", made, change={"kind": kind}, name=f"#{by.member_id}")
    member = made.member
    posts = Post.objects.current().filter(role__in=HANDLERS, user__is_active=True).select_related("user")
    for unit in reversed(member.organization.route()):
        keepers = {one.user for one in posts.filter(organization=unit) if one.user_id != by.user.pk}
        if keepers:
            subject = _("%(who)s要%(what)s自己的资料") % {"who": member.name, "what": made.get_kind_display()}
            outbox.tell(keepers, subject, "", made.get_absolute_url(), f"wish-{made.pk}")
            break
    return made


def why_not(actor: Actor, wish: Wish) -> str:
    """Why this actor may not answer it; "" when they may."""
    if wish.state != Wish.State.ASKED:
        return _("已经办过了：%(state)s") % {"state": wish.get_state_display()}
    if actor.member_id == wish.member_id:
        return _("自己的要求由别人办")
    granted = policy.scope(actor.role, "wish", "decide") is not None
    if not granted or not Wish.objects.visible_to(actor).filter(pk=wish.pk).exists():
        return _("要本人所在单位或上级的工会办")
    return ""


@transaction.atomic
def answer(by: Actor, wish_id: int, done: bool, text: str) -> Wish:
    """Say what was done, or why not. A deletion that is granted is done here and now, and cannot be taken back."""
    row = Wish.objects.select_for_update(of=("self",)).select_related("member").get(pk=wish_id)
    if reason := why_not(by, row):
        raise Refused(reason)
    if len(text.strip()) < SHORTEST:
        raise Refused(_("请写答复，至少 %(n)d 个字") % {"n": SHORTEST}, "answer")
    gone = forget(row.member) if done and row.kind == Wish.Kind.DELETE else {}
    row.state = Wish.State.DONE if done else Wish.State.DECLINED
    row.answer, row.answered_at, row.answered_by = text.strip(), days.now(), by.user
    row.save()
    act = "own.wish_done" if done else "own.wish_declined"
    trail.write(by, act, row, note=row.answer, change={"kind": row.kind, **gone}, name=f"#{row.member_id}")
    subject = _("您要求的%(what)s：%(state)s") % {"what": row.get_kind_display(), "state": row.get_state_display()}
    outbox.tell([row.asked_by], subject, row.answer, row.get_absolute_url(), f"wish-{row.pk}-answer")
    return row


def forget(member: Member) -> dict[str, int]:
    """Delete or blank everything about the person that no law keeps; their own row last. Returns rows per model."""
    if member.active:
        raise Refused(_("%(who)s还在会，会籍资料依法要留。先办退休、离会，再删") % {"who": member.name})
    gone: dict[str, int] = {}
    for holding in sorted(holdings().values(), key=lambda one: -one.order):
        if holding.shred is not Shred.KEEP and holding.person:
            keys = list(_erasable(holding, member).values_list("pk", flat=True))
            if keys:
                gone[holding.model] = retention.shred(holding, keys)
    return gone


def _erasable(holding: Holding, member: Member):
    return holding.type._base_manager.filter(**{holding.person: member.pk}, **holding.erasable)
