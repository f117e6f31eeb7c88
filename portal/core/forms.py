"""Forms of the ground floor."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit.forms import DateInput, PickRadio


class DayForm(forms.Form):
    """A day on which the published calendar is overruled."""

    day = forms.DateField(label=_("日期"), widget=DateInput())
    works = forms.TypedChoiceField(
        label=_("那天"),
        choices=[("0", _("不上班")), ("1", _("上班"))],
        coerce=lambda value: value == "1",
        initial="0",
        widget=PickRadio(),
    )
    reason = forms.CharField(label=_("依据"), max_length=100, help_text=_("通知的文号或名称"))
