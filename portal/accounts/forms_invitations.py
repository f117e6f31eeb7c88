"""Forms of invitations."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models.invitations import INVITED
from portal.core.actor import Actor
from portal.kit.drawing import Section
from portal.policy import ROLES
from portal.registry.forms_units import unit_field


class InviteForm(forms.Form):
    """Whom, for which post of which union, and where the link goes."""

    layout = (
        Section(
            _("请谁"), ["unit", ("role", "name"), ("email", "phone")], note=_("手机、邮箱至少填一个，以后用来登录")
        ),
    )
    role = forms.ChoiceField(label=gettext_lazy("岗位"), choices=[(role, ROLES[role]) for role in INVITED])
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=80)
    email = forms.EmailField(label=gettext_lazy("邮箱"), required=False, help_text=gettext_lazy("链接发到这里"))
    phone = forms.CharField(
        label=gettext_lazy("手机"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("没有邮箱的，链接由你转给本人"),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"unit": unit_field(actor, _("单位")), **self.fields}


class AcceptForm(forms.Form):
    """A user name and a password; everything else is fixed by the invitation."""

    username = forms.CharField(
        label=gettext_lazy("用户名"), max_length=30, help_text=gettext_lazy("小写字母开头，如 zhangsan；定了不能改")
    )
    password1 = forms.CharField(
        label=gettext_lazy("密码"),
        widget=forms.PasswordInput,
        help_text=gettext_lazy("至少 10 个字符，别用生日和手机号"),
    )
    password2 = forms.CharField(label=gettext_lazy("密码，再输一遍"), widget=forms.PasswordInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password1") and data.get("password2") and data["password1"] != data["password2"]:
            self.add_error("password2", _("两遍不一样"))
        return data
