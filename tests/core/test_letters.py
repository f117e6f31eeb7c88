"""Letters are written in a request and sent by a worker; a mail server that is away loses none."""

import json

import pytest
from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.core.context import request_context
from django.core import mail
from django.test import RequestFactory

from portal.core import jobs, letters
from portal.core.models import ChannelState, Job
from portal.kit import days
from portal.ops.places import free_port
from tests import factories

pytestmark = pytest.mark.django_db
WARNING = "account/email/password_changed"


@pytest.fixture
def away(settings):
    """A mail server that nobody answers for; ``away()`` puts one there that takes everything."""
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    settings.EMAIL_PORT, settings.MAIL_PER_MINUTE = free_port(), 0

    def back() -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        ChannelState.objects.update(paused_until=days.now())

    return back


@pytest.fixture
def asking():
    """Inside a request, as allauth is when it writes."""
    request = RequestFactory().get("/")
    request.user = factories.user()
    with request_context(request):
        yield {"user": request.user, "ip": "127.0.0.1", "user_agent": "x", "timestamp": days.now()}


def do(job: Job) -> str:
    """Run it as the relay would when its time has come; its state then."""
    jobs.run(job.pk)
    return Job.objects.get(pk=job.pk).state


def test_a_letter_waits_for_the_mail_server_and_goes_once(away, asking):
    get_adapter().send_mail(WARNING, "p@example.cn", asking)
    job = Job.objects.get(kind="core.letter")
    assert "p@example.cn" not in json.dumps(job.params), "the address lies sealed"
    assert [do(job) for _n in range(7)] == [Job.State.QUEUED] * 7, "more often than a job that breaks is tried"
    away()
    assert do(job) == Job.State.DONE and do(job) == Job.State.DONE
    (sent,) = mail.outbox
    assert sent.to == ["p@example.cn"] and sent.extra_headers["Message-ID"].startswith(f"<letter-{job.pk}@")
    assert "打开看" not in sent.body


def test_the_control_allauth_itself_sends_in_the_request(away, asking):
    with pytest.raises(OSError):
        DefaultAccountAdapter(asking).send_mail(WARNING, "p@example.cn", asking)


def test_after_a_day_without_an_answer_it_says_so(away):
    job = letters.queue("email", "p@example.cn", "设密码", "链接")
    Job.objects.filter(pk=job.pk).update(created_at=days.now() - jobs.PATIENCE)
    assert do(job) == Job.State.FAILED
    assert "没有回应" in Job.objects.get(pk=job.pk).error


def test_a_code_goes_by_sms(settings, tmp_path):
    settings.SMS_URL, settings.OUTGOING_DIR = "file:", tmp_path
    get_adapter().send_verification_code_sms(factories.user(), "13800138000", "734512")
    job = Job.objects.get(kind="core.letter")
    assert "734512" not in json.dumps(job.params) and do(job) == Job.State.DONE
    (line,) = (tmp_path / "sms.jsonl").read_text().splitlines()
    assert json.loads(line)["to"] == "13800138000" and "734512" in json.loads(line)["subject"]


def test_without_a_gateway_the_job_says_so():
    assert do(job := letters.queue("sms", "13800138000", "验证码 1")) == Job.State.FAILED
    assert "没有接" in Job.objects.get(pk=job.pk).error
