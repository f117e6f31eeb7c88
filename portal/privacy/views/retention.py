"""How long things are kept, what is due, what went."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import policy
from portal.core.actor import Actor
from portal.core.models import Job
from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.forms import refuse
from portal.kit.personal import holdings, rules
from portal.kit.refusal import Refused
from portal.privacy.actions import retention as actions
from portal.privacy.forms import TermForm
from portal.privacy.models import RetentionSetting

RUNS = 7


def may_set(actor: Actor) -> bool:
    """Officers of the city: the terms hold for all."""
    top = actor.organization is not None and actor.organization.parent_id is None
    return top and policy.scope(actor.role, "retention", "update") is not None


@access("retention", "read", methods=("GET",))
def retention(request: HttpRequest) -> HttpResponse:
    """Every rule with what would go today, and what the last runs took."""
    runs = Job.objects.filter(kind="privacy.retention", owner__isnull=True).order_by("-id")[:RUNS]
    titles = {key: rule.title for key, rule in rules().items()} | {
        "files": _("没有主的文件"),
        "strays": _("零散的文件"),
    }
    context = {
        "rows": [{"due": due, "then": holdings()[due.rule.model.lower()].shred} for due in actions.plan()],
        "runs": [
            {
                "at": days.short_datetime(run.created_at), "state": run.get_state_display(), "ok": run.state == "done",
                "gone": [f"{titles.get(key, key)} {count:,}" for key, count in run.result.items() if count],
            }
            for run in runs
        ],
        "kept": [one for one in holdings().values() if one.shred == "保留"],
        "may_set": may_set(request.actor),
    }  # fmt: skip
    return render(request, "privacy/retention.html", context)


@access("retention", "update")
def retention_set(request: HttpRequest, rule_key: str) -> HttpResponse:
    rule = rules().get(rule_key)
    if rule is None or not may_set(request.actor):
        raise Http404
    now = actions.term_of(rule, RetentionSetting.current())
    form = TermForm(request.POST or None, initial={"term": now})
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_term(request.actor, rule.key, **form.cleaned_data)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            term = f"{form.cleaned_data['term']:,}"
            toast(request, _("%(what)s改成保存 %(n)s 天") % {"what": rule.title, "n": term})
            return redirect("privacy:retention")
    return confirm(
        request, title=_("%(what)s保存多少天") % {"what": rule.title}, verb=_("就这么定"), way_out=_("先不改"),
        back=reverse("privacy:retention"), form=form,
        lead=_("从%(since)s那天起算，现在 %(n)s 天。改短了，今晚就会按新的办。")
        % {"since": rule.since, "n": f"{now:,}"},
    )  # fmt: skip
