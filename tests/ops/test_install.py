"""The set-up hands pip's configuration on, and what is committed names no addresses."""

from pathlib import Path

import pytest

from portal.ops import frontend, install

ROOT = Path(__file__).resolve().parents[2]


def test_settings_of_pip_become_settings_of_uv():
    pip = {
        "index-url": "https://mirror.invalid/simple",
        "extra-index-url": "https://one.invalid/simple\nhttps://two.invalid/simple",
        "find-links": "/wheels /more",
        "cert": "/certs.pem",
        "trusted-host": "mirror.invalid",
    }
    uv = install.uv_settings(pip, {})
    assert uv["UV_DEFAULT_INDEX"] == "https://mirror.invalid/simple"
    assert uv["UV_INDEX"] == "https://one.invalid/simple https://two.invalid/simple"
    assert uv["UV_FIND_LINKS"] == "/wheels,/more"
    assert uv["SSL_CERT_FILE"] == "/certs.pem"
    assert uv["UV_INSECURE_HOST"] == "mirror.invalid"
    assert uv["UV_COMPILE_BYTECODE"] == "1"


def test_what_the_environment_says_to_uv_wins():
    assert "UV_DEFAULT_INDEX" not in install.uv_settings({"index-url": "a"}, {"UV_DEFAULT_INDEX": "b"})


def test_bytecode_is_wanted_whatever_the_machine_says(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in install.clean_environment()


@pytest.mark.parametrize("name", sorted(path.name for path in ROOT.glob("requirements*.txt")))
def test_locks_are_complete_and_name_no_addresses(name):
    text = (ROOT / name).read_text()
    assert "://" not in text
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert pins
    assert [line for line in pins if "==" not in line] == []
    assert text.count("--hash=sha256:") >= len(pins)


def test_the_lock_of_the_front_end_names_no_addresses():
    assert "://" not in frontend.LOCK.read_text()


def test_python_of_debian_12_gets_what_redis_needs_there():
    # Debian's Python is 3.11.2: without async-timeout below 3.11.3 the broker's client does not load
    assert "async-timeout==" in (ROOT / "requirements.txt").read_text()
