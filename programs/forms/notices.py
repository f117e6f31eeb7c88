"""Forms of notices, objections and decisions."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit.forms import CountedTextarea, DateInput, PickRadio, UploadInput
from programs.models import Notice, Objection


class NoticeForm(forms.Form):
    """The words of a notice; its days come from the edition."""

    title = forms.CharField(label=_("标题"), max_length=150)
    number = forms.CharField(label=_("文号"), max_length=60, required=False)
    body = forms.CharField(label=_("正文"), widget=CountedTextarea(800, 5))
    phone = forms.CharField(label=_("电话"), max_length=60, help_text=_("公示页上给群众打的"))
    email = forms.EmailField(label=_("邮箱"), required=False)
    letter = forms.CharField(label=_("信件"), max_length=120, required=False)

    CONTACT = ((_("电话"), "phone"), (_("邮箱"), "email"), (_("信件"), "letter"))

    def contact(self) -> dict[str, str]:
        """The contact block as the public page shows it."""
        return {str(label): self.cleaned_data[name] for label, name in self.CONTACT if self.cleaned_data[name]}


class ObjectionForm(forms.Form):
    """What anybody may tell about a notice."""

    line = forms.ModelChoiceField(None, label=_("对谁有意见"), required=False, empty_label=_("对整个公示"))
    kind = forms.ChoiceField(label=_("怎么提"), choices=Objection.Kind.choices, widget=PickRadio, initial="named")
    name = forms.CharField(label=_("姓名或单位"), max_length=80, required=False, help_text=_("不会给被反映人"))
    contact = forms.CharField(label=_("联系方式"), max_length=80, required=False, help_text=_("答复您时用"))
    text = forms.CharField(label=_("什么事、什么证据"), widget=CountedTextarea(1000, 7))
    evidence = forms.FileField(label=_("证据"), required=False, widget=UploadInput(accept=".pdf,image/*"))

    def __init__(self, *args, notice: Notice, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = notice.lines.all()
        self.fields["line"].label_from_instance = lambda line: f"{line.name}（{line.unit}）"


class ReviewForm(forms.Form):
    """How an objection goes on."""

    answer = forms.CharField(
        label=_("答复"),
        required=False,
        widget=CountedTextarea(800, 5),
        help_text=_("对方看得到，别写举报人和别人的姓名"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, closes: bool = True, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].required = closes


class DecisionForm(forms.Form):
    """A decision's number, title and text."""

    number = forms.CharField(label=_("文号"), max_length=60, help_text=_("如 沪教工〔2026〕9号，签发后不能改"))
    title = forms.CharField(label=_("标题"), max_length=150)
    text = forms.CharField(label=_("正文"), widget=CountedTextarea(2000, 8), help_text=_("名单附在正文后面，不用写"))


class SignForm(forms.Form):
    """Signing."""

    decided_on = forms.DateField(label=_("落款日期"), widget=DateInput())
    version = forms.IntegerField(widget=forms.HiddenInput)
