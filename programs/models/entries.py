"""What units submit: the entry, its frozen revisions, its attachments, and whose hands it went through."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.core.models import StoredFile, append_only, appended
from portal.kit.finding import CharacterIndex, EndIndex
from portal.registry.models import Member, Organization
from programs.models.calls import Call, Category
from programs.spec import EDITABLE, TAKES_A_PLACE, Field, Material, State, thaw_fields, thaw_materials


class EntryQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor) -> "EntryQuerySet":
        """A unit sees its own; a level above sees what was handed in below it; a subject sees theirs once handed in.

        A desk that an entry has passed keeps sight of it, because it stays in the desk's subtree.
        """
        handed_in = Q(submitted_at__isnull=False)
        if actor.role == "auditor":
            return self.filter(handed_in)
        if actor.role == "teacher":
            return self.filter(handed_in, member=actor.member_id) if actor.member_id else self.none()
        if actor.organization is None or actor.role not in ("chair", "clerk", "officer", "leader"):
            return self.none()
        if actor.tree_ids is None:
            return self.filter(handed_in | Q(organization=actor.organization))
        return self.filter(Q(organization=actor.organization) | Q(handed_in, organization__in=actor.tree_ids))

    def to_review(self, actor: Actor) -> "EntryQuerySet":
        """What lies on the desk of the acting post's organisation to be reviewed."""
        reviews = actor.organization is not None and actor.role in ("chair", "officer")
        return self.filter(desk=actor.organization, state=State.REVIEW) if reviews else self.none()

    def to_mend(self, actor: Actor) -> "EntryQuerySet":
        """What came back to the acting post's unit to be mended."""
        mends = actor.organization is not None and actor.role in ("chair", "clerk", "officer")
        return self.filter(organization=actor.organization, state=State.RETURNED) if mends else self.none()

    def on_desk_of(self, actor: Actor) -> "EntryQuerySet":
        """What waits for the acting post, to review or to mend."""
        return self.to_review(actor) | self.to_mend(actor)


class Entry(models.Model):
    """One nomination or application. Its state changes only in ``programs.actions.moves.make_move``, which a
    trigger holds.
    """

    call = models.ForeignKey(Call, models.PROTECT, related_name="entries")
    category = models.ForeignKey(Category, models.PROTECT, related_name="entries", verbose_name=_("奖项"))
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="entries", verbose_name=_("单位"))
    member = models.ForeignKey(Member, models.PROTECT, null=True, related_name="entries", verbose_name=_("会员"))
    subject = models.CharField(_("姓名或集体"), max_length=120)
    pinyin = models.CharField(max_length=200, blank=True)
    initials = models.CharField(max_length=200, blank=True)
    number = models.CharField(_("编号"), max_length=40, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=State, default=State.DRAFT)
    desk = models.ForeignKey(Organization, models.PROTECT, related_name="+", verbose_name=_("在哪儿"))
    desk_since = models.DateTimeField(null=True)
    returned_from = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    #: The desk that handed it on or gave it back last; nobody's once that was taken back or the unit handed in.
    came_from = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    data = models.JSONField(default=dict)
    flags = models.JSONField(default=dict)
    held = models.BooleanField(_("因异议暂停"), default=False)
    rank = models.PositiveSmallIntegerField(_("区校排名"), null=True, blank=True)
    claim = models.CharField(max_length=100, blank=True, default="", db_default="")
    #: Of how many that desk had ranked for the prize when it last put them in order.
    rank_of = models.PositiveSmallIntegerField(null=True)
    #: The desk that gave the rank; numbers are unique per edition, prize and desk.
    ranked_by = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    revision = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(null=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(_("更新"), auto_now=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["desk", "state", "desk_since", "id"]),
            models.Index(fields=["call", "state"]),
            # all that counting an edition by unit and state reads, so that it does not read the answers beside
            models.Index(
                fields=["call", "organization", "category", "state"],
                include=["desk", "returned_from", "submitted_at"],
                name="entry_tally",
            ),
            models.Index(fields=["organization", "state"]),
            models.Index(fields=["-updated_at", "id"]),
            models.Index(fields=["member"]),
            models.Index(fields=["pinyin"]),
            models.Index(fields=["initials"]),
            models.Index(fields=["state", "-updated_at", "id"]),
            CharacterIndex("subject", name="entry_subject_parts"),
            EndIndex("number", name="entry_number_end"),
        ]
        constraints = [
            # Deferred: a whole order is saved at once, and two entries may change places.
            models.UniqueConstraint(
                fields=["call", "category", "ranked_by", "rank"],
                name="entry_rank_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(fields=["call", "number"], condition=~Q(number=""), name="entry_number_once"),
            # R8: what a person is recommended for once is held by one entry that takes a place, whoever asks first.
            models.UniqueConstraint(
                fields=["claim"], condition=~Q(claim="") & Q(state__in=sorted(TAKES_A_PLACE)), name="entry_claim_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn", "lapsed"]) | Q(submitted_at__isnull=False),
                name="entry_submitted_at",
            ),
        ]
        triggers = [
            # make_move sets portal.move to the entry's id for its transaction; any other change of state is refused.
            pgtrigger.Trigger(
                name="state_by_move",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.state IS DISTINCT FROM NEW.state"),
                func="""
                IF current_setting('portal.move', true) IS DISTINCT FROM NEW.id::text THEN
                  RAISE EXCEPTION 'state of entry % may only change in make_move', NEW.id;
                END IF;
                RETURN NEW;
                """,
            ),
            # KEY SHARE waits for a merger or an end of the unit that is under way.
            pgtrigger.Trigger(
                name="open_unit",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                PERFORM 1 FROM registry_organization WHERE id = NEW.organization_id AND active FOR KEY SHARE;
                IF NOT FOUND THEN
                  RAISE EXCEPTION 'unit % is closed', NEW.organization_id USING ERRCODE = 'check_violation';
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} · {self.category_id and self.category.name}"

    def get_absolute_url(self) -> str:
        return reverse("programs:entry", args=[self.pk])

    @property
    def editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def badge(self) -> str:
        return badge(self.state)

    @property
    def rank_words(self) -> str:
        """“2/5”: the place among those that the district or school ranked; "" where it ranked nothing."""
        return "" if self.rank is None else f"{self.rank}/{self.rank_of}" if self.rank_of else str(self.rank)

    @property
    def questions(self) -> tuple[Field, ...]:
        """What it is asked: by the call while it can be written, else by the version it was handed in under."""
        form = self._form_then()
        return self.call.fields if form is None else thaw_fields(form)

    @property
    def papers(self) -> tuple[Material, ...]:
        """Its checklist, by the same rule."""
        form = self._form_then()
        return self.call.materials if form is None else thaw_materials(form)

    def _form_then(self) -> dict | None:
        """The form of the version that its last revision names; None where the call's own holds. One query, kept."""
        if not self.call.amended or self.editable or not self.revision:
            return None
        kept = self.__dict__.get("_kept_form")
        if kept is None or kept[0] != self.revision:
            last = self.revisions.select_related("call_version").order_by("-number").first()
            version = (last and last.call_version) or self.call.versions.order_by("number").first()
            kept = self.__dict__["_kept_form"] = (self.revision, version.content["form"] if version else None)
        return kept[1]


def badge(state: str) -> str:
    """The state badge as one ready string; the label comes from the enum."""
    return format_html('<span class="st st-{}">{}</span>', state, State(state).label)


@appended
class Revision(models.Model):
    """The content as it was handed in: frozen, with its digest. Decisions point to a revision."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    data = models.JSONField()
    files = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    #: The version of the edition that it was handed in under.
    call_version = models.ForeignKey("programs.CallVersion", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["entry", "number"], name="revision_once")]
        triggers = [append_only]

    def __str__(self) -> str:
        return f"v{self.number}"


class Attachment(models.Model):
    """A file on the checklist of an entry. ``digest`` ties a signed print to the content it was printed from (R37)."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="attachments")
    item = models.CharField(max_length=40)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.item


# The person is looked up here, not believed: S1 and S2 hold for a plain INSERT as well. From the declared kin to their
# accounts by id: a join is planned through all accounts while a small table of kin has no statistics.
whose_hand = pgtrigger.Trigger(
    name="whose_hand",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("actor", "accounts_user"), ("matter", "programs_entry"), ("subject", "text")],
    func="""
    SELECT * INTO actor FROM accounts_user WHERE id = NEW.user_id;
    IF actor.id IS NULL THEN
      RAISE EXCEPTION 'a hand is somebody''s' USING ERRCODE = 'check_violation', CONSTRAINT = 'hand_of_somebody';
    END IF;
    NEW.person := 'u' || actor.person;
    SELECT * INTO matter FROM programs_entry WHERE id = NEW.entry_id;
    SELECT document_index INTO subject FROM registry_member WHERE id = matter.member_id;
    IF (actor.document_index <> '' AND actor.document_index = subject)
      OR EXISTS (SELECT 1 FROM accounts_user u WHERE u.person = actor.person AND u.member_id = matter.member_id)
    THEN
      RAISE EXCEPTION 'own matter' USING ERRCODE = 'check_violation', CONSTRAINT = 'hand_not_in_own_matter';
    END IF;
    IF NEW.hand <> 'unit' AND actor.person = (SELECT person FROM accounts_user WHERE id = matter.created_by_id) THEN
      RAISE EXCEPTION 'made by the same person' USING ERRCODE = 'check_violation', CONSTRAINT = 'hand_not_of_the_maker';
    END IF;
    IF subject <> '' AND EXISTS (
      SELECT 1 FROM accounts_kin k
      WHERE (k.ended_at IS NULL OR k.ended_at > matter.created_at) AND k.document_index = subject
        AND (SELECT person FROM accounts_user WHERE id = k.user_id) = actor.person
    ) OR subject <> '' AND actor.document_index <> '' AND EXISTS (
      SELECT 1 FROM accounts_kin k
      WHERE (k.ended_at IS NULL OR k.ended_at > matter.created_at) AND k.document_index = actor.document_index
        AND (SELECT document_index FROM accounts_user WHERE id = k.user_id) = subject
    ) THEN
      RAISE EXCEPTION 'matter of a relative' USING ERRCODE = 'check_violation', CONSTRAINT = 'hand_not_of_kin';
    END IF;
    RETURN NEW;
    """,
)


@appended
class Hand(models.Model):
    """Which pair of hands a person was on an entry. The constraint holds separation rule S2, whatever the code does."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="hands")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    #: Set by the trigger: one person, whatever the account.
    person = models.CharField(max_length=24, db_default="")
    hand = models.CharField(max_length=24)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "person"], name="hand_one_per_person")]
        triggers = [append_only, whose_hand]

    def __str__(self) -> str:
        return f"{self.person}: {self.hand}"
