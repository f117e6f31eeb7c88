"""Background work of the register: certificates in one PDF."""

from django.urls import reverse
from django.utils.translation import gettext as _

from awards.honours import actions, reports
from awards.honours.models import CertificateBatch
from portal.core.jobs import JobRun, handler
from portal.kit.refusal import Refused


@handler("honours.certificates")
def certificates(run: JobRun) -> None:
    """Number, draw, keep. Safe to repeat: numbers are given once, a kept PDF is not drawn again."""
    batch = CertificateBatch.objects.select_related("call").get(pk=run.params["batch"])
    if batch.file_id is None:
        run.progress(0, batch.count, _("正在编号"), force=True)
        made = [one for one in actions.number_certificates(batch) if not one.honour.revoked]
        if not made:
            raise Refused(_("这一批的荣誉都撤销了，没有要做的"))
        total = len(made)
        run.progress(0, total, _("正在排版，共 %(n)d 张") % {"n": total}, force=True)

        def drawn(n: int) -> None:
            run.progress(n, total, _("排好 %(n)d 张，共 %(total)d 张") % {"n": n, "total": total}, force=True)

        content = reports.pdf(run.actor, (reports.wording(one.honour, one) for one in made), drawn)
        actions.keep_pdf(batch, content, run.actor)
        batch.refresh_from_db()
    run.result({"count": batch.count}, url=reverse("honours:certificates", args=[batch.call_id]))
