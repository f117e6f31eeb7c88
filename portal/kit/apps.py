"""The kit at start-up: errors of Django's own fields in the words of the portal: what is wrong, not that it is."""

from django import forms
from django.apps import AppConfig
from django.core import validators
from django.utils.translation import gettext_lazy as _

FIELD_WORDS = {
    forms.Field: {"required": _("还没填。")},
    forms.IntegerField: {"invalid": _("要填整数。")},
    forms.DecimalField: {"invalid": _("要填数字。")},
    forms.DateField: {"invalid": _("日期读不懂，写成 2026-11-23 这样。")},
    forms.DateTimeField: {"invalid": _("时间读不懂，写成 2026-11-23 17:00 这样。")},
    forms.ChoiceField: {"invalid_choice": _("“%(value)s”不在可选的里面，重新选一次。")},
    forms.ModelChoiceField: {"invalid_choice": _("选的这一项没有，或者不归你看，重新选一次。")},
    forms.FileField: {
        "required": _("还没选文件。"),
        "empty": _("这个文件是空的，换一份。"),
        "missing": _("还没选文件。"),
    },
}
VALIDATOR_WORDS = {
    validators.MinValueValidator: _("不能小于 %(limit_value)s，现在是 %(show_value)s。"),
    validators.MaxValueValidator: _("不能大于 %(limit_value)s，现在是 %(show_value)s。"),
    validators.MaxLengthValidator: _("最多 %(limit_value)d 个字，现在 %(show_value)d 个。"),
    validators.MinLengthValidator: _("至少 %(limit_value)d 个字，现在 %(show_value)d 个。"),
    validators.EmailValidator: _("邮箱写成 name@school.cn 这样。"),
}


class KitConfig(AppConfig):
    """Runs before any form class is defined in a URL conf, so every form speaks alike."""

    name = "portal.kit"

    def ready(self) -> None:
        for field, words in FIELD_WORDS.items():
            field.default_error_messages = {**field.__dict__.get("default_error_messages", {}), **words}
        for validator, message in VALIDATOR_WORDS.items():
            validator.message = message  # type: ignore[attr-defined]
        validators.validate_email.message = VALIDATOR_WORDS[validators.EmailValidator]
