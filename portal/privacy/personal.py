"""What this app itself holds of people."""

from django.utils.translation import gettext_lazy as _

from portal.kit.personal import CONSENT, CONTRACT, DUTY, Holding, Level, Purpose, Rule, Shred, hidden, past
from portal.privacy.models import Wish

GONE = "—"


HOLDINGS = (
    Holding(
        "privacy.ExportRequest",
        "导出申请",
        Level.INTERNAL,
        "带个人信息的名单由两个人经手",
        DUTY,
        "保留：审计凭证，不含名单本身；名单取走或过期即删",
        Shred.KEEP,
        {Level.SENSITIVE: ("query",), Level.PERSONAL: ("purpose",)},
        masks={"query": hidden},
    ),
    Holding(
        "privacy.Consent",
        "同意和撤回",
        Level.PERSONAL,
        "证明本人同意过什么",
        CONSENT,
        "保留：同意的凭证，只有编号",
        Shred.KEEP,
        {Level.INTERNAL: ("id", "member", "by")},
        person="member",
        copied=("text", "given", "at"),
        order=60,
    ),
    Holding(
        "privacy.Wish",
        "本人要求",
        Level.INTERNAL,
        "办理更正、删除",
        CONTRACT,
        "办结后到期去掉内容",
        Shred.BLANK,
        {Level.SENSITIVE: ("text",), Level.PERSONAL: ("answer",)},
        masks={"text": hidden},
        blanks={"text": GONE, "blanked": True},
        person="member",
        copied=("kind", "text", "state", "asked_at", "answer"),
        erasable={"state__in": ("done", "declined")},
        order=61,
    ),
)
PURPOSES = (
    Purpose("photo-story", str(_("照片、事迹公开展示"))),
    Purpose("health", str(_("病情、医疗费用"))),
    Purpose("family", str(_("家庭成员情况"))),
)


RULES = (Rule("wish", "本人要求的内容", "privacy.Wish", 730, "办结", past(Wish, "answered_at", blanked=False)),)
