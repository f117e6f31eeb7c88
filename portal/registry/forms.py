"""Forms of the registry: they take exactly the fields that the actions write."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core import plain
from portal.core.actor import Actor
from portal.kit import idcard
from portal.kit.drawing import Section
from portal.kit.forms import DateInput, NumberInput, PickRadio, UploadInput
from portal.kit.refusal import Refused
from portal.registry.forms_units import checked, not_ahead, unit_field
from portal.registry.models import Member, Membership

SHEET_MB = 20


class PurposeForm(forms.Form):
    """What a paper about somebody is taken away for."""

    purpose = forms.CharField(
        label=gettext_lazy("用来做什么"),
        min_length=4,
        max_length=100,
        help_text=gettext_lazy("印在每一页上。例如：报市总先进事迹材料"),
        error_messages={"min_length": gettext_lazy("请写明用来做什么，至少 4 个字")},
    )


class MemberForm(forms.ModelForm):
    """A person's data without the document: that identifies the person and is not edited."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Member
        fields = (
            "name",
            "sex",
            "birth_date",
            "politics",
            "title",
            "position",
            "rank",
            "personnel",
            "hired_on",
        )
        widgets = {"sex": PickRadio(), "birth_date": DateInput(), "hired_on": DateInput()}

    layout = (
        Section(_("本人"), [("name", "sex"), ("birth_date", "politics")]),
        Section(_("岗位"), [("title", "position"), ("rank", "personnel"), ("hired_on",)]),
        Section(_("联系方式"), [("phone", "card_number")], note=_("现有的号码不显示；留空就不改")),
    )
    phone = forms.CharField(label=_("新的手机"), required=False, max_length=20, widget=NumberInput())
    card_number = forms.CharField(label=_("新的工会卡或银行卡号"), required=False, max_length=30, widget=NumberInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sex"].choices = Member.Sex.choices

    def clean_phone(self) -> str:
        return checked(self, "phone", idcard.check_phone)

    def clean_card_number(self) -> str:
        return checked(self, "card_number", idcard.check_bank_card)

    def changes(self) -> dict[str, Any]:
        """What to hand to the action: a blank number means the old one stays."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return {name: value for name, value in data.items() if name not in ("phone", "card_number") or value}


class NewMemberForm(forms.Form):
    """Registering one person; sex and birth date come from the document where it carries them."""

    layout = (
        Section(
            _("本人"), ["unit", ("name", "document"), ("document_number", "phone"), ("sex", "birth_date", "politics")]
        ),
        Section(_("岗位"), [("title", "position"), ("personnel", "rank"), ("hired_on", "joined_on")]),
    )
    name = forms.CharField(label=_("姓名"), max_length=80)
    document = forms.ChoiceField(label=_("证件类别"), choices=list(idcard.KINDS.items()), initial=idcard.RESIDENT)
    document_number = forms.CharField(
        label=_("证件号码"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = forms.CharField(label=_("手机"), max_length=20, required=False, widget=NumberInput())
    sex = forms.ChoiceField(
        label=_("性别"),
        choices=Member.Sex.choices,
        required=False,
        widget=PickRadio(),
        help_text=_("身份证上有的不用选"),
    )
    birth_date = forms.DateField(
        label=_("出生日期"), required=False, widget=DateInput(), help_text=_("身份证上有的不用填")
    )
    politics = forms.ChoiceField(
        label=_("政治面貌"), choices=[("", _("没填")), *Member.Politics.choices], required=False
    )
    title = forms.CharField(label=_("职称"), max_length=40, required=False)
    position = forms.CharField(label=_("职务"), max_length=60, required=False)
    personnel = forms.ChoiceField(label=_("人员类别"), choices=Member.Personnel.choices)
    rank = forms.ChoiceField(label=_("干部级别"), choices=Member.Rank.choices)
    hired_on = forms.DateField(label=_("入校日期"), required=False, widget=DateInput())
    joined_on = forms.DateField(label=_("入会日期"), widget=DateInput())

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"unit": unit_field(actor, _("所在工会")), **self.fields}

    def clean_phone(self) -> str:
        return checked(self, "phone", idcard.check_phone)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("document_number") and data.get("document"):
            try:
                paper = idcard.read_document(data["document_number"], data["document"])
            except Refused as refusal:
                self.add_error("document_number", str(refusal))
                return data
            data["document_number"] = paper.number
            self._compare(data, "birth_date", paper.birth)
            self._compare(data, "sex", paper.sex.lower())
        return data

    def _compare(self, data: dict[str, Any], name: str, real: Any) -> None:
        if real and data.get(name) and data[name] != real:
            self.add_error(name, _("和证件号里的不一样，清空就按证件号"))
        elif real:
            data[name] = real


class TransferForm(forms.Form):
    """To which union, from which day on."""

    on = forms.DateField(label=_("哪天起"), widget=DateInput())

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"to": unit_field(actor, _("转到哪个工会")), **self.fields}

    def clean_on(self) -> datetime.date:
        return not_ahead(self.cleaned_data["on"])


class EndForm(forms.Form):
    """Retirement or leaving."""

    how = forms.ChoiceField(
        label=_("办什么"),
        choices=[(Membership.Left.RETIRE, _("退休")), (Membership.Left.LEAVE, _("离会"))],
        widget=PickRadio(),
    )
    on = forms.DateField(label=_("哪天"), widget=DateInput())

    def clean_on(self) -> datetime.date:
        return not_ahead(self.cleaned_data["on"])


PURPOSES = (
    (gettext_lazy("核对申报材料"), gettext_lazy("核对申报材料")),
    (gettext_lazy("发放奖金、慰问金"), gettext_lazy("发放奖金、慰问金")),
    (gettext_lazy("往市总、市妇联的表里填"), gettext_lazy("往市总、市妇联的表里填")),
    ("other", gettext_lazy("别的，写明")),
)


class PlainForm(forms.Form):
    """Why a protected value is looked at."""

    why = forms.ChoiceField(label=_("为什么要看"), choices=PURPOSES, widget=forms.RadioSelect)
    purpose = forms.CharField(
        label=_("是哪一件事"),
        max_length=100,
        min_length=plain.SHORTEST,
        help_text=_("例如：三八红旗手推荐，核对审批表"),
        error_messages={"min_length": _("请写明是哪一件事，至少 4 个字")},
    )

    @property
    def said(self) -> str:
        why = "" if self.cleaned_data["why"] == "other" else self.cleaned_data["why"]
        return "：".join(part for part in (why, self.cleaned_data["purpose"].strip()) if part)


class FindForm(forms.Form):
    """A document's number, sent by POST so that it stays out of addresses and logs."""

    number = forms.CharField(label=_("证件号码"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class UploadForm(forms.Form):
    """A workbook and the day it tells of."""

    file = forms.FileField(
        label=_("文件"),
        widget=UploadInput(accept=".xlsx,.csv"),
        help_text=_("xlsx，或 csv（UTF-8、GB18030），不超过 %(n)d MB") % {"n": SHEET_MB},
    )
    as_of = forms.DateField(
        label=_("表格是哪天的"), widget=DateInput(), help_text=_("这天以后有人手工改过的，会让你定用哪一边")
    )

    def clean_as_of(self) -> datetime.date:
        return not_ahead(self.cleaned_data["as_of"])
