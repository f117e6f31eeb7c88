"""Fields, errors and figures come out in the markup of the design, tied together for screen readers."""

import re

import pytest
from django import forms
from django.template import engines

from portal.kit.drawing import Section, draw_field, problems_of, sections_of
from portal.kit.figures import Meter, Pips, marked
from portal.kit.forms import CountedTextarea, DateInput, NumberInput, PickRadio, refuse
from portal.kit.refusal import Refused


class Nomination(forms.Form):
    name = forms.CharField(label="集体名称", help_text="写全称")
    present = forms.IntegerField(label="实到人数", widget=NumberInput(), min_value=0)
    met = forms.DateField(label="会议日期", widget=DateInput(), required=False)
    story = forms.CharField(label="事迹", widget=CountedTextarea(limit=1500))
    keep = forms.ChoiceField(label="冲突", widget=PickRadio(), choices=[("a", "用表格的"), ("b", "留系统的")])
    note = forms.CharField(label="备注", required=False)

    layout = [Section("一", [("name", "present"), "met"], id="a"), Section("二", ["story", "keep"], id="b")]


def _refs(html: str, attribute: str) -> set[str]:
    return {one for found in re.findall(rf'\s{attribute}="([^"]+)"', html) for one in found.split()}


def test_every_description_and_label_points_to_something_that_is_there():
    form = Nomination({"present": "many", "story": "x"})
    html = "".join(str(draw_field(bound)) for bound in form)
    ids = _refs(html, "id")
    assert _refs(html, "aria-describedby") <= ids
    assert _refs(html, "for") <= ids
    assert len(re.findall(r'\sid="', html)) == len(ids), "an id is used twice"


def test_a_wrong_field_is_marked_keeps_the_text_and_says_what_is_wrong():
    html = draw_field(Nomination({"present": "many"})["present"])
    assert 'aria-invalid="true"' in html
    assert 'value="many"' in html
    assert "要填整数。" in html
    assert 'class="f bad' in html


def test_an_optional_field_says_so_and_a_required_one_does_not():
    form = Nomination()
    assert "选填" in draw_field(form["met"])
    assert "选填" not in draw_field(form["name"])


def test_the_summary_follows_the_page_and_links_to_the_first_answer_of_a_group():
    form = Nomination({"name": "语文组"})
    problems = problems_of(form)
    assert [target for target, _text in problems] == ["id_present", "id_story", "id_keep_0"]
    assert problems[0][1] == "实到人数：还没填。"


def test_a_refusal_lands_on_its_field_or_on_the_form():
    form = Nomination({"name": "x", "present": "1", "story": "x", "keep": "a"})
    assert form.is_valid()
    refuse(form, Refused("名额用完了，2 / 2", field="name"))
    refuse(form, Refused("报送已截止", field="unknown"))
    assert form.errors["name"] == ["名额用完了，2 / 2"]
    assert form.non_field_errors() == ["报送已截止"]


def test_sections_group_rows_and_count_what_is_wrong():
    first, second = sections_of(Nomination({"name": "x", "present": "1"}))
    assert [row.css for row in first["rows"]] == ["grid2", ""]
    assert (first["missing"], second["missing"]) == (0, 2)


@pytest.mark.parametrize("hostile", ['"><script>alert(1)</script>', "<b>x</b>", "' onfocus='x"])
def test_what_was_typed_cannot_leave_its_place(hostile):
    form = Nomination({"name": hostile, "story": hostile, "present": hostile})
    html = "".join(str(draw_field(bound)) for bound in form)
    assert "<script>" not in html
    assert "<b>x" not in html


def test_meter_draws_the_bound_and_the_value_in_attributes_only():
    svg = str(Meter(47.8, 50, 100, "女职工 47.8%", good=False))
    assert 'width="143.4"' in svg
    assert 'x1="150.0"' in svg
    assert "v short" in svg
    assert "style" not in svg


def test_pips_show_one_box_per_place_and_what_is_over():
    assert str(Pips(2, 3, "x")).count("v good") == 2
    over = str(Pips(4, 3, "x"))
    assert (over.count("v good"), over.count("v short")) == (3, 1)


def test_changes_are_marked_and_escaped():
    html = marked("同意 121<", "同意 119<")
    assert html == "同意 <del>121</del><ins>119</ins>&lt;"


def test_tags_are_there_without_loading():
    text = engines["django"].from_string('{% icon "clock" %}{{ 1183|thousands }}').render({})
    assert text == '<i class="i i-clock" aria-hidden="true"></i>1,183'
