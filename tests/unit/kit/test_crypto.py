"""Sealed fields and the blind index."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kit import crypto
from portal.kit.crypto import CryptoError, Keyring, blind, new_key, open_, reseal, seal

KEYS = {"k1": new_key(), "index": new_key()}
RING = Keyring.from_mapping({"current": "k1", **KEYS})
NUMBER = "310101199001012042"


@given(st.text())
def test_what_goes_in_comes_out(text):
    sealed = seal(text, "a.b", RING)
    assert open_(sealed, "a.b", RING) == text
    assert crypto.is_sealed(sealed)


def test_the_value_is_not_in_the_ciphertext_and_two_seals_differ():
    one, two = seal(NUMBER, "a.b", RING), seal(NUMBER, "a.b", RING)
    assert one != two
    assert one.startswith("intl:k1:")
    assert NUMBER not in one
    assert NUMBER.encode() not in base64.b64decode(one.split(":")[2])


def test_another_field_does_not_open_it():
    with pytest.raises(CryptoError, match="does not open"):
        open_(seal(NUMBER, "a.b", RING), "a.c", RING)


@given(st.integers(0, 57))
def test_every_altered_byte_is_found(place):
    head, _, body = seal(NUMBER * 2, "a.b", RING).rpartition(":")
    raw = bytearray(base64.b64decode(body))
    raw[place] ^= 1
    with pytest.raises(CryptoError):
        open_(f"{head}:{base64.b64encode(raw).decode()}", "a.b", RING)


@pytest.mark.parametrize("text", ["", NUMBER, "intl:k1:", "intl:k1:!!", "sm:k1:AAAA", "intl:k9:AAAA", "a:b:c"])
def test_what_is_not_sealed_does_not_open(text):
    with pytest.raises(CryptoError) as wrong:
        open_(text, "a.b", RING)
    assert NUMBER not in str(wrong.value)


def test_rotation():
    newer = Keyring.from_mapping({"current": "k2", "k2": new_key(), **KEYS})
    old = seal(NUMBER, "a.b", RING)
    assert open_(old, "a.b", newer) == NUMBER
    fresh = reseal(old, "a.b", newer)
    assert fresh.startswith("intl:k2:")
    assert open_(fresh, "a.b", newer) == NUMBER
    assert reseal(fresh, "a.b", newer) == fresh
    assert blind(NUMBER, ring=newer) == blind(NUMBER, ring=RING), "the index does not rotate with the keys"
    with pytest.raises(CryptoError, match="no key 'k2'"):
        open_(fresh, "a.b", RING)


def test_the_blind_index_finds_however_it_is_typed():
    wanted = blind("31010119900101204X", ring=RING)
    assert len(wanted) == 64
    assert blind(" 3101 0119 9001 0120 4x", ring=RING) == wanted
    assert blind("３１０１０１１９９００１０１２０４Ｘ", ring=RING) == wanted
    assert blind("31010119900101204X", "phone", RING) != wanted
    assert blind("", ring=RING) == ""
    other = Keyring.from_mapping({"current": "k1", **KEYS, "index": new_key()})
    assert blind("31010119900101204X", ring=other) != wanted


@pytest.mark.parametrize(
    "raw",
    [
        {"current": "k1", "k1": KEYS["k1"]},
        {"current": "k2", **KEYS},
        {"current": "k1", "k1": "ab", "index": KEYS["index"]},
        {"current": "k1", "k1": "zz" * 32, "index": KEYS["index"]},
        {"current": "k1", "k1": KEYS["k1"], "index": KEYS["k1"]},
        {"current": "k1", **KEYS, "index_old": KEYS["k1"]},
    ],
)
def test_bad_keys_are_refused_at_the_start(raw):
    with pytest.raises(CryptoError) as wrong:
        Keyring.from_mapping(raw)
    assert KEYS["k1"] not in str(wrong.value)


def test_a_keyring_does_not_print_its_keys():
    assert KEYS["k1"] not in repr(RING)
    assert str(RING.keys["k1"]) not in repr(RING)


def test_the_portals_keys_follow_the_settings(settings):
    settings.FIELD_KEYS = {"current": "k1", **KEYS}
    first = seal("x", "a.b")
    settings.FIELD_KEYS = {"current": "k2", "k2": new_key(), **KEYS}
    assert seal("x", "a.b").startswith("intl:k2:")
    assert open_(first, "a.b") == "x"


# ── the SM suite ──
SM = Keyring.from_mapping({"current": "k1", **KEYS}, "sm")


@given(st.text())
def test_the_sm_suite_seals_and_either_ring_opens(text):
    sealed = seal(text, "a.b", SM)
    assert sealed.startswith("sm:k1:")
    assert open_(sealed, "a.b", RING) == text
    assert reseal(sealed, "a.b", RING).startswith("intl:k1:")


@given(st.integers(0, 57))
def test_the_sm_suite_finds_every_altered_byte(place):
    head, _, body = seal(NUMBER * 2, "a.b", SM).rpartition(":")
    raw = bytearray(base64.b64decode(body))
    raw[place % len(raw)] ^= 1
    with pytest.raises(CryptoError, match="does not open"):
        open_(f"{head}:{base64.b64encode(bytes(raw)).decode()}", "a.b", SM)
    with pytest.raises(CryptoError, match="does not open"):
        open_(seal(NUMBER, "a.b", SM), "a.c", SM)


def test_an_unknown_suite_is_refused():
    with pytest.raises(CryptoError, match="unknown suite"):
        Keyring.from_mapping({"current": "k1", **KEYS}, "none")


def test_while_the_index_changes_both_keys_and_suites_find():
    turning = Keyring.from_mapping({"current": "k1", "k1": KEYS["k1"], "index": new_key(), "index_old": KEYS["index"]})
    ways = crypto.blinds(NUMBER, "person", turning)
    assert ways == [blind(NUMBER, ring=turning), blind(NUMBER, ring=RING), blind(NUMBER, ring=SM)]
    assert crypto.blinds(NUMBER, "person", RING) == [blind(NUMBER, ring=RING)]
