"""PDF, .docx and QR codes."""

import io
import xml.dom.minidom

import docx
import pytest

from portal.kit import pdf, qr, weasy
from portal.kit.docx import render_docx
from portal.kit.refusal import Refused

TEXT = "关于推荐2026年三八红旗手的通知 𫖮䶮"


def test_this_machine_can_make_papers():
    assert weasy.missing_libraries() == []
    assert weasy.missing_fonts() == []


def test_chinese_is_drawn_not_boxed():
    data = pdf.html_to_pdf(f"<h1>{TEXT}</h1>")
    assert data.startswith(b"%PDF-")
    assert pdf.has_glyphs(data, TEXT)


def test_control_a_sign_no_font_has_is_seen_as_a_box():
    assert not pdf.has_glyphs(pdf.html_to_pdf("<p>方\U0010fffd</p>"), "方\U0010fffd")
    assert not pdf.has_glyphs(pdf.html_to_pdf("<p>方</p>"), "陆")


def test_the_same_paper_twice_is_the_same_file():
    assert pdf.html_to_pdf("<p>方</p>", variant="pdf/a-3b") == pdf.html_to_pdf("<p>方</p>", variant="pdf/a-3b")


def test_without_the_libraries_a_user_is_told(monkeypatch):
    monkeypatch.setattr(pdf, "weasyprint", None)
    monkeypatch.setattr(pdf, "missing_libraries", lambda: ["libpango-1.0-0"])
    with pytest.raises(Refused, match="缺少：libpango"):
        pdf.html_to_pdf("<p>x</p>")


def test_a_docx_holds_the_values_as_they_are(tmp_path):
    template = docx.Document()
    template.add_paragraph("姓名：{{ name }}")
    path = tmp_path / "t.docx"
    template.save(path)
    made = render_docx(path, {"name": "<A&B> {{ 7*7 }} 方心宜"})
    assert docx.Document(io.BytesIO(made)).paragraphs[0].text == "姓名：<A&B> {{ 7*7 }} 方心宜"


def test_a_qr_code_is_clean_svg():
    svg = qr.svg("https://example.org/<script>")
    xml.dom.minidom.parseString(svg)
    assert svg.startswith("<svg")
    assert "script" not in svg
    assert qr.data_uri("x").startswith("data:image/svg+xml")
