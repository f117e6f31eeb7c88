"""Forms of 上报: the letter, and the outside body's answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit.forms import DateInput, PickRadio, UploadInput
from programs.models import Category, PassingLine

UNSAID = _("另行上报要选报请授予什么")


class PassingForm(forms.Form):
    """What goes where, with which letter: a prize as it was recommended, or what we decided for another prize.

    ``going`` is (prize, decided by us?, how many), in the order of the page.
    """

    going = forms.ChoiceField(label=_("上报哪些"), widget=forms.RadioSelect())
    sought = forms.ChoiceField(
        label=_("另行报请授予"), required=False, help_text=_("已经通过的再上报时选，我们的决定不变")
    )
    body = forms.CharField(label=_("上报到"), max_length=60, help_text=_("如 上海市妇女联合会"))
    number = forms.CharField(label=_("上报文号"), max_length=60, help_text=_("如 沪教工〔2026〕31号"))
    sent_on = forms.DateField(label=_("上报日期"), widget=DateInput())
    scan = forms.FileField(
        label=_("盖章的上报件"), required=False, widget=UploadInput(".pdf,.jpg,.jpeg,.png"), help_text=_("PDF 或照片")
    )

    def __init__(
        self, *args: Any, categories: list[Category], going: list[tuple[Category, bool, int]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        said = {False: _("%(name)s，%(n)d 件可以上报"), True: _("%(name)s，%(n)d 件已经通过，另行上报")}
        self.fields["going"].choices = [
            (f"{one.pk}{'+' if more else ''}", said[more] % {"name": one.name, "n": n}) for one, more, n in going
        ]
        decided = {one for one, more, _n in going if more}
        # a prize that is the only one decided is not the one to ask for besides
        others = [(str(one.pk), one.name) for one in categories if {one} != decided]
        only = bool(going) and len(decided) == len(going)
        self.fields["sought"].choices = others if only else [("", "—"), *others]
        self.fields["sought"].required = only
        self.fields["sought"].error_messages["required"] = UNSAID
        if not decided:
            del self.fields["sought"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        more, sought = data.get("going", "").endswith("+"), data.get("sought", "")
        if more and not sought and "sought" not in self.errors:
            self.add_error("sought", UNSAID)
        data["category"], data["sought"] = data.get("going", "").rstrip("+"), sought if more else ""
        return data


class OutcomeForm(forms.Form):
    """What the outside body decided on the ticked ones."""

    outcome = forms.ChoiceField(
        label=_("结果"), widget=PickRadio(), choices=[one for one in PassingLine.Outcome.choices if one[0]]
    )
    outcome_on = forms.DateField(label=_("批复日期"), widget=DateInput())
    number = forms.CharField(label=_("批复文号"), max_length=60)
