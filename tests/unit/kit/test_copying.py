"""Values on their way into COPY: what a column gets is what was given, whatever stands in it."""

import datetime
import json

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.core.models import Record
from portal.kit import copying

texts = st.text(st.one_of(st.sampled_from("\t\n\r\\N中a'\""), st.characters(codec="utf-8", exclude_characters="\0")))
cells = st.one_of(
    texts, st.none(), st.booleans(), st.integers(), st.dates(), st.dictionaries(texts, st.one_of(texts, st.none()))
)


@given(st.lists(st.lists(cells, min_size=1, max_size=4), min_size=1, max_size=3))
def test_a_line_written_at_once_is_the_line_written_cell_by_cell(rows):
    assert list(copying.lines(rows)) == ["\t".join(map(copying.cell, row)) + "\n" for row in rows]


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(note=texts, words=st.dictionaries(texts, texts, max_size=3))
def test_what_comes_in_is_what_was_given(note, words):
    at = datetime.datetime(2026, 11, 23, 8, tzinfo=datetime.UTC)
    row = (at, None, "test.copy", "core.record", 5, note, words)
    copying.copy_rows(Record, ("at", "by", "act", "target_type", "target_id", "note", "change"), [row])
    got = Record.objects.filter(act="test.copy").latest("pk")
    assert (got.at, got.by, got.note, got.change) == (at, None, note, json.loads(json.dumps(words)))


@pytest.mark.django_db
def test_reserved_ids_are_nobody_elses():
    first, second = copying.reserve(Record, 3), copying.reserve(Record, 2)
    assert len({*first, *second}) == 5
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('core_record', 'id'))")
        assert cursor.fetchone()[0] not in {*first, *second}
