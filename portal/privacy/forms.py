"""Forms about people's data."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit.forms import NumberInput, PickRadio


class AskForm(forms.Form):
    """What a list with personal data is for."""

    purpose = forms.CharField(
        label=_("用来做什么"),
        min_length=4,
        max_length=200,
        help_text=_("批的人看得到，也印在表上。例如：报市总 2026 年女职工统计"),
        error_messages={"min_length": _("请写明用来做什么，至少 4 个字")},
    )


class RefuseForm(forms.Form):
    """Why not."""

    note = forms.CharField(
        label=_("为什么不批"),
        min_length=4,
        max_length=200,
        error_messages={"min_length": _("请写明为什么不批，至少 4 个字")},
    )


class WishForm(forms.Form):
    """What is wrong and what it should be; why something should go."""

    text = forms.CharField(
        label=_("哪里不对，应是什么"),
        min_length=4,
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"min_length": _("请写明哪里、应是什么，至少 4 个字")},
    )


class AnswerForm(forms.Form):
    """What was done."""

    done = forms.TypedChoiceField(
        label=_("怎么办"),
        choices=[("1", _("照办了")), ("0", _("不能照办"))],
        coerce=lambda value: value == "1",
        widget=PickRadio(),
    )
    answer = forms.CharField(
        label=_("给本人的答复"),
        min_length=4,
        max_length=300,
        error_messages={"min_length": _("请写答复，至少 4 个字")},
    )


class TextForm(forms.Form):
    """What people agree to."""

    text = forms.CharField(
        label=_("内容"),
        max_length=2000,
        widget=forms.Textarea({"rows": 8}),
        help_text=_("写清楚收什么、做什么、给谁看、留多久"),
    )


class TermForm(forms.Form):
    """How many days, and by which paper."""

    term = forms.IntegerField(label=_("保存多少天"), min_value=1, max_value=36_500, widget=NumberInput())
    reason = forms.CharField(
        label=_("依据"),
        min_length=4,
        max_length=200,
        help_text=_("通知的文号或名称"),
        error_messages={"min_length": _("请写明依据，至少 4 个字")},
    )
