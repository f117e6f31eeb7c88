"""What the bench needs from inside the portal. A script beside it: `python inside.py pages`, prints JSON.

Run with the portal's environment and its folder as the working directory.
"""

import json
import os
import re
import resource
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from awards.honours.demo.stage import pdf_bytes  # noqa: E402
from awards.honours.models import Certificate  # noqa: E402
from portal.accounts.models import Post, User  # noqa: E402
from portal.registry.models import Member  # noqa: E402
from programs.models import Call, Entry, Notice, Quota  # noqa: E402
from programs.spec import TAKES_A_PLACE  # noqa: E402

settings.ALLOWED_HOSTS.append("testserver")


def signed_in(login: str, role: str = "") -> Client:
    """A client that acts in the account's post of that role."""
    client, user = Client(), User.objects.get(username=login)
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    post = Post.objects.filter(user=user, **({"role": role} if role else {})).first()
    session = client.session
    session["post"] = post.pk if post else 0
    session.save()
    return client


class Asked:
    """Counts statements and the rows they handed over."""

    def __init__(self) -> None:
        self.statements = self.rows = 0

    def __call__(self, execute: Callable, sql: str, params: object, many: bool, context: dict) -> object:
        result = execute(sql, params, many, context)
        self.statements += 1
        self.rows += max(0, context["cursor"].rowcount)
        return result


@contextmanager
def counting() -> Iterator[Asked]:
    asked = Asked()
    with connection.execute_wrapper(asked):
        yield asked


def addresses() -> dict[str, str]:
    call = Call.objects.filter(program_key="women-flag", state="published").order_by("-pk")[0]
    waiting = Entry.objects.filter(call=call, state="review", desk=call.owner_id).order_by("-revision", "pk")
    person = Member.objects.filter(active=True).order_by("pk")[100]
    notice = Notice.objects.public().order_by("-pk")[0]
    entries, members = reverse("programs:entries"), reverse("registry:members")
    return {
        "inbox": reverse("programs:inbox"), "entries": entries,
        "entries_filtered": f"{entries}?call={call.pk}&state=review",
        "entries_search": f"{entries}?q={waiting[0].subject}", "members": members,
        "members_search": f"{members}?q={person.name[-2:]}",
        "members_pinyin": f"{members}?q={person.pinyin.replace(' ', '+')}",
        "call": call.get_absolute_url(), "entry": waiting[0].get_absolute_url(),
        "notice": reverse("programs:public_notice", args=[notice.code]),
        "verify": reverse("verify:certificate", args=[Certificate.objects.order_by("pk")[0].code]),
        "notices": reverse("programs:public_notices"),
    }  # fmt: skip


def pages() -> dict:
    """Every page with its address, statements, rows and bytes, and the cookie of the officer who sees it."""
    officer, nobody = signed_in("shenyi", "officer"), Client()
    found = {}
    for name, url in addresses().items():
        client = nobody if name in ("notice", "verify", "notices") else officer
        client.get(url)
        with counting() as asked:
            answer = client.get(url)
        found[name] = {
            "url": url, "status": answer.status_code, "sql": asked.statements, "rows": asked.rows,
            "kb": round(len(answer.getvalue()) / 1024, 1), "public": client is nobody,
        }  # fmt: skip
    return {"pages": found, "cookie": f"sessionid={officer.cookies['sessionid'].value}"}


# ── a nomination, from the first page to the hand-in ──
def _hidden(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))


def _nominate(client: Client, call: Call, person: Member, pdf: bytes, answers: dict) -> int:
    """The steps of a chair; returns how many requests they took."""
    new = reverse("programs:entry_new", args=[call.pk])
    page = client.get(f"{new}?q={person.name}").content.decode()
    chosen = {**_hidden(page), "category": call.categories.last().pk, "member": person.pk}
    start = client.post(new, chosen)
    form_url = start.headers["Location"]
    pk = int(re.search(r"/entries/(\d+)/", form_url)[1])
    form = client.get(form_url).content.decode()
    client.post(form_url, {**_hidden(form), **answers}, headers={"X-Autosave": "1"})
    files = reverse("programs:entry_files", args=[pk])
    needed = [item for item in call.materials if item.required]
    for item in needed:
        client.post(f"{files}?item={item.name}", {"file": SimpleUploadedFile(f"{item.name}.pdf", pdf)})
    form = client.get(form_url).content.decode()
    sent = client.post(form_url, {**_hidden(form), **answers})
    if sent.status_code != 302:
        said = re.findall(r"<li>(.*?)</li>", sent.content.decode())
        raise SystemExit(f"the nomination was not handed in: {' '.join(said)[:400]}")
    return 6 + len(needed)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _roomiest(call: Call) -> Post:
    """The chair of the university with the most places left."""
    prize = call.categories.last()
    places = dict(Quota.objects.filter(category=prize).values_list("organization", "places"))
    used = Counter(Entry.objects.filter(category=prize, state__in=TAKES_A_PLACE).values_list("organization", flat=True))
    chairs = Post.objects.filter(role="chair", organization__kind="university").exclude(user__username="hupeizhen")
    return max(chairs.order_by("pk"), key=lambda one: places.get(one.organization_id, 0) - used[one.organization_id])


def submit(times: int) -> dict:
    """Hand in so many nominations; processor seconds of this process, without making them up."""
    call = Call.objects.filter(program_key="women-flag", state="published").order_by("-pk")[0]
    post = _roomiest(call)
    client, pdf = signed_in(post.user.username, "chair"), pdf_bytes()
    taken = Entry.objects.filter(call=call).values("member")
    women = Member.objects.filter(organization=post.organization, sex="f", active=True, hired_on__lt="2018-01-01")
    women = list(women.exclude(pk__in=taken).exclude(honours__isnull=False)[: times + 1])
    answers = _answers(call)
    spent, steps = 0.0, 0
    for n, person in enumerate(women):
        before = _cpu()
        steps = _nominate(client, call, person, pdf, answers)
        if n:  # the first one warms up
            spent += _cpu() - before
    return {"cpu": spent, "times": len(women) - 1, "requests": steps}


def _answers(call: Call) -> dict:
    """Answers that pass every rule, as a handed-in entry of the same call has them."""
    row = Entry.objects.filter(call=call, state="review", revision=1, organization__kind="university").first()
    names = {one.name for one in call.fields if not one.locked}
    return {name: value for name, value in row.data.items() if name in names and value is not None}


if __name__ == "__main__":
    result = {"pages": pages, "submit": lambda: submit(int(sys.argv[2]))}[sys.argv[1]]()
    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
