"""Forms of the ground floor."""

import datetime
from collections.abc import Container
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.core.deliveries import chosen
from portal.core.models import Channel, Message, Reachability
from portal.kit.drawing import Section
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


class TimeInput(forms.TimeInput):
    """The browser's own picker of a time of day."""

    input_type = "time"

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class WaysForm(forms.Form):
    """By which channels one wants which kind of message. Only channels that this installation has set up are asked."""

    quiet_from = forms.TimeField(label=_("不响铃，从"), widget=TimeInput(), required=False)
    quiet_until = forms.TimeField(label=_("到"), widget=TimeInput(), required=False)
    wecom = forms.RegexField(
        r"^[\w.@-]{1,64}$",
        label=_("企业微信账号"),
        required=False,
        help_text=_("通讯录里“账号”一栏，问单位的企业微信管理员"),
        error_messages={"invalid": _("只有字母、数字和 . _ - @")},
    )

    def __init__(self, *args: Any, user: Any, reachability: Reachability | None, ready: Container[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        own = reachability or Reachability()
        since, until = settings.QUIET_HOURS
        self.fields["quiet_from"].initial = own.quiet_from or since
        self.fields["quiet_until"].initial = own.quiet_until or until
        self.fields["wecom"].initial = own.wecom
        if Channel.WECOM not in ready:
            del self.fields["wecom"]
        open_ones = [pair for pair in Channel.choices if pair[0] in ready]
        for kind, label in Message.Kind.choices:
            self.fields[kind] = forms.MultipleChoiceField(
                label=label,
                choices=open_ones,
                required=False,
                initial=[one for one in chosen(reachability, kind) if one in ready],
                widget=forms.CheckboxSelectMultiple,
            )
        self.fields[Message.Kind.SAFETY].help_text = (
            _("邮件总要发：账号出了事得让你知道") if user.email else _("账号里没有邮箱，请单位的安全管理员补上")
        )
        quiet = [("quiet_from", "quiet_until")] if self._rings(ready) else []
        self.layout = [
            Section(_("什么事，发到哪里"), list(Message.Kind.values)),
            Section(_("几时不打扰"), quiet, note=_("短信和企业微信到点再发，账号安全的除外")),
            Section(_("企业微信"), ["wecom"] if Channel.WECOM in ready else []),
        ]
        self.layout = [section for section in self.layout if section.rows]
        if not quiet:
            del self.fields["quiet_from"], self.fields["quiet_until"]

    @staticmethod
    def _rings(ready: Container[str]) -> bool:
        return Channel.SMS in ready or Channel.WECOM in ready

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if bool(found.get("quiet_from")) != bool(found.get("quiet_until")):
            self.add_error("quiet_until", _("从几点到几点，两个都填；都不填就照平常的时间"))
        return found

    def chosen(self) -> dict[str, list[str]]:
        """Kind → channels, as ``Reachability.channels`` keeps them."""
        return {kind: self.cleaned_data[kind] for kind in Message.Kind.values}

    def quiet(self) -> tuple[datetime.time | None, datetime.time | None]:
        return self.cleaned_data.get("quiet_from"), self.cleaned_data.get("quiet_until")
