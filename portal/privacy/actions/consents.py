"""Texts that people are asked to agree to, and their yes and no (P-PI8)."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal.core import trail
from portal.core.actor import Actor
from portal.kit import days
from portal.kit.refusal import Refused
from portal.privacy import queries
from portal.privacy.models import Consent, ConsentText


def require(member_id: int, purpose: str) -> None:
    """Raise Refused unless the person agrees to this purpose now. Rooms ask before they store; the trigger again."""
    if not queries.agreed(member_id, purpose):
        title = queries.purposes()[purpose].title
        raise Refused(_("本人还没有同意“%(what)s”，先请本人在“我的数据”里同意") % {"what": title})


@transaction.atomic
def publish(by: Actor, purpose: str, text: str) -> ConsentText:
    """A new version. Whoever agreed to an older one is asked anew; until then nothing more is stored."""
    if purpose not in queries.purposes():
        raise Refused(_("没有这个用途"))
    if len(text.strip()) < 20:
        raise Refused(_("请写清楚收什么、做什么、给谁看、留多久，至少 20 个字"), "text")
    last = ConsentText.objects.filter(purpose=purpose).order_by("-version").first()
    if last and last.text == text.strip():
        raise Refused(_("和现在的第 %(n)d 版一样") % {"n": last.version}, "text")
    made = ConsentText.objects.create(
        purpose=purpose, version=last.version + 1 if last else 1, text=text.strip(), published_at=days.now(),
        published_by=by.user,
    )  # fmt: skip
    trail.write(by, "consent.publish", made, change={"purpose": purpose, "version": made.version})
    return made


@transaction.atomic
def say(by: Actor, purpose: str, given: bool, version: int) -> Consent:
    """The person's own yes or no. Nobody agrees for another, and nobody to a text they have not seen."""
    if by.member_id is None:
        raise Refused(_("账号没有连到名册里的人，请单位的工会先连上"))
    text = ConsentText.objects.filter(purpose=purpose).order_by("-version").first()
    if text is None:
        raise Refused(_("没有这个用途"))
    if given and text.version != version:
        raise Refused(_("内容刚改成了第 %(n)d 版，请看过再定") % {"n": text.version})
    made = Consent.objects.create(member_id=by.member_id, text=text, given=given, at=days.now(), by=by.user)
    change = {"purpose": purpose, "version": text.version}
    trail.write(by, "consent.give" if given else "consent.withdraw", made, change=change, name=f"#{by.member_id}")
    return made
