"""What accounts hold of people."""

import datetime

from django.db.models import Q, QuerySet

from portal.accounts.models import FormerContact, Invitation
from portal.kit import days, text
from portal.kit.personal import DUTY, ExtraIndex, Holding, Level, Rule, SealedJson, Shred, past

HOLDINGS = (
    Holding(
        "accounts.User",
        "账号",
        Level.INTERNAL,
        "登录，认出是谁在办",
        DUTY,
        "在用期间；停用后保留，操作记录要对得上人",
        Shred.KEEP,
        {
            Level.SENSITIVE: ("phone", "document_number"),
            Level.PERSONAL: ("username", "name", "email", "last_login", "date_joined"),
        },
        masks={"phone": text.mask_phone, "document_number": text.mask_id},
        person="member",
        account="pk",
        copied=("username", "name", "email", "phone", "date_joined", "last_login", "is_active"),
        order=20,
    ),
    Holding(
        "accounts.Post",
        "岗位",
        Level.INTERNAL,
        "谁在什么时候能办什么",
        DUTY,
        "保留：操作记录要对得上岗位",
        Shred.KEEP,
        account="user",
        copied=("role", "organization", "since", "until"),
        order=21,
    ),
    Holding(
        "accounts.Invitation",
        "邀请",
        Level.INTERNAL,
        "请下级单位的人开通账号",
        DUTY,
        "保留：岗位从哪里来；姓名、联系方式到期去掉",
        Shred.BLANK,
        {Level.SENSITIVE: ("phone",), Level.PERSONAL: ("name", "email")},
        masks={"phone": text.mask_phone},
        blanks={"name": "", "phone": "", "email": ""},
        account="user",
        copied=("organization", "role", "created_at", "used_at"),
        order=22,
    ),
    Holding(
        "accounts.Try",
        "登录尝试",
        Level.INTERNAL,
        "挡住猜密码的人",
        DUTY,
        "一天",
        Shred.DELETE,
        account="user",
        copied=("at", "what", "known"),
        order=25,
    ),
    Holding(
        "accounts.RecoveryCode",
        "备用码",
        Level.INTERNAL,
        "手机不在身边时登录",
        DUTY,
        "验证器在用期间",
        Shred.DELETE,
        account="user",
        copied=("made_at", "spent_at"),
        order=25,
    ),
    Holding(
        "accounts.FormerContact",
        "原来的联系方式",
        Level.INTERNAL,
        "账号被人改了，原主还收得到消息",
        DUTY,
        "两天",
        Shred.DELETE,
        {Level.SENSITIVE: ("phone",), Level.PERSONAL: ("email",)},
        masks={"phone": text.mask_phone},
        account="user",
        copied=("email", "phone", "at"),
        order=25,
    ),
    Holding(
        "accounts.Kin",
        "亲属申报",
        Level.INTERNAL,
        "亲属的事请别人办",
        DUTY,
        "撤回后保留三年：办过的事要说得清",
        Shred.KEEP,
        {Level.SENSITIVE: ("document_number", "name"), Level.PERSONAL: ("relation",)},
        masks={"document_number": text.mask_id, "name": text.mask_name},
        account="user",
        copied=("relation", "name", "declared_at", "ended_at"),
        order=26,
    ),
    Holding(
        "accounts.DualAct",
        "双人办理",
        Level.INTERNAL,
        "管理的事由两位安全管理员办",
        DUTY,
        "保留：操作记录要对得上",
        Shred.KEEP,
        account="user",
        copied=("kind", "state", "role", "organization", "asked_at", "answered_at"),
        order=27,
    ),
    Holding(
        "account.EmailAddress",
        "邮箱地址",
        Level.PERSONAL,
        "找回密码",
        DUTY,
        "账号在用期间",
        Shred.DELETE,
        account="user",
        copied=("email", "verified"),
        order=22,
    ),
    Holding(
        "mfa.Authenticator",
        "第二验证",
        Level.INTERNAL,
        "登录时验证是本人",
        DUTY,
        "账号在用期间",
        Shred.DELETE,
        account="user",
        copied=("type", "created_at", "last_used_at"),
        order=23,
    ),
    Holding(
        "usersessions.UserSession",
        "登录的设备",
        Level.PERSONAL,
        "本人看得到、能退出",
        DUTY,
        "会话过期即删除",
        Shred.DELETE,
        account="user",
        copied=("ip", "user_agent", "created_at", "last_seen_at"),
        order=24,
    ),
)


def _closed(since: datetime.date) -> QuerySet:
    """Used, withdrawn or expired since then, and not blanked yet."""
    end = days.end_of_day(since)
    over = Q(used_at__lte=end) | Q(withdrawn_at__lte=end) | Q(used_at=None, expires_at__lte=end)
    return Invitation.objects.filter(over).exclude(name="")


RULES = (
    Rule("invitation", "邀请里的姓名、联系方式", "accounts.Invitation", 180, "接受、撤回或过期", _closed),
    Rule("former-contact", "账号原来的邮箱、手机", "accounts.FormerContact", 2, "换掉", past(FormerContact, "at")),
)
SEALED = (SealedJson("mfa.Authenticator", "data", "second-factor"),)
INDEXES = (
    ExtraIndex("accounts.User", "phone", "phone_index", "phone"),
    ExtraIndex("accounts.User", "document_number", "document_index", "document"),
)
