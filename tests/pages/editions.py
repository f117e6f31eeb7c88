"""Editions as their tests open them: the forms as the browser sends them, a draft, the job of a publication."""

import datetime

from django.urls import reverse

from portal.core import jobs
from portal.core.models import Job
from portal.kit import days
from programs.actions.calls import create_call
from programs.models import Call


def url(name: str, *args) -> str:
    return reverse(f"programs:{name}", args=args)


def window(**values: object) -> dict:
    now = days.local(days.now())
    data = {"title": "2031年度三八红旗手", "year": 2031, "opens_at": now - datetime.timedelta(days=1),
            "closes_at": now + datetime.timedelta(days=20), "intro": ""}  # fmt: skip
    data |= values
    return {k: v.strftime("%Y-%m-%dT%H:%M") if isinstance(v, datetime.datetime) else v for k, v in data.items()}


def setup_data(call: Call, **values: object) -> dict:
    """The set-up form as the browser sends it: switches on, figures as they stand, all boxes empty."""
    data = window(title=call.title, version=call.version)
    for one in call.program.params:
        value = call.param(one.name)
        if one.kind == "bool":
            data |= {f"p-{one.name}": "on"} if value else {}
        else:
            data[f"p-{one.name}"] = value
    return data | values


def opened(officer) -> Call:
    now = days.now()
    window = now - datetime.timedelta(days=1), now + datetime.timedelta(days=20)
    return create_call(officer, "women-flag", "2031年度三八红旗手", 2031, *window)


def run_job(kind: str) -> Job:
    job = Job.objects.filter(kind=kind).latest("pk")
    assert jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.error
    return job
