"""Forms of tokens and subscriptions."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Post
from portal.api.actions.hooks import events
from portal.api.actions.tokens import LONGEST_DAYS
from portal.api.models import Token
from portal.kit import days
from portal.kit.forms import DateInput, PickRadio

MYSELF = "0"


class TokenForm(forms.Form):
    """What a new token is for, in whose name it acts, what it may and until when."""

    name = forms.CharField(label=_("用途"), max_length=60, help_text=_("哪个系统用，比如：学校人事系统"))
    post = forms.ChoiceField(label=_("以什么身份"), help_text=_("令牌只有这一个身份；身份结束，令牌就作废"))
    reach = forms.ChoiceField(
        label=_("能做什么"), choices=Token.Reach.choices, widget=PickRadio(), initial=Token.Reach.READ
    )
    expires_on = forms.DateField(label=_("到期"), widget=DateInput(), help_text=_("最长一年"))

    def __init__(self, *args: Any, posts: list[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._posts = {str(post.pk): post for post in posts}
        choices = [(key, str(post)) for key, post in self._posts.items()]
        self.fields["post"].choices = [*choices, (MYSELF, _("只以本人，不带岗位"))]
        self.fields["expires_on"].initial = days.today() + datetime.timedelta(days=LONGEST_DAYS // 2)

    def clean_post(self) -> Post | None:
        return self._posts.get(self.cleaned_data["post"])


class HookForm(forms.Form):
    """Where to tell, and of what."""

    url = forms.CharField(label=_("发到哪里"), max_length=300, help_text=_("对方系统给的地址，https 开头"))
    events = forms.MultipleChoiceField(label=_("哪些事"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["events"].choices = [(key, event.title) for key, event in events().items()]
