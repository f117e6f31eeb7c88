"""Columns read at once give what cells read one by one give; what is large is refused where the importer says so."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.kit.sheets_guard import LIMITS, ROSTER, Seen, SheetError, _look
from portal.kit.sheets_read import open_book
from portal.registry.imports.reading import Reader, read_piece, tables_of
from portal.registry.imports.spec import Reading, importer
from tests.registry.rosters import person, workbook

MEMBERS = importer("members")
#: What people type into a roster, right and wrong, in any column.
TYPED = st.sampled_from(
    [
        "王芳", "王 芳", "群众", "党员", "男", "女", "2019-09-01", "2019.9.1", "2099-01-01", "13912345678",
        "139 1234 5678",
        "310105197902030021", "31010519790203002X", "６２２２", "居民身份证", "护照", "=1+1", "   ", "",
        "x" * 200, "在会",
        1.0, 20190901.0, True,
    ]
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.lists(TYPED, min_size=17, max_size=17), min_size=1, max_size=12))
def test_a_column_at_once_says_what_each_cell_says(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("roster") / "x.xlsx"
    path.write_bytes(workbook([person(1, "x")]))
    with open_book(path, path.name, MEMBERS.limits) as book:
        (table,), _notes = tables_of(book, MEMBERS)
        raw = [(n, row, 1) for n, row in enumerate(cells, 2)]
        columns = [Reader(one, table.found[one.key]) for one in MEMBERS.fields]
        for fast, row in zip(read_piece(table, raw, columns), raw, strict=True):
            slow = Reading(table, row)
            for one in MEMBERS.fields:
                slow.take(one)
            assert (fast.values, fast.problems) == (slow.values, slow.problems)


@pytest.mark.parametrize(
    ("cell", "limits", "taken"),
    [
        ('<c r="A60021" s="1" t="s">', LIMITS, False),
        ('<c r="A60021" s="1" t="s">', ROSTER, True),
        ('<c r="A200020">', ROSTER, True),
        ('<c r="A200021">', ROSTER, False),
        ('<c r="BI7">', ROSTER, False),
        ('<c r="BH7">', ROSTER, True),
        ('<c r="A1" r="XFD9">', ROSTER, False),
        ("<c\tr='XFD9'>", ROSTER, False),
        ('<x:c r="XFD9">', ROSTER, False),
    ],
)
def test_the_place_of_a_cell_is_looked_at(cell, limits, taken):
    block = f'<row r="1"><c r="A1"><v>1</v></c>{cell}<v>1</v></c></row>'.encode()
    if taken:
        _look(block, seen := Seen(), limits)
        assert seen.cells == 2
    else:
        with pytest.raises(SheetError):
            _look(block, Seen(), limits)
