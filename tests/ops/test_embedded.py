"""The embedded services hold what the rest of the project takes for granted."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2
import pytest

from portal.ops import embedded, places
from portal.ops.keys import demo_keys

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder():
    # not pytest's own folder: that one is private, and PostgreSQL runs under another account when we are root
    path = Path(tempfile.mkdtemp(prefix="portal 数据 "))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def cluster(folder):
    server = embedded.start_postgres(folder)
    server.drain()
    yield server
    server.stop()


def ask(url, statement):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def test_binaries_lie_where_the_pinned_wheels_put_them():
    found = [places.postgres_binaries() / name for name in ("initdb", "postgres", "pg_isready", "psql", "pg_dump")]
    assert [path for path in [*found, places.valkey_binary()] if not os.access(path, os.X_OK)] == []


def test_text_is_unicode_whatever_the_locale_is(cluster):
    assert ask(cluster.urls["app"], "SHOW server_encoding") == "UTF8"
    assert ask(cluster.urls["app"], "SELECT lower('ÀÉ') || upper('ж')") == "àéЖ"


def test_the_working_role_has_no_ddl_and_cannot_become_the_owner(cluster):
    for statement in ("CREATE TABLE t (n int)", "CREATE DATABASE d", "SET ROLE portal_owner", "CREATE ROLE r"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(cluster.urls["app"], statement)
    # control: the owner may make tables, so the refusals above are about the role
    ask(cluster.urls["owner"], "CREATE TABLE t (n int)")


def test_the_demo_owner_makes_no_databases_but_the_one_for_tests_does(cluster):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(cluster.urls["owner"], "CREATE DATABASE d")
    if "DATABASE_APP_URL" in os.environ:
        assert ask(os.environ["DATABASE_OWNER_URL"], "SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user")


def test_a_second_start_on_the_same_folder_is_refused_in_words(cluster, folder):
    with pytest.raises(embedded.CannotStart, match="already running"):
        embedded.start_postgres(folder)


def test_passwords_and_keys_are_readable_by_their_owner_alone(cluster, folder):
    demo_keys(folder)
    secrets = [*folder.rglob("password-*"), folder / "keys.json"]
    assert len(secrets) == 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in secrets} == {0o600}


def test_keys_stay_the_same(folder):
    assert demo_keys(folder) == demo_keys(folder)


def test_a_pid_file_that_names_another_program_does_not_block_the_start(tmp_path):
    pidfile = tmp_path / "postmaster.pid"
    pidfile.write_text(f"{os.getpid()}\n")
    embedded.refuse_second_start(pidfile)
    assert not pidfile.exists()


def test_killing_the_launcher_leaves_no_server_behind(tmp_path):
    script = "\n".join(
        [
            "import time",
            "from pathlib import Path",
            "from portal.ops import embedded",
            f"server = embedded.start_valkey(Path({str(tmp_path)!r}))",
            "print(server.process.pid, flush=True)",
            "time.sleep(60)",
        ]
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    until = time.monotonic() + 5
    while embedded.command_name(child) == "valkey-server" and time.monotonic() < until:
        time.sleep(0.05)
    assert embedded.command_name(child) != "valkey-server"
