"""Editions as a list: what the API pages through; the pages draw them by deadline."""

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.core.actor import Actor
from portal.kit.tables import Column, Listing, filter_label
from programs.catalog import programs
from programs.models import Call


def _programs() -> list[tuple[str, str]]:
    return [(key, program.title) for key, program in programs().items()]


class CallFilter(django_filters.FilterSet):
    program = django_filters.ChoiceFilter(
        label=_("项目"), field_name="program_key", choices=_programs, empty_label=filter_label(_("项目"))
    )
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=Call.State.choices, empty_label=filter_label(_("状态"))
    )
    year = django_filters.NumberFilter(label=_("年度"), min_value=2000, max_value=2100, decimal_places=0)

    class Meta:
        model = Call
        fields = ["program", "state", "year"]


def listed(actor: Actor) -> QuerySet[Call]:
    """Editions with what a line reads; the frozen form stays in the database."""
    return Call.objects.visible_to(actor).select_related("owner").defer("form")


CALLS = Listing(
    key="calls",
    title=_("评选"),
    columns=(
        Column("title", _("名称"), fixed=True),
        Column("closes", _("截止"), value="closes_at", sort="closes_at"),
        Column("year", _("年度"), sort="year"),
    ),
    search=("title",),
    search_hint=_("名称"),
    filters=CallFilter,
    order=("-id",),
    source=listed,
)
