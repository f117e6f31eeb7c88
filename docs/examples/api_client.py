"""A university's own system hands in nominations: python api_client.py CALL list.csv SCANS/

Columns of the list: 工号 (its own key for the row), 姓名, 奖项 (the prize's key), and one column per question of the
edition, headed with the question's name or label. SCANS/ holds one folder per 工号 with <material>.pdf in it.
Needs PORTAL_URL and PORTAL_TOKEN, and `pip install requests`. It may be run again at any time: nothing is done twice.
"""

import csv
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import requests


class Refused(Exception):
    """What the portal said: its sentence, the rules that stop it with their figures, what is wrong with which field."""

    def __init__(self, problem: dict) -> None:
        rules = [f"{one['title']}：{one['sentence'] or one['figure']}" for one in problem.get("findings", ())]
        fields = [f"{name}：{' '.join(told)}" for name, told in problem.get("errors", {}).items()]
        super().__init__("\n  ".join([problem["detail"], *rules, *fields]))


class Portal:
    def __init__(self, address: str, token: str) -> None:
        self.address, self.session = f"{address}/api/v1/", requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, key: str = "", **more) -> dict:
        """One request, repeated while the network or the portal asks for patience. The key makes that harmless."""
        headers = {"Idempotency-Key": key} if key else {}
        for wait in (1, 3, 10, 30):
            try:
                answer = self.session.request(method, urljoin(self.address, path), headers=headers, timeout=30, **more)
            except (requests.ConnectionError, requests.Timeout):
                time.sleep(wait)
                continue
            if answer.ok:
                return answer.json()
            if "Retry-After" not in answer.headers:
                raise Refused(answer.json())
            time.sleep(int(answer.headers["Retry-After"]))
        raise Refused({"detail": "连不上，过一会儿再运行一次"})

    def rows(self, path: str, **params) -> Iterator[dict]:
        """Every row of a list: each page says where the next one begins."""
        page = self.ask("GET", path, params=params)
        yield from page["results"]
        while page["next"]:
            page = self.ask("GET", page["next"])
            yield from page["results"]


def hand_in(portal: Portal, call: dict, row: dict[str, str], scans: Path) -> dict:
    """Start the entry, fill it in, add the papers, hand it in. Returns the entry as it is now."""
    key = f"{call['id']}-{row['工号']}"
    people = [one for one in portal.rows("members/", q=row["姓名"]) if one["name"] == row["姓名"]]
    if len(people) != 1:
        raise Refused({"detail": f"名册里叫{row['姓名']}的有 {len(people)} 人"})
    mine = portal.rows("entries/", call=call["id"], q=row["姓名"])
    entry = next((one for one in mine if one["member"] == people[0]["id"]), None)
    if entry is None:
        start = {"call": call["id"], "category": row["奖项"], "member": people[0]["id"]}
        entry = portal.ask("POST", "entries/", key=f"{key}-start", json=start)
    if entry["state"] not in ("draft", "returned"):
        return entry
    answers = {f["name"]: row.get(f["name"]) or row.get(f["label"]) for f in call["fields_asked"] if not f["locked"]}
    draft = {"version": entry["version"], "data": {name: text for name, text in answers.items() if text}}
    entry = portal.ask("PATCH", f"entries/{entry['id']}/", json=draft)
    for material in call["materials"]:
        scan = scans / row["工号"] / f"{material['name']}.pdf"
        if scan.exists():  # after the answers: a signed print is tied to what the form says now
            with scan.open("rb") as file:
                portal.ask("POST", f"entries/{entry['id']}/attachments/", data={"item": material["name"]},
                           files={"file": file})  # fmt: skip
    move = {"move": "submit", "version": entry["version"]}
    return portal.ask("POST", f"entries/{entry['id']}/moves/", key=f"{key}-submit-{entry['version']}", json=move)


def main(call_id: str, table: str, scans: str) -> int:
    portal = Portal(os.environ["PORTAL_URL"].rstrip("/"), os.environ["PORTAL_TOKEN"])
    call, failed = portal.ask("GET", f"calls/{call_id}/"), 0
    with open(table, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            try:
                entry = hand_in(portal, call, row, Path(scans))
                print(f"{row['姓名']} {entry['number']} {entry['state']}，在{entry['desk_name']}")
            except Refused as refusal:
                failed += 1
                print(f"{row['姓名']} 没交成：{refusal}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
