"""What accounts hold of people."""

from portal.kit import text
from portal.kit.personal import DUTY, ExtraIndex, Holding, Level, SealedJson, Shred

HOLDINGS = (
    Holding(
        "accounts.User",
        "账号",
        Level.INTERNAL,
        "登录，认出是谁在办",
        DUTY,
        "在用期间；停用后保留，操作记录要对得上人",
        Shred.KEEP,
        {Level.SENSITIVE: ("phone",), Level.PERSONAL: ("username", "name", "email", "last_login", "date_joined")},
        masks={"phone": text.mask_phone},
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
SEALED = (SealedJson("mfa.Authenticator", "data", "second-factor"),)
INDEXES = (ExtraIndex("accounts.User", "phone", "phone_index", "phone"),)
