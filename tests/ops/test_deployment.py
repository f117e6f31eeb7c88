"""Production and `make demo` run the same commands, and what the files name exists."""

import json
import re
from pathlib import Path

import pytest
import yaml

from portal.ops.backup.make import archive_settings
from portal.ops.doctor import PDF
from portal.ops.processes import PREPARE, PROCESSES

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SERVICES = COMPOSE["services"]


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_compose_runs_the_same_command(process):
    assert SERVICES[process.name]["command"] == list(process.command)


def test_compose_prepares_as_the_owner_before_anything_else_starts():
    assert SERVICES["prepare"]["command"] == list(PREPARE)
    assert "portal_owner" in SERVICES["prepare"]["environment"]["DATABASE_URL"]
    for process in PROCESSES:
        service = SERVICES[process.name]
        assert service["depends_on"]["prepare"] == {"condition": "service_completed_successfully"}
        assert "portal_app" in service["environment"]["DATABASE_URL"]


def test_the_server_archives_as_the_backup_expects():
    command = SERVICES["postgres"]["command"]
    assert command[1:] == [
        part for pair in archive_settings(Path("/backups")).items() for part in ("-c", "=".join(pair))
    ]
    folders = {volume.split(":")[0] for name in ("postgres", "backup") for volume in SERVICES[name]["volumes"]}
    assert "${BACKUP_FOLDER" in folders, "both see the same folder"
    assert re.search(r"^FROM .* AS backup$", DOCKERFILE, re.MULTILINE)
    assert DOCKERFILE.rindex(" AS app") > DOCKERFILE.index(" AS backup"), "the last stage is what `build: .` makes"


def test_image_starts_the_web_server_as_an_ordinary_user():
    last = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    command = re.search(r"^CMD (\[.*\])$", last, re.MULTILINE)
    assert json.loads(command.group(1)) == list(PROCESSES[0].command)
    assert re.search(r"^USER portal$", last, re.MULTILINE)


def test_image_carries_what_pdf_needs():
    assert [need.package for need in PDF if need.package not in DOCKERFILE] == []


def test_every_service_with_a_port_is_watched():
    watched = {name for name, service in SERVICES.items() if "healthcheck" in service}
    assert {"web", "worker", "documents", "postgres", "redis"} <= watched
    assert "/healthz" in " ".join(SERVICES["web"]["healthcheck"]["test"])


def test_every_variable_has_its_line_in_the_example():
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    given = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert used - given == set()


def test_mounted_files_exist():
    mounts = [
        volume for service in SERVICES.values() for volume in service.get("volumes", []) if volume.startswith("./")
    ]
    assert mounts
    assert [mount for mount in mounts if not (ROOT / mount.split(":")[0]).exists()] == []


def test_every_setting_is_in_the_operations_table():
    settings = (ROOT / "portal" / "settings.py").read_text()
    read = set(re.findall(r"""env(?:\.\w+)?\(\s*["'](\w+)["']""", settings))
    rows = re.findall(r"^\| (`[^|]+) \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE)
    table = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert read - table == set()
