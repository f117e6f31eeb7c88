"""Forms around the work plan."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit.forms import CountedTextarea, DateInput, UploadInput, refuse
from portal.kit.refusal import Refused
from programs.models import Call, PlanItem
from programs.planreader.document import Problem
from programs.planreader.file import read_file
from programs.planreader.lines import unified
from programs.planreader.words import KIND_NAMES
from programs.queries.plans import SITUATIONS

_LONGEST = 300_000


class PlanTextForm(forms.Form):
    """A file, or the text itself: what was read stays in the text box, so that a line can be mended on the spot."""

    file = forms.FileField(
        label=_("要点文件"),
        required=False,
        widget=UploadInput(".txt,.docx"),
        help_text=_("Word（.docx）或文字（.txt，UTF-8 或 GB18030）。断行、分页不要紧，会接起来。"),
    )
    text = forms.CharField(
        label=_("或者直接贴文字"),
        required=False,
        strip=False,
        max_length=_LONGEST,
        widget=forms.Textarea({"rows": 14, "spellcheck": "false"}),
    )
    replace = forms.BooleanField(label=_("换掉原来的"), required=False)
    file_name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    problems: list[Problem]

    def clean(self) -> dict:
        """Put the file's text where the pasted text is; a new file wins over the text of an older one."""
        data = super().clean() or {}
        self.problems = []
        if upload := data.get("file"):
            try:
                read = read_file(upload.read(), upload.name)
            except Refused as refused:
                refuse(self, Refused(refused.message, "file"))
                return data
            data["text"], data["file_name"], self.problems = read.text, upload.name, read.problems
        data["text"] = unified(data.get("text") or "")
        if not data["text"].strip() and not self.errors:
            self.add_error("file", _("选一个文件，或把文字贴在下面"))
        return data


class DepartmentForm(forms.Form):
    department = forms.CharField(label=_("责任部门"), required=False, max_length=60, help_text=_("空着就是还没定"))

    def __init__(self, *args, known: list[str] = (), **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        self.fields["department"].widget.attrs.update({"list": "departments", "autocomplete": "off"})


class CallsForm(forms.Form):
    """Which calls carry the task out; those that the task names come first and say so."""

    calls = forms.ModelMultipleChoiceField(
        Call.objects.none(), label=_("连到"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, choices: list[tuple[Call, bool]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["calls"]
        field.queryset = Call.objects.filter(pk__in=[call.pk for call, _named in choices])
        field.choices = [
            (call.pk, f"{call.title}（{_('原文点到')}）" if named else call.title) for call, named in choices
        ]


class ProgressForm(forms.Form):
    note = forms.CharField(label=_("做到哪一步"), required=False, max_length=300, widget=CountedTextarea(300, rows=4))
    done_on = forms.DateField(label=_("做完日期"), required=False, widget=DateInput(), help_text=_("还在办就空着"))


class PlanFilter(forms.Form):
    """What of the plan is shown. Everything is in the address."""

    chapter = forms.ChoiceField(label=_("章"), required=False)
    department = forms.ChoiceField(label=_("责任部门"), required=False)
    theme = forms.ChoiceField(label=_("类别"), required=False)
    state = forms.ChoiceField(label=_("情形"), required=False)

    def __init__(self, *args, chapters: list[tuple[str, str]], departments: list[str], themes: set[str], **kw) -> None:
        super().__init__(*args, **kw)
        self.fields["chapter"].choices = [("", _("章：不限")), *chapters]
        named = [(name, name) for name in departments]
        self.fields["department"].choices = [("", _("部门：不限")), ("-", _("还没定部门")), *named]
        found = [(name, name) for name in KIND_NAMES if name in themes]
        self.fields["theme"].choices = [("", _("类别：不限")), *found]
        self.fields["state"].choices = [("", _("情形：不限")), *SITUATIONS.items()]
        for field in self.fields.values():
            field.widget.attrs.update({"class": "form-select", "data-submits": "", "aria-label": field.label})

    @property
    def chosen(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}

    def wanted(self, lines: list) -> set[int]:
        """Keys of the tasks that pass every chosen filter."""
        chosen = self.chosen
        found = set()
        for line in lines:
            row: PlanItem = line.row
            facts = {
                "chapter": row.code.split(".")[0],
                "department": row.department or "-",
                "theme": row.theme,
                "state": line.situation,
            }
            if all(facts[name] == value for name, value in chosen.items()):
                found.add(row.pk)
        return found
