"""A list means the same rows on the page, in a bulk move and in the sheet; one row costs what many cost."""

from io import BytesIO
from types import SimpleNamespace

import django_filters
import openpyxl
import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.http import QueryDict
from django.test import RequestFactory
from django.utils.html import format_html

from portal.kit.table_export import write_listing
from portal.kit.table_query import Asked
from portal.kit.tables import Column, Empty, Listing, View, filter_label, listing_page, selected

pytestmark = pytest.mark.django_db


class PermissionFilter(django_filters.FilterSet):
    content_type = django_filters.ModelChoiceFilter(
        label="种类", queryset=ContentType.objects.all(), empty_label=filter_label("种类")
    )
    codename = django_filters.CharFilter(label="代号")

    class Meta:
        model = Permission
        fields: list[str] = []


PERMISSIONS = Listing(
    key="perms",
    title="权限列表",
    noun="项",
    columns=(
        Column("codename", "代号", css="num", phone="desk"),
        Column("name", "名称", phone="k", sort="name", link=lambda row: f"/p/{row.pk}/", fixed=True),
        Column("model", "种类", value="content_type.model", phone="w", sort="content_type__model"),
        Column("badge", "状态", value=lambda row: format_html('<span class="st">{}</span>', row.name), phone="s"),
        Column("count", "数", value=lambda row: 12345, css="n", phone="h", kind="int"),
        Column("more", "更多", value="nothing.here", default=False),
    ),
    search=("name", "^codename"),
    filters=PermissionFilter,
    views=(View("all", "全部"), View("kept", "留的", lambda actor: Q(name__contains=actor.word))),
    order=("name",),
    export_name="权限",
    empty=Empty("还没有权限", "交上来就在这里。"),
)
ACTOR = SimpleNamespace(user=SimpleNamespace(name="沈怡", pk=1), post=None, role="anonymous", word="留")


@pytest.fixture
def kind():
    return ContentType.objects.create(app_label="shelf", model="book")


@pytest.fixture
def rows(kind):
    return [
        Permission.objects.create(content_type=kind, codename=f"zz{n:03}", name=("留" if n % 2 else "去") + f"{n:03}")
        for n in range(60)
    ]


def _ours():
    return Permission.objects.filter(codename__startswith="zz").select_related("content_type")


def _request(query: str = "", target: str = "list-perms", data: dict | None = None):
    factory = RequestFactory()
    headers = {"HX-Request": "true", "HX-Target": target} if target else {}
    if data is None:
        request = factory.get(f"/list/{query}", headers=headers)
    else:
        request = factory.post(f"/list/{query}", data, headers=headers)
    request.actor, request.session, request.user = ACTOR, {}, SimpleNamespace(pk=1)
    return request


def _page(query: str = "", target: str = "list-perms") -> str:
    return listing_page(_request(query, target), PERMISSIONS, _ours()).content.decode()


def _asked(query: str) -> Asked:
    return Asked(PERMISSIONS, _ours(), QueryDict(query), ACTOR)


def test_page_shows_fifty_of_sixty_and_says_so(rows):
    html = _page()
    assert html.count("<tr>") == 51
    assert "1—50，共 60 项" in html
    assert 'aria-label="下一页"' in html
    assert "12,345" in html


def test_a_page_beyond_the_end_is_the_last_one(rows):
    assert "51—60，共 60 项" in _page("?page=99")


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, "²", ""])
def test_nonsense_for_a_page_is_a_page(rows, number):
    assert "共 60 项" in _page(f"?page={number}")


def test_three_rows_cost_what_one_costs(rows, django_assert_num_queries):
    with django_assert_num_queries(3):  # the choices of the filter, the grouped counts, the rows
        _page("?q=zz001")
    with django_assert_num_queries(3):
        _page()


def test_tab_counts_and_total_are_one_query(rows, django_assert_num_queries):
    asked = _asked("view=kept")
    with django_assert_num_queries(1):
        assert asked.counts == {"all": 60, "kept": 30}
        assert asked.total == 30


def test_every_word_of_the_search_must_hit(rows):
    assert _asked("q=留 ZZ00").total == 5
    assert _asked("q=留 去").total == 0


def test_sort_keeps_a_stable_order_and_marks_its_head(rows):
    html = _page("?sort=-name")
    assert 'aria-sort="descending"' in html
    assert html.index("去058") > html.index("留059")
    assert "aria-sort" not in _page("?sort=codename"), "a column without a sort key cannot be sorted by"


def test_a_filter_becomes_a_chip_that_can_be_removed(rows, kind):
    condition = _asked(f"content_type={kind.pk}&q=留").conditions[0]
    assert condition.text.startswith("种类：")
    assert condition.without == "?q=%E7%95%99"


def test_a_filter_that_cannot_be_read_finds_nothing(rows):
    assert _asked("content_type=987654321").total == 0
    assert _asked("content_type=' or 1=1").total == 0


def test_no_match_says_which_filter_to_loosen(rows):
    html = _page("?codename=zz001&q=去")
    assert "没有“代号：zz001”的" in html
    assert "去掉“代号：zz001”有 30 项" in html


def test_nothing_yet_says_what_comes_next():
    html = _page()
    assert "还没有权限" in html
    assert "暂无数据" not in html


def test_a_missing_link_is_an_empty_cell(rows):
    assert "更多" in _page("?cols=more")


def test_columns_are_remembered_and_forgotten(rows):
    request = _request("?cols=model&cols=x")
    first = listing_page(request, PERMISSIONS, _ours()).content.decode()
    assert "zz000" not in first
    assert request.session["columns"] == {"perms": ["model"]}
    again = _request()
    again.session = request.session
    assert "zz000" not in listing_page(again, PERMISSIONS, _ours()).content.decode()
    back = _request("?cols=-")
    back.session = request.session
    assert "zz000" in listing_page(back, PERMISSIONS, _ours()).content.decode()


def test_markup_in_the_data_stays_text(kind):
    Permission.objects.create(content_type=kind, codename="zz1", name="<script>alert(1)</script>")
    html = _page("?q=zz1")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_the_fragment_for_typing_brings_tabs_and_export_along(rows):
    html = _page("?q=留", target="rows-perms")
    assert html.count('hx-swap-oob="true"') == 2
    assert "导出这 30 项" in html
    assert "<form" not in html.split('id="rows-perms"')[0]


def test_ticked_rows_are_only_those_of_the_queryset_given(rows):
    stranger = Permission.objects.exclude(codename__startswith="zz").first()
    request = _request("", "", {"pk": [rows[0].pk, stranger.pk, "x"]})
    assert list(selected(request, PERMISSIONS, _ours())) == [rows[0]]


def test_all_means_what_the_filters_of_the_page_mean(rows):
    assert selected(_request("?view=kept&q=zz00", "", {"all": "1"}), PERMISSIONS, _ours()).count() == 5


def test_the_sheet_has_the_rows_and_columns_of_the_page(rows, settings):
    settings.LISTING_EXPORT_HOOK = ""
    response = listing_page(_request("?q=留&sort=-name&cols=model&export=xlsx", ""), PERMISSIONS, _ours())
    assert "attachment" in response.headers["Content-Disposition"]
    sheet = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content))).active
    values = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    assert values[0] == ["名称", "种类"]
    assert values[1] == ["留059", "book"]
    assert len([row for row in values if row and str(row[0]).startswith("留")]) == 30


def test_the_sheet_has_no_markup_and_names_who_took_it(rows):
    target = BytesIO()
    assert write_listing(PERMISSIONS, _ours(), "?q=zz001", None, target, actor=ACTOR) == 1
    book = openpyxl.load_workbook(BytesIO(target.getvalue()))
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "留001" in cells
    assert not [text for text in cells if "<span" in text]
    assert [text for text in cells if "沈怡" in text]


def test_the_hook_is_asked_before_anything_leaves(rows, settings):
    settings.LISTING_EXPORT_HOOK = f"{__name__}.refuse_export"
    response = listing_page(_request("?q=留&export=xlsx", ""), PERMISSIONS, _ours())
    assert response.status_code == 299
    assert SEEN == [("perms", 30, False)]


SEEN: list[tuple[str, int, bool]] = []


def refuse_export(request, export):
    SEEN.append((export.listing.key, export.count, export.big))
    response = listing_page(_request(), PERMISSIONS, _ours())
    response.status_code = 299
    return response
