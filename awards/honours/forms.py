"""Forms of the register."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.kit.forms import CountedTextarea


class RevokeForm(forms.Form):
    """Why an honour is revoked, and by which document."""

    document = forms.CharField(
        label=_("撤销决定的文号"), max_length=80, help_text=_("如 沪教工〔2026〕41号，查验页上看得到")
    )
    reason = forms.CharField(label=_("原因"), widget=CountedTextarea(300, 4), help_text=_("记进登记簿，查验页上不显示"))
