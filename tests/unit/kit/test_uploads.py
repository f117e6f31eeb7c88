"""Names and kinds of uploads; the hostile ones are in tests/promises/test_uploads.py."""

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile

from portal.kit import weasy
from portal.kit.refusal import Refused
from portal.kit.uploads import inspect, safe_name
from tests.corpus.uploads import picture


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\我的 文件\\申报表.PDF", "申报表.pdf"),
        ("a\r\nb<c>.jpg", "ab_c_.jpg"),
        ("照片\u202egpj.exe", "照片gpj.exe"),
        (".htaccess", "htaccess"),
        ("", "未命名"),
        ("...", "未命名"),
        ("无扩展名", "无扩展名"),
    ],
)
def test_shown_names(name, shown):
    assert safe_name(name) == shown


@given(st.text(max_size=300))
def test_a_shown_name_is_always_a_plain_name(name):
    shown = safe_name(name, "pdf")
    assert shown.endswith(".pdf")
    assert "/" not in shown
    assert "\\" not in shown
    assert len(shown.encode()) <= 255
    assert not any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl"} for sign in shown)


def test_a_stream_is_read_up_to_the_limit_only():
    stream = io.BytesIO(b"%PDF-" + b"0" * 5000)
    with pytest.raises(Refused, match="超过"):
        inspect(stream, "x.pdf", limit=1000)
    assert stream.tell() <= 1001


def test_a_kept_picture():
    checked = inspect(io.BytesIO(picture("PNG", (30, 20))), "章.JPG")
    assert (checked.kind, checked.mime, checked.suffix, checked.name) == ("image", "image/png", "png", "章.png")
    assert (checked.width, checked.height, checked.size) == (30, 20, len(checked.data))
    assert Image.open(io.BytesIO(checked.data)).size == (30, 20)


def test_weasyprint_does_not_teach_pillow_to_accept_broken_pictures():
    assert weasy.available()
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
