"""The form that hands a post over."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models import User
from portal.accounts.queries import by_login
from portal.kit import days
from portal.kit.forms import DateInput


class HandOverForm(forms.Form):
    """To whom, from which day, by which decision."""

    user = forms.CharField(
        label=gettext_lazy("交给谁"), max_length=100, help_text=gettext_lazy("对方的用户名、手机或邮箱")
    )
    on = forms.DateField(label=gettext_lazy("从哪天起"), widget=DateInput())
    note = forms.CharField(
        label=gettext_lazy("依据"), max_length=200, help_text=gettext_lazy("选举结果的批复、会议纪要等")
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = days.today

    def clean_user(self) -> User:
        user = by_login(self.cleaned_data["user"])
        if user is None:
            raise forms.ValidationError(_("没有这个账号，先请安全管理员开通"))
        return user
