"""The lists of the registry."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.kit import days, text
from portal.kit.addresses import link_to
from portal.kit.tables import Column, Empty, Listing, View, filter_label
from portal.registry.imports.spec import importer
from portal.registry.models import ImportBatch, Kind, Member, Organization, Sector
from portal.registry.queries.terms import ending_q
from portal.registry.queries.tree import late_q, soon_q, unknown_q


# ── members ──
class MemberFilter(django_filters.FilterSet):
    politics = django_filters.ChoiceFilter(
        label=gettext_lazy("政治面貌"),
        choices=Member.Politics.choices,
        empty_label=filter_label(gettext_lazy("政治面貌")),
    )
    rank = django_filters.ChoiceFilter(
        label=gettext_lazy("干部级别"), choices=Member.Rank.choices, empty_label=filter_label(gettext_lazy("干部级别"))
    )
    sex = django_filters.ChoiceFilter(
        label=gettext_lazy("性别"), choices=Member.Sex.choices, empty_label=filter_label(gettext_lazy("性别"))
    )
    personnel = django_filters.ChoiceFilter(
        label=gettext_lazy("人员类别"),
        choices=Member.Personnel.choices,
        empty_label=filter_label(gettext_lazy("人员类别")),
    )
    unit = django_filters.CharFilter(label=gettext_lazy("单位名称，含下级"), method="in_unit")
    hired = django_filters.NumberFilter(
        label=gettext_lazy("哪年入校"), field_name="hired_on", lookup_expr="year", min_value=1900, max_value=2100,
        decimal_places=0,
    )  # fmt: skip

    class Meta:
        model = Member
        fields = ["politics", "rank", "sex", "personnel", "unit", "hired"]

    def in_unit(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """A unit's whole name means it and everything below it; a part of a name means every unit called so."""
        unit = Organization.objects.visible_to(self.request.actor).filter(name=value.strip()).first()
        if unit is not None:
            return rows.filter(organization__in=unit.subtree_ids())
        return rows.filter(organization__name__contains=value.strip())


def _standing(member: Member) -> SafeString:
    css, word = ("tag good", _("在会")) if member.active else ("tag", _("不在会"))
    return format_html('<span class="{}">{}</span>', css, word)


def _day(value) -> str:
    return f"{value:%Y-%m-%d}" if value else ""


MEMBERS = Listing(
    key="members",
    title=gettext_lazy("会员名册"),
    noun=gettext_lazy("人"),
    columns=(
        Column(
            "name",
            gettext_lazy("姓名"),
            phone="k",
            sort=("pinyin",),
            link=link_to("registry:member"),
            fixed=True,
            width=12,
        ),
        Column(
            "unit",
            gettext_lazy("单位"),
            value="organization.name",
            phone="w",
            sort=("organization__pinyin", "pinyin"),
            width=28,
        ),
        Column("sex", gettext_lazy("性别"), value="get_sex_display", phone="h", width=7),
        Column(
            "birth",
            gettext_lazy("出生年月"),
            value=lambda m: f"{m.birth_date:%Y-%m}" if m.birth_date else "",
            css="num",
            phone="h",
            sort="birth_date",
            export="birth_date",
            kind="date",
            personal=True,
        ),
        Column("title", gettext_lazy("职称"), phone="hide", width=16),
        Column("position", gettext_lazy("职务"), phone="hide", width=18),
        Column(
            "politics", gettext_lazy("政治面貌"), value="get_politics_display", phone="hide", width=14, personal=True
        ),
        Column("rank", gettext_lazy("干部级别"), value="get_rank_display", default=False, width=14),
        Column("personnel", gettext_lazy("人员类别"), value="get_personnel_display", default=False, width=12),
        Column(
            "hired",
            gettext_lazy("入校"),
            value=lambda m: _day(m.hired_on),
            css="num",
            default=False,
            sort="hired_on",
            export="hired_on",
            kind="date",
        ),
        Column(
            "document",
            gettext_lazy("证件号"),
            value=lambda m: text.mask_id(m.document_number),
            loads=("document_number",),
            css="num",
            default=False,
            width=22,
            personal=True,
        ),
        Column(
            "phone",
            gettext_lazy("手机"),
            value=lambda m: text.mask_phone(m.phone) if m.phone else "",
            loads=("phone",),
            css="num",
            default=False,
            width=15,
            personal=True,
        ),
        Column(
            "active",
            gettext_lazy("会籍"),
            value=_standing,
            export=lambda m: _("在会") if m.active else _("不在会"),
            phone="s",
            width=9,
        ),
    ),
    search=("^pinyin", "^initials", "~name"),
    search_hint=gettext_lazy("姓名、拼音、首字母"),
    filters=MemberFilter,
    views=(
        View("here", gettext_lazy("在会"), Q(active=True)),
        View("women", gettext_lazy("女会员"), Q(active=True, sex=Member.Sex.FEMALE)),
        View("left", gettext_lazy("退休、离会"), Q(active=False)),
        View("all", gettext_lazy("全部")),
    ),
    order=("pinyin",),
    empty=Empty(gettext_lazy("名册还是空的"), gettext_lazy("下载模板，填好导入；也可以一个一个登记。")),
    export_name="会员名册",
    source=lambda actor: Member.objects.visible_to(actor).select_related("organization"),
)


# ── organisations ──
class OrganizationFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("类别"), choices=Kind.choices, empty_label=filter_label(gettext_lazy("类别"))
    )
    sector = django_filters.ChoiceFilter(
        label=gettext_lazy("学段"), choices=Sector.choices, empty_label=filter_label(gettext_lazy("学段"))
    )
    upper = django_filters.CharFilter(label=gettext_lazy("上级名称"), field_name="parent__name", lookup_expr="contains")
    area = django_filters.CharFilter(label=gettext_lazy("片区"), lookup_expr="contains")

    class Meta:
        model = Organization
        fields = ["kind", "sector", "upper", "area"]


def _term(one: Organization) -> SafeString | str:
    if one.term_until is None:
        return ""
    today = days.today()
    css = "bad-t" if one.term_until < today else "warn-t" if (one.term_until - today).days < 183 else ""
    return format_html('<span class="num {}">{}</span>', css, _day(one.term_until))


ORGANIZATIONS = Listing(
    key="organizations",
    title=gettext_lazy("组织名单"),
    noun=gettext_lazy("家"),
    columns=(
        Column("code", gettext_lazy("编号"), css="num sub", phone="desk", sort="code", width=12),
        Column(
            "name",
            gettext_lazy("名称"),
            phone="k",
            sort="pinyin",
            link=link_to("registry:organization"),
            fixed=True,
            width=32,
        ),
        Column("kind", gettext_lazy("类别"), value="get_kind_display", phone="s", sort="kind"),
        Column("parent", gettext_lazy("上级"), value="parent.name", phone="w", sort="parent__pinyin", width=24),
        Column("sector", gettext_lazy("学段"), value="get_sector_display", phone="hide"),
        Column("area", gettext_lazy("片区"), default=False),
        Column("uscc", gettext_lazy("统一社会信用代码"), css="num", default=False, width=24),
        Column(
            "heads", gettext_lazy("教职工"), value="head_count", css="n num", phone="h", sort="head_count", kind="int"
        ),
        Column(
            "women", gettext_lazy("其中女"), value="women_count", css="n num", phone="h", sort="women_count", kind="int"
        ),
        Column("phone", gettext_lazy("联系电话"), default=False, width=16),
        Column(
            "term",
            gettext_lazy("本届止"),
            value=_term,
            css="num",
            phone="l",
            sort="term_until",
            export="term_until",
            kind="date",
        ),
    ),
    search=("name", "short_name", "=code", "^pinyin", "^initials"),
    search_hint=gettext_lazy("名称、简称、编号、首字母"),
    filters=OrganizationFilter,
    views=(
        View("all", gettext_lazy("全部")),
        View("late", gettext_lazy("过期没改选"), lambda _actor: late_q(days.today())),
        View("soon", gettext_lazy("半年内到期"), lambda _actor: soon_q(days.today())),
        View("ending", gettext_lazy("过期和半年内到期"), lambda _actor: ending_q(days.today())),
        View("unknown", gettext_lazy("没填届期"), lambda _actor: unknown_q()),
    ),
    order=("pinyin",),
    empty=Empty(gettext_lazy("还没有组织"), gettext_lazy("下载模板，填好导入。")),
    export_name="组织名单",
    source=lambda actor: Organization.objects.visible_to(actor).filter(active=True).select_related("parent"),
)

# ── imports ──
_BATCH_CSS = {"checked": "tag warn", "broken": "tag bad", "committed": "tag good"}


def _batch_state(batch: ImportBatch) -> SafeString:
    return format_html('<span class="{}">{}</span>', _BATCH_CSS.get(batch.state, "tag"), batch.get_state_display())


def _batch_what(batch: ImportBatch) -> str:
    one = importer(batch.importer)
    return str(one.title) if one else batch.importer


def _batch_counts(batch: ImportBatch) -> str:
    said = batch.summary
    if batch.state == ImportBatch.State.BROKEN:
        return batch.reason[:60]
    if "rows" not in said:
        return ""
    parts = [
        (said.get("new", 0), _("新增")),
        (said.get("changed", 0), _("变更")),
        (said.get("conflict", 0), _("冲突")),
        (said.get("wrong", 0), _("有错")),
        (said.get("same", 0), _("没变")),
    ]
    return "，".join(f"{label} {count:,}" for count, label in parts if count)


IMPORTS = Listing(
    key="imports",
    title=gettext_lazy("导入"),
    noun=gettext_lazy("次"),
    columns=(
        Column(
            "file",
            gettext_lazy("文件"),
            value="file.name",
            phone="k",
            link=link_to("registry:import"),
            fixed=True,
            width=30,
        ),
        Column("what", gettext_lazy("什么"), value=_batch_what, phone="l"),
        Column("rows", gettext_lazy("结果"), value=_batch_counts, phone="w", width=40),
        Column(
            "at",
            gettext_lazy("上传"),
            value=lambda b: days.short_datetime(days.local(b.created_at)),
            css="num",
            phone="l",
            sort="created_at",
        ),
        Column("state", gettext_lazy("情形"), value=_batch_state, phone="s"),
    ),
    search=("file__name",),
    search_hint=gettext_lazy("文件名"),
    views=(
        View("all", gettext_lazy("全部")),
        View("waiting", gettext_lazy("等核对"), Q(state=ImportBatch.State.CHECKED)),
        View("done", gettext_lazy("已入库"), Q(state=ImportBatch.State.COMMITTED)),
    ),
    order=("-created_at",),
    empty=Empty(gettext_lazy("还没有导入过"), gettext_lazy("先下载模板，填好再传上来。")),
)

LISTINGS = [MEMBERS, ORGANIZATIONS]
