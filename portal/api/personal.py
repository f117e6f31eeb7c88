"""What the API holds of people, and what of it goes by itself."""

from portal.api.models import KeptAnswer, Token
from portal.kit.personal import DUTY, Holding, Level, Rule, Shred, past

HOLDINGS = (
    Holding(
        "api.Token",
        "接口令牌",
        Level.INTERNAL,
        "程序以本人的身份办事",
        DUTY,
        "到期或作废后一年删除",
        Shred.DELETE,
        {Level.PERSONAL: ("name",)},
        account="user",
        copied=("name", "reach", "created_at", "expires_at", "used_at", "revoked_at"),
        order=26,
    ),
    Holding(
        "api.KeptAnswer",
        "接口留存的回答",
        Level.INTERNAL,
        "重发的请求不办第二次",
        DUTY,
        "两天",
        Shred.DELETE,
        {Level.PERSONAL: ("body",)},
        account="user",
        copied=("created_at", "status"),
        order=27,
    ),
    Holding(
        "api.Hook",
        "事件订阅",
        Level.INTERNAL,
        "把办到哪一步告诉单位自己的系统",
        DUTY,
        "保留：岗位上的事",
        Shred.KEEP,
        {Level.SENSITIVE: ("secret",)},
        masks={"secret": lambda _secret: "***"},
        account="created_by",
        copied=("url", "created_at"),
        order=28,
    ),
)


RULES = (
    Rule("tokens", "到期的接口令牌", "api.Token", 365, "到期", past(Token, "expires_at")),
    Rule("kept_answers", "接口留存的回答", "api.KeptAnswer", 1, "回答", past(KeptAnswer, "created_at")),
)
