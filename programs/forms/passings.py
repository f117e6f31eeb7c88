"""Forms of 上报: the letter, and the outside body's answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit.forms import DateInput, PickRadio, UploadInput
from programs.models import Category, PassingLine


class PassingForm(forms.Form):
    """Which prize goes where, with which letter."""

    category = forms.ChoiceField(label=_("奖项"))
    body = forms.CharField(label=_("上报到"), max_length=60, help_text=_("如 上海市妇女联合会"))
    number = forms.CharField(label=_("上报文号"), max_length=60, help_text=_("如 沪教工〔2026〕31号"))
    sent_on = forms.DateField(label=_("上报日期"), widget=DateInput())
    scan = forms.FileField(
        label=_("盖章的上报件"), required=False, widget=UploadInput(".pdf,.jpg,.jpeg,.png"), help_text=_("PDF 或照片")
    )

    def __init__(self, *args: Any, counts: list[tuple[Category, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [
            (str(one.pk), _("%(name)s，%(n)d 件可以上报") % {"name": one.name, "n": n}) for one, n in counts
        ]


class OutcomeForm(forms.Form):
    """What the outside body decided on the ticked ones."""

    outcome = forms.ChoiceField(
        label=_("结果"), widget=PickRadio(), choices=[one for one in PassingLine.Outcome.choices if one[0]]
    )
    outcome_on = forms.DateField(label=_("批复日期"), widget=DateInput())
    number = forms.CharField(label=_("批复文号"), max_length=60)
