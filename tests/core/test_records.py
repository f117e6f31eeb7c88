"""The pages of the trail, and exports: recorded, checked again, in the background when long."""

import io

import openpyxl
import pgtrigger
import pytest
from django.urls import reverse

from portal import policy
from portal.accounts.models import Post
from portal.core import exports, files, jobs, trail
from portal.core.models import Job, Record
from portal.core.tables import RECORDS


@pytest.fixture
def log(world):
    return world["log"]


def test_the_trail_is_found_by_who_act_target_and_day(world, log, sign_in):
    trail.write(world["officer"], "post.grant", world["officer"].post, name="甲岗")
    trail.write(world["a.officer"], "account.login", world["a.officer"].user, name="乙账号")
    client, url = sign_in(log), reverse("core:records")
    for query, found, missing in (
        ({"act": "post.grant"}, "甲岗", "乙账号"),
        ({"q": world["a.officer"].user.name}, "乙账号", "甲岗"),
        ({"target": "甲"}, "甲岗", "乙账号"),
    ):
        page = client.get(url, query).content.decode()
        assert found in page, query
        assert missing not in page, query
    assert "甲岗" not in client.get(url, {"until": "2020-01-01"}).content.decode()
    assert "甲岗" in client.get(url, {"since": "2020-01-01"}).content.decode()


@pytest.mark.parametrize("who", ["officer", "leader", "system", "security", "a1.chair", "teacher"])
def test_others_do_not_see_it(world, sign_in, who):
    client = sign_in(world[who])
    assert client.get(reverse("core:records")).status_code == 404
    assert client.post(reverse("core:trail_verify")).status_code == 404


def test_checking_from_the_page(world, log, sign_in):
    trail.seal()
    trail.anchor()
    client = sign_in(log)
    assert "还没有从头核过" in client.get(reverse("core:records")).content.decode()
    client.post(reverse("core:trail_verify"))
    job = Job.objects.get(kind="core.verify")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.error
    assert job.result["good"]
    assert job.result["anchored"] == job.result["sealed"] > 0
    page = client.get(reverse("core:records")).content.decode()
    assert "封记完整" in page
    assert "封记完整" in client.get(reverse("core:job", args=[job.pk])).content.decode()


def test_one_record_in_full(world, log, sign_in):
    row = trail.write(world["officer"], "post.grant", world["officer"].post, note="任职通知", change={"role": "chair"})
    trail.seal()
    page = sign_in(log).get(reverse("core:record", args=[row.pk])).content.decode()
    for words in ("任职通知", "授予岗位", "chair", world["officer"].user.name):
        assert words in page


def sheet(response) -> list[tuple]:
    body = b"".join(response.streaming_content)
    return list(openpyxl.load_workbook(io.BytesIO(body)).worksheets[0].values)


def test_an_export_is_recorded_with_what_left_but_not_what_was_sought(world, log, sign_in):
    trail.write(world["officer"], "post.grant", world["officer"].post)
    rows = sheet(sign_in(log).get(reverse("core:records"), {"q": world["officer"].user.name, "export": "xlsx"}))
    assert any("授予岗位" in str(row) for row in rows)
    record = Record.objects.get(act="list.export")
    assert record.target_name == "records"
    assert record.change["rows"] >= 1
    assert record.change["filters"] == ["q"]
    assert world["officer"].user.name not in str(record.change)


@pytest.fixture
def short(monkeypatch):
    """A list of more than two rows counts as long."""
    monkeypatch.setitem(RECORDS.__dict__, "export_limit", 2)


def test_a_long_export_becomes_a_job_whose_file_is_its_owner_s(world, log, sign_in, short):
    client = sign_in(log)
    answer = client.get(reverse("core:records"), {"q": "不存在的人", "export": "xlsx"})
    assert answer.status_code == 200, "short"
    answer = client.get(reverse("core:records"), {"target": "", "export": "xlsx"})
    job = Job.objects.get(kind="core.export")
    assert answer.url == reverse("core:job", args=[job.pk])
    assert job.queue == "documents"
    assert jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.error
    assert openpyxl.load_workbook(io.BytesIO(files.read(job.file))).worksheets[0].max_row > 2
    assert Record.objects.filter(act="list.export", change__job=job.pk).get().change["sha256"] == job.file.sha256
    got = client.get(reverse("core:job_file", args=[job.pk]))
    assert got.status_code == 200
    assert sign_in(world["auditor"]).get(reverse("core:job_file", args=[job.pk])).status_code == 404


def test_rights_are_asked_again_when_the_job_runs(world, log, sign_in, short):
    sign_in(log).get(reverse("core:records"), {"export": "xlsx"})
    job = Job.objects.get(kind="core.export")
    with pgtrigger.ignore("accounts.Post:two_officers"):
        Post.objects.filter(pk=log.post.pk).update(role="system")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error, job.file) == (Job.State.FAILED, "你现在的岗位不能导出这张表了", None)


def test_a_search_in_a_job_lies_encrypted(world, log, sign_in, short):
    sign_in(log).get(reverse("core:records"), {"q": world["log"].user.name[:1], "export": "xlsx"})
    job = Job.objects.filter(kind="core.export").first()
    if job:
        assert "q=" not in str(job.params)
        assert exports.open_query(job.params["query"]).startswith("?q=")


@pytest.mark.parametrize(
    ("role", "resource", "may"),
    [
        ("auditor", "member", True),
        ("leader", "member", False),
        ("chair", "member", True),
        ("chair", "organization", False),
    ],
)
def test_who_may_take_a_list_along(role, resource, may):
    assert policy.may_export(role, resource) is may
