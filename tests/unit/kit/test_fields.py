"""The model fields, without a database: what is prepared for it, and which questions are refused."""

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models

from portal.kit import crypto
from portal.kit.fields import BlindIndexField, EncryptedTextField


class Person(models.Model):
    number = EncryptedTextField(blank=True, default="")
    number_index = BlindIndexField(of="number")
    phone = EncryptedTextField(blank=True, default="", context="phone")

    class Meta:
        app_label = "sealed_fields_test"
        managed = False


NUMBER = Person._meta.get_field("number")


def test_sealed_on_the_way_in_and_opened_on_the_way_out():
    stored = NUMBER.get_db_prep_save("310101", connection)
    assert crypto.is_sealed(stored)
    assert "310101" not in stored
    assert NUMBER.from_db_value(stored, None, connection) == "310101"
    assert NUMBER.sealed_as == "sealed_fields_test.person.number"
    assert Person._meta.get_field("phone").sealed_as == "phone"


def test_blank_and_null_stay():
    assert NUMBER.get_db_prep_save("", connection) == ""
    assert NUMBER.get_db_prep_save(None, connection) is None
    assert NUMBER.from_db_value("", None, connection) == ""


def test_a_plain_value_in_the_column_is_an_error():
    with pytest.raises(crypto.CryptoError):
        NUMBER.from_db_value("310101", None, connection)


def test_a_column_copied_into_another_does_not_open():
    stored = NUMBER.get_db_prep_save("310101", connection)
    with pytest.raises(crypto.CryptoError):
        Person._meta.get_field("phone").from_db_value(stored, None, connection)


@pytest.mark.parametrize(
    "lookup", ["exact", "iexact", "contains", "in", "gt", "startswith", "regex", "lower__contains"]
)
def test_it_cannot_be_compared(lookup):
    with pytest.raises(FieldError, match="blind index"):
        str(Person.objects.filter(**{f"number__{lookup}": ["x"] if lookup == "in" else "x"}).query)


def test_it_can_be_asked_for_null():
    assert "IS NULL" in str(Person.objects.filter(number__isnull=True).query)


def test_no_expression_goes_round_the_seal():
    with pytest.raises(FieldError, match="values, not expressions"):
        NUMBER.get_db_prep_save(models.F("phone"), connection)


@pytest.mark.parametrize("option", ["unique", "db_index", "primary_key"])
def test_no_index_on_a_ciphertext(option):
    with pytest.raises(FieldError, match="BlindIndexField"):
        EncryptedTextField(**{option: True})


def test_the_blind_index_follows_its_field():
    person = Person(number="31010119900101204x")
    value = Person._meta.get_field("number_index").pre_save(person, add=True)
    assert value == person.number_index == crypto.blind("31010119900101204X")
    assert Person._meta.get_field("number_index").pre_save(Person(), add=True) == ""


@pytest.mark.parametrize("name", ["number", "phone", "number_index"])
def test_a_migration_can_write_them(name):
    field = Person._meta.get_field(name)
    _, path, args, kwargs = field.deconstruct()
    again = type(field)(*args, **kwargs)
    assert again.deconstruct()[1:] == (path, args, kwargs)
    if name == "number_index":
        assert (again.of, again.context, again.max_length, again.db_index) == ("number", "person", 64, True)
