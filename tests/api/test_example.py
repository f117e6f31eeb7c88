"""The example client of the docs, run as a university would run it, against a live server; twice, as they would."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from programs.models import Entry, Revision
from tests import factories
from tests.api.calls import Api
from tests.factories.files import pdf_bytes

CLIENT = Path(__file__).parents[2] / "docs" / "examples" / "api_client.py"


def run(live_server, token: str, *arguments: str) -> subprocess.CompletedProcess:
    env = {**os.environ, "PORTAL_URL": live_server.url, "PORTAL_TOKEN": token, "NO_PROXY": "*"}
    given = [sys.executable, str(CLIENT), *arguments]
    return subprocess.run(given, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.django_db(transaction=True)
def test_the_example_client_hands_in_once_however_often_it_runs(world, live_server, tmp_path):
    running = factories.call(world["officer"])
    people = [factories.member(world["u"], name) for name in ("林一", "周敏", "缺材料")]
    category, writable = running.categories.first().key, [one for one in running.fields if not one.locked]
    table = tmp_path / "list.csv"
    with table.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["工号", "姓名", "奖项", *(one.label for one in writable)])
        for n, person in enumerate(people):
            answers = [factories.answers().get(one.name, "") for one in writable]
            writer.writerow([f"T{n}", person.name, category, *answers])
    for n in range(2):
        (tmp_path / f"T{n}").mkdir()
        for item in running.materials:
            (tmp_path / f"T{n}" / f"{item.name}.pdf").write_bytes(pdf_bytes())
    token = Api(world["u.chair"]).secret
    first = run(live_server, token, str(running.pk), str(table), str(tmp_path))
    lines = first.stdout.splitlines()
    assert "review" in lines[0] and "review" in lines[1], first.stdout + first.stderr
    assert "缺材料 没交成" in lines[2] and first.returncode == 1
    again = run(live_server, token, str(running.pk), str(table), str(tmp_path))
    assert again.stdout == first.stdout
    assert Entry.objects.count() == 3 and Revision.objects.count() == 2
