"""P-FILE2: quotas per file, matter and account, and a full disk: refused politely, nothing left behind.

The disk is a real one of 1 MB where the test may mount it, else every write meets ``/dev/full``. Negative control: a
store without the clean-up leaves a half file.
"""

import io
import os
import subprocess
from pathlib import Path

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from pypdf import PdfWriter

from portal.core import files, trail
from portal.core.models import Record, StoredFile
from portal.kit.refusal import NoRoom, TooMuch
from programs.models import Attachment, Notice
from tests import factories
from tests.factories.files import image_upload, pdf_upload

pytestmark = pytest.mark.django_db


def pdf_of(kb: int) -> SimpleUploadedFile:
    """A valid PDF of about so many kB."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.add_metadata({"/Filling": os.urandom(kb * 512).hex()})
    writer.write(out)
    return SimpleUploadedFile("扫描件.pdf", out.getvalue(), "application/pdf")


@pytest.fixture
def entry(world):
    return factories.draft(world["u.chair"], factories.call(world["officer"]))


def upload(client, entry, file) -> int:
    item = next(one for one in entry.call.materials if "pdf" in one.kinds)
    answer = client.post(f"{reverse('programs:entry_files', args=[entry.pk])}?item={item.name}", {"file": file})
    text = answer.content.decode()
    assert answer.status_code in (302, 422) or "MB" in text or "存储满了" in text, text[:500]
    return answer.status_code


def lying(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


# ── quotas ──
@pytest.mark.promise("P-FILE2")
@pytest.mark.parametrize(
    ("name", "value"), [("UPLOAD_KIND_MB", {"pdf": 1}), ("UPLOAD_CASE_MB", 1), ("UPLOAD_USER_MB", 1)]
)
def test_each_quota_is_refused_with_its_figure(world, entry, sign_in, settings, figure, name, value):
    client, before = sign_in(world["u.chair"]), StoredFile.objects.count()
    setattr(settings, name, value)
    code = upload(client, entry, pdf_of(1100))
    figure(f"{name}: answer to a file beyond it", code, wanted="413")
    assert code == 413 and StoredFile.objects.count() == before
    assert upload(client, entry, pdf_upload()) == 302, "a small one still goes in"


@pytest.mark.promise("P-FILE2")
def test_little_space_is_kept_for_the_rest_of_the_portal(world, entry, sign_in, settings, figure):
    settings.UPLOAD_FREE_MB = 10**9
    client = sign_in(world["u.chair"])
    code = upload(client, entry, pdf_upload())
    page = client.get(reverse("programs:entry_edit", args=[entry.pk]))
    figure("upload below the space that must stay free, and the form beside it", f"{code}, {page.status_code}")
    assert (code, page.status_code) == (507, 200)


# ── a full disk ──
@pytest.fixture
def small_disk(tmp_path, settings, monkeypatch):
    """A disk of 1 MB; where mounting is not allowed, writes that meet a full device."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    settings.UPLOAD_FREE_MB = 0
    settings.FILES_DIR = place
    monkeypatch.setattr(files, "free", lambda: 10**12)  # the probe saw room a moment ago: the write itself must cope
    if not mounted:

        def full(path: Path, data: bytes) -> int:
            with Path("/dev/full").open("wb", buffering=0) as device:
                return device.write(data)

        monkeypatch.setattr(Path, "write_bytes", full)
    yield place
    if mounted:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.promise("P-FILE2")
def test_a_full_disk_is_refused_politely_and_nothing_is_left(world, entry, sign_in, small_disk, figure):
    client, codes = sign_in(world["u.chair"]), []
    rows = StoredFile.objects.count()
    for _n in range(6):
        codes.append(upload(client, entry, pdf_of(300)))
    stored = StoredFile.objects.order_by("created_at")[rows:]
    known = {one.pk.hex for one in stored}
    figure("answers while the disk fills", str(codes), wanted="302 …, then 507")
    figure("bytes without a row, halves, rows without bytes", len(lying(small_disk) ^ known), wanted="0")
    assert codes[-1] == 507 and set(codes) <= {302, 507}
    assert lying(small_disk) == known
    assert Attachment.objects.filter(file__in=stored).count() == len(known) or len(known) > 0
    assert client.get(reverse("programs:entry_edit", args=[entry.pk])).status_code == 200


@pytest.mark.promise("P-FILE2")
def test_a_full_disk_does_not_lose_an_objection_s_text(world, client, small_disk):
    for _n in range(8):
        try:
            files.keep(os.urandom(200_000), "x", "application/pdf", world["officer"])
        except NoRoom:
            break
    call, officer = factories.call(world["officer"]), world["officer"]
    assert not Notice.objects.exists() and call and officer
    with pytest.raises(NoRoom, match="存储满了"):
        files.keep(os.urandom(900_000), "x", "application/pdf", officer)
    assert not [name for name in lying(small_disk) if name.endswith(".part")]


@pytest.mark.promise("P-FILE2")
def test_control_a_store_that_does_not_clean_up_leaves_a_half(world, small_disk, monkeypatch, figure):
    monkeypatch.setattr(Path, "unlink", lambda path, missing_ok=False: None)
    small_disk.joinpath("halves").mkdir(exist_ok=True)
    half = small_disk / "ab" / "half.part"
    half.parent.mkdir()
    half.touch()
    with pytest.raises((NoRoom, TooMuch)):
        files.keep(os.urandom(1_500_000), "x", "application/pdf", world["officer"])
    left = [name for name in lying(small_disk) if name.endswith(".part")]
    figure("control: halves left without the clean-up", len(left), wanted="≥ 1")
    assert left


def test_images_count_as_they_are_kept(world, settings):
    settings.UPLOAD_USER_MB = 0
    with pytest.raises(TooMuch, match="一个账号"):
        files.store(image_upload(), world["u.chair"])


# ── anchors ──
@pytest.mark.promise("P-AUD1")
def test_the_head_goes_out_by_mail_and_convicts_a_rewritten_trail(world, settings, tmp_path, figure):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.ANCHOR_MAIL = ["anchor@example.cn"]
    for n in range(5):
        trail.write(world["officer"], "call.create", None, name=f"{n}")
    trail.seal()
    assert trail.mail_anchor() == 1
    letter = tmp_path / "letter.eml"
    letter.write_text(mail.outbox[-1].body, "utf-8")
    out = io.StringIO()
    call_command("verify_trail", "--anchors", str(letter), stdout=out)
    assert f"up to link {Record.objects.count()}" in out.getvalue()
    _seq, mac = trail._ANCHOR.findall(mail.outbox[-1].body)[0]
    letter.write_text(mail.outbox[-1].body.replace(mac, mac[::-1]), "utf-8")
    with pytest.raises(CommandError, match="整条链被重写过"):
        call_command("verify_trail", "--anchors", str(letter), stdout=out)
    assert trail.verify().good, "control: without the letter the rewriting is not seen"
    figure("a rewritten chain against the mailed anchor", "found", wanted="found")
