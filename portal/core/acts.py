"""Acts of the trail in words: each app names its own in ``acts.ACTS``."""

from django.utils.translation import gettext_lazy as _

from portal.kit.gather import gather

ACTS: tuple[tuple[str, str], ...] = (
    ("list.export", _("导出列表")),
    ("plain.stopped", _("看遮住的内容到数，停住")),
    ("job.cancel", _("停下后台任务")),
    ("job.download", _("下载任务结果")),
    ("trail.verify", _("核对操作记录")),
    ("delivery.resend", _("重发消息")),
    ("message.choose", _("选接收方式")),
    ("calendar.override", _("定工作日")),
    ("calendar.remove", _("撤掉工作日的定法")),
)


def words() -> dict[str, str]:
    """Act → its words, of all apps."""
    return {act: str(label) for act, label in gather("acts", "ACTS")}
