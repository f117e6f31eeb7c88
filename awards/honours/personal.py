"""What the register of honours holds of people."""

from portal.kit.personal import DUTY, Holding, Level, Shred

HOLDINGS = (
    Holding(
        "honours.Honour",
        "荣誉",
        Level.PUBLIC,
        "荣誉登记，以后评选查重，证书核验",
        DUTY,
        "保留：荣誉档案长期保存",
        Shred.KEEP,
        {
            Level.PERSONAL: ("member", "revoked_reason"),
            Level.INTERNAL: ("id", "pinyin", "decision", "entry", "revoked_by", "certified"),
        },
        person="member",
        copied=(
            "title",
            "family",
            "level",
            "year",
            "awarded_on",
            "name",
            "unit",
            "document",
            "revoked_at",
            "revoked_reason",
        ),
        order=40,
    ),
    Holding(
        "honours.Certificate",
        "证书",
        Level.PUBLIC,
        "证书核验",
        DUTY,
        "保留：和荣誉一起",
        Shred.KEEP,
        {Level.INTERNAL: ("id", "honour", "batch")},
        person="honour__member",
        copied=("number", "made_at"),
        order=41,
    ),
)
