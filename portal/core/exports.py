"""What leaves the portal as a sheet: recorded, and done in the background when it is long.

``hook`` is what ``portal.kit.tables`` asks before every export.
"""

from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import parse_qsl

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from portal import policy
from portal.core import jobs, trail
from portal.core.actor import Actor
from portal.core.jobs import JobRun
from portal.core.models import Job
from portal.kit import crypto, days
from portal.kit.refusal import Refused
from portal.kit.sheets_write import Mark
from portal.kit.table_export import XLSX, Export, write_listing
from portal.kit.table_spec import Listing

__all__ = [
    "XLSX", "file_name", "hook", "not_restrained", "open_query", "paper_mark", "record", "still_allowed", "taker_of",
    "write",
]  # fmt: skip


def not_restrained(actor: Actor) -> None:
    """Nothing leaves through an account whose second factor was just reset (S7)."""
    if actor.user is not None and actor.user.restrained:
        raise Refused(_("两步验证刚重设过，24 小时内不能导出"))


def still_allowed(actor: Actor, resource: str) -> None:
    """Whether this actor may take the list along now; asked at the start, inside the job and at its end."""
    not_restrained(actor)
    if not policy.may_export(actor.role, resource):
        raise Refused(_("你现在的岗位不能导出这张表了"))


def taker_of(job: Job) -> Actor:
    """Who may take away what the work made: its owner, in the post of then, by the rights of now. Raises Refused."""
    actor = jobs.actor_of(job)
    if "resource" in job.params:
        still_allowed(actor, job.params["resource"])
    else:
        not_restrained(actor)
    return actor


def paper_mark(by: Actor, purpose: str) -> str:
    """What stands on every sheet of a paper about people that leaves: who took it, when, what for (P-EXP2)."""
    unit = f"{by.organization.short} " if by.organization is not None else ""
    who = f"{unit}{by.user.name if by.user else _('系统')}"
    when = f"{days.local(days.now()):%Y-%m-%d %H:%M}"
    return _("%(who)s　%(when)s 取用　只用来：%(why)s") % {"who": who, "when": when, "why": purpose}


def hook(request: HttpRequest, export: Export) -> HttpResponse | None:
    """Before a list leaves: the right to take it along, the record, and a job instead of a stream when it is long."""
    resource = request.resolver_match.func.access[0]
    if not policy.may_export(request.actor.role, resource):
        raise Http404
    still_allowed(request.actor, resource)
    if not export.big:
        record(request.actor, export.listing.key, export.count, export.columns, export.query)
        return None
    if export.listing.source is None:
        raise Refused(_("一次最多导出 %(n)d 行，加些条件再导") % {"n": export.listing.export_limit})
    title = _("导出%(title)s，%(n)s 行") % {"title": export.listing.title, "n": f"{export.count:,}"}
    params = {
        "listing": export.listing.key,
        "resource": resource,
        "columns": export.columns,
        "count": export.count,
        # what somebody looked for may be a name or a number of a person
        "query": crypto.seal(export.query, "export"),
    }
    job = jobs.start("core.export", request.actor, title, params, queue="documents")
    return redirect("core:job", job.pk)


def write(run: JobRun, listing: Listing, query: str, columns: list[str], count: int, mark: Mark | None = None) -> tuple:
    """Write a list in its owner's name inside a job: (content, rows). Rights are asked before and, anew, after."""
    run.progress(0, count, _("查数据"), force=True)
    with NamedTemporaryFile(suffix=".xlsx") as target:
        rows = write_listing(
            listing, listing.source(run.actor), query, columns, Path(target.name), actor=run.actor, mark=mark,
            progress=lambda done: run.progress(done, count, _("写第 %(n)d 行") % {"n": done}),
        )  # fmt: skip
        return Path(target.name).read_bytes(), rows


def open_query(sealed: str) -> str:
    return crypto.open_(sealed, "export")


def file_name(listing: Listing) -> str:
    return f"{listing.export_name}-{days.today():%Y%m%d}.xlsx"


def record(by: Actor, key: str, rows: int, columns: list[str], query: str, **more: int | str) -> None:
    """Who took how many rows of which columns along, and by which filters; not what they looked for."""
    filters = sorted({name for name, value in parse_qsl(query.lstrip("?")) if value})
    trail.write(
        by, "list.export", None, name=key, change={"rows": rows, "columns": columns, "filters": filters, **more}
    )
