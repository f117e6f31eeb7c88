"""Forms about two people who may be one."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from portal.registry.models import Duplicate
from portal.registry.queries.duplicates import Line

SIDES = (("first", "first"), ("second", "second"))


class ApartForm(forms.Form):
    """Why they are two."""

    reason = forms.CharField(label=_("怎么知道的"), max_length=200, help_text=_("例如：两人都在，同名同日生"))


class UndoForm(forms.Form):
    """Why two must be made of one again."""

    reason = forms.CharField(label=_("原因"), max_length=200)


class PairForm(forms.Form):
    """Who stays, and whose value stays in every field in which the two differ."""

    keep = forms.ChoiceField(label=_("留哪一条"), choices=SIDES, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("怎么知道是一个人"), max_length=200, help_text=_("例如：本人确认，旧证换新证"))

    def __init__(self, *args: Any, pair: Duplicate, lines: list[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pair, self.lines = pair, lines
        standing = "second" if pair.second.active and not pair.first.active else "first"
        self.fields["keep"].initial = standing
        for line in lines:
            if line.differs:
                # what is filled in goes before what is blank
                filled = "first" if not line.second else "second" if not line.first else standing
                self.fields[f"f-{line.name}"] = forms.ChoiceField(label=line.label, choices=SIDES, initial=filled)

    @property
    def keep_id(self) -> int:
        return self.pair.first_id if self.cleaned_data["keep"] == "first" else self.pair.second_id

    @property
    def taken(self) -> set[str]:
        """The fields whose value comes from the one that goes."""
        keep = self.cleaned_data["keep"]
        return {line.name for line in self.lines if line.differs and self.cleaned_data[f"f-{line.name}"] != keep}

    def rows(self) -> list[dict[str, Any]]:
        """The lines of the table; ``side`` is the chosen one, "" where both say the same."""
        return [
            {"line": line, "name": f"f-{line.name}", "side": self[f"f-{line.name}"].value() if line.differs else ""}
            for line in self.lines
        ]
