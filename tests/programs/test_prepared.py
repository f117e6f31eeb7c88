"""What the ORM wrote once gives what the ORM gives: the same rows for everybody, the same columns, the same guards."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.db.transaction import TransactionManagementError

from portal.kit.prepared import Prepared, slot
from programs.actions.moves import RELATED, WHOLE, make_move
from programs.models import Category, Entry
from programs.queries import entries
from tests import factories


@pytest.fixture
def made(world):
    """An edition with a draft and an entry that was handed in, of a school and of a university."""
    call = factories.call(world["officer"])
    for key in ("a1.chair", "u.chair"):
        factories.draft(world[key], call)
        factories.submitted(world[key], call)
    return list(Entry.objects.order_by("pk"))


def columns(row):
    return {name: value for name, value in vars(row).items() if name != "_state"}


@pytest.mark.django_db
def test_everybody_sees_through_it_what_the_scope_shows(made, world):
    seen = 0
    for actor in world.actors.values():
        for one in made:
            shown = Entry.objects.visible_to(actor).filter(pk=one.pk).exists()
            assert (entries.seen(actor, one.pk) is not None) is shown, (actor.role, one)
            seen += shown
    assert 0 < seen < len(world.actors) * len(made)


@pytest.mark.django_db
def test_a_row_and_what_it_selects_along_have_the_same_columns(made):
    for one in made:
        ours, theirs = WHOLE.first(pk=one.pk), Entry.objects.select_related(*RELATED).get(pk=one.pk)
        assert columns(ours) == columns(theirs)
        for name in RELATED:
            assert columns(getattr(ours, name)) == columns(getattr(theirs, name)), name


@pytest.mark.django_db
def test_each_asking_has_its_own_values(made):
    named = Prepared(lambda: Category.objects.filter(pk__in=slot("pks")).order_by("pk").values_list("pk", "name"))
    first, last = Category.objects.order_by("pk").first(), Category.objects.order_by("pk").last()
    assert named.all(pks=(last.pk,)) == [(last.pk, last.name)]
    assert named.all(pks=(first.pk, last.pk)) == [(first.pk, first.name), (last.pk, last.name)]
    assert named.asks == {"pks"}
    with pytest.raises(KeyError):
        named.all()
    assert Prepared(Category.objects.none).all() == []


@pytest.mark.django_db
def test_what_was_typed_stays_a_value(made):
    by_name = Prepared(lambda: Category.objects.filter(name=slot("name")))
    assert by_name.all(name="' OR 1=1 --") == by_name.all(name="%s") == []


@pytest.mark.django_db(transaction=True)
def test_a_lock_wants_a_transaction_and_other_threads_their_own_connection(made):
    locked = Prepared(lambda: Entry.objects.select_for_update().filter(pk=slot("pk")))
    with pytest.raises(TransactionManagementError):
        locked.first(pk=made[0].pk)

    def elsewhere():
        try:
            return WHOLE.first(pk=made[0].pk).subject, id(connection.connection)
        finally:
            connection.close()

    here = WHOLE.first(pk=made[0].pk).subject, id(connection.connection)
    with ThreadPoolExecutor(1) as pool:
        there = pool.submit(elsewhere).result()
    assert (there[0], there[1] != here[1]) == (here[0], True)


@pytest.mark.django_db
def test_a_move_writes_what_it_changed_and_leaves_what_was_typed(made, world):
    draft = next(one for one in made if one.state == "draft" and one.organization_id == world["u"].pk)
    before = columns(draft)
    make_move(draft.pk, "submit", by=world["u.chair"])
    after = columns(Entry.objects.get(pk=draft.pk))
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {
        "state", "desk_id", "desk_since", "number", "claim", "submitted_at", "revision", "version", "updated_at",
    }  # fmt: skip
