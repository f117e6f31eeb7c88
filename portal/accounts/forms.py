"""Forms of accounts and posts."""

from typing import Any

from allauth.account import forms as vendor
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core import context
from allauth.mfa.base import forms as second_factor
from allauth.mfa.models import Authenticator
from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts import actions
from portal.accounts.actions import recovery, tries
from portal.accounts.adapter import begin_try, limit_session
from portal.accounts.models import Kin, Post, Try, User
from portal.accounts.queries import by_login
from portal.kit import days, idcard
from portal.kit.forms import DateInput, PickRadio
from portal.kit.refusal import Refused
from portal.registry.models import Organization


class LoginForm(vendor.LoginForm):
    """allauth's form. "Two weeks on this computer" is not for staff."""

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        response = super().login(request, redirect_url)
        if request.user.is_authenticated:
            limit_session(request, request.user)
        return response


class ResetForm(vendor.ResetPasswordForm):
    """Whether the address is somebody's shows neither in the answer nor in its time: the mail is written elsewhere."""

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email = self.cleaned_data["email"]
        user = by_login(email)
        begin_try(request, Try.What.RESET, user, email)
        actions.ask_reset(user, email)
        return email


class OneCode:
    """Limits on guessing a code, and a code works once; both hold without Redis."""

    def clean_code(self) -> str:
        one = begin_try(context.request, Try.What.CODE, self.user)
        try:
            code = self._recovered() or super().clean_code()
            if not tries.spend(self.user, code):
                raise forms.ValidationError(_("这组数字用过了，等它换一组再试"))
        except forms.ValidationError:
            tries.failed(one)
            raise
        tries.succeeded(one)
        return code

    def _recovered(self) -> str:
        """The typed code when it was one of the recovery codes, which stand in for the authenticator."""
        code = self.cleaned_data["code"]
        held = Authenticator.objects.filter(user=self.user).first() if recovery.looks_like_one(code) else None
        if held is None or not recovery.use_code(self.user, code):
            return ""
        self.authenticator = held
        return code


class CodeForm(OneCode, second_factor.AuthenticateForm):
    """The second factor at the door."""


class CodeAgainForm(OneCode, second_factor.ReauthenticateForm):
    """The second factor once more."""

    def note(self) -> None:
        """Keep in the session that it was given just now."""
        self.save()


class PasswordAgainForm(vendor.ReauthenticateForm):
    """The password once more, for accounts without a second factor."""

    def note(self) -> None:
        reauthenticate_by_password(context.request)


class DocumentMixin(forms.Form):
    """A document number, checked like one on the roster."""

    def clean_document_number(self) -> str:
        text = self.cleaned_data["document_number"].strip()
        try:
            return idcard.read_document(text).number if text else ""
        except Refused as refusal:
            raise forms.ValidationError(refusal.message) from refusal


class AccountForm(DocumentMixin):
    """A new account."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=80)
    username = forms.CharField(
        label=gettext_lazy("用户名"), max_length=30, help_text=gettext_lazy("小写字母开头，如 zhangsan；定了不能改")
    )
    phone = forms.CharField(label=gettext_lazy("手机"), max_length=20, required=False)
    document_number = forms.CharField(
        label=gettext_lazy("居民身份证号"),
        max_length=18,
        required=False,
        help_text=gettext_lazy("认出是同一个人，回避规则按人算；在花名册里的自动对上"),
    )
    email = forms.EmailField(
        label=gettext_lazy("邮箱"), required=False, help_text=gettext_lazy("忘了密码时，重设的信发到这里")
    )


class KinForm(DocumentMixin):
    """A relative."""

    relation = forms.ChoiceField(label=gettext_lazy("关系"), choices=Kin.Relation.choices, widget=PickRadio())
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=80)
    document_number = forms.CharField(label=gettext_lazy("居民身份证号"), max_length=18)


class AnswerForm(forms.Form):
    """The second officer's word."""

    agreed = forms.TypedChoiceField(
        label=gettext_lazy("意见"),
        choices=[("1", gettext_lazy("同意，马上生效")), ("0", gettext_lazy("不同意"))],
        coerce=lambda value: value == "1",
        widget=PickRadio(),
    )
    note = forms.CharField(
        label=gettext_lazy("说明"), max_length=200, required=False, help_text=gettext_lazy("不同意时写明原因")
    )


class GrantForm(forms.Form):
    """A post for somebody. People and units are typed, not picked: there are thousands of both."""

    user = forms.CharField(label=gettext_lazy("给谁"), max_length=100, help_text=gettext_lazy("用户名、手机或邮箱"))
    role = forms.ChoiceField(label=gettext_lazy("岗位"), choices=[("", gettext_lazy("请选")), *Post.Role.choices])
    organization = forms.CharField(
        label=gettext_lazy("单位"), max_length=100, help_text=gettext_lazy("单位编号，或全称、简称")
    )
    since = forms.DateField(label=gettext_lazy("从"), widget=DateInput())
    until = forms.DateField(
        label=gettext_lazy("到"), widget=DateInput(), required=False, help_text=gettext_lazy("不填，一直到收回")
    )
    note = forms.CharField(label=gettext_lazy("依据"), max_length=200, help_text=gettext_lazy("任职文件、会议纪要等"))
    emergency = forms.BooleanField(
        label=gettext_lazy("紧急：等不到另一位安全管理员，先用到明天"),
        required=False,
        help_text=gettext_lazy("日志管理员和经审马上收到警报"),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].initial = days.today

    def clean_user(self) -> User:
        user = by_login(self.cleaned_data["user"])
        if user is None:
            raise forms.ValidationError(_("没有这个账号，先在“账号”里开通"))
        return user

    def clean_organization(self) -> Organization:
        text = self.cleaned_data["organization"].strip()
        for field in ("code", "name", "short_name"):
            found = list(Organization.objects.filter(**{field: text, "active": True}).order_by()[:2])
            if len(found) == 1:
                return found[0]
            if found:
                raise forms.ValidationError(_("叫这个名字的不止一家，请填单位编号"))
        raise forms.ValidationError(_("没有这家单位，核对一下编号或全称"))


class ReasonForm(forms.Form):
    """Why, for what is taken away."""

    note = forms.CharField(label=gettext_lazy("原因"), max_length=200)
