"""What several awards ask and check alike: the unit's procedure, the story, the papers, the figures of an edition."""

from awards.honours import actions, checks
from programs.checks.bars import PERSON_CHECKS, PERSON_PARAMS
from programs.spec import ENGINE_PARAMS, Field, Material, Param

UNIT_NOTICE = (
    Field("unit_notice_from", "本单位公示开始", "date", "民主程序"),
    Field("unit_notice_until", "本单位公示结束", "date", "民主程序"),
)
PROCEDURE = (
    Field("meeting_on", "会议日期", "date", "民主程序"),
    Field("meeting_due", "应到人数", "int", "民主程序", minimum=1, maximum=100000),
    Field("meeting_present", "实到人数", "int", "民主程序", minimum=1, maximum=100000),
    Field("votes_for", "同意", "int", "民主程序", minimum=0, maximum=100000),
    Field("votes_against", "不同意", "int", "民主程序", minimum=0, maximum=100000),
    Field("votes_abstain", "弃权", "int", "民主程序", minimum=0, maximum=100000),
    Field("party_opinion", "党组织意见", "text", "民主程序", limit=100, help="写“同意推荐”和日期", width=3),
    *UNIT_NOTICE,
)
STORY = Field(
    "story",
    "主要事迹",
    "longtext",
    "主要事迹",
    limit=1500,
    width=3,
    help="写近两年做成的事；可从 Word 粘贴，格式会去掉",
)
#: Figures of every award; then those of one that a meeting recommends, then those of a person.
COMMON_PARAMS = (
    *ENGINE_PARAMS,
    *checks.REGISTER_PARAMS,
    Param("unit_notice_days", "单位公示", default=5, minimum=1, maximum=30, unit="个工作日", section="公示"),
    Param("unit_notice_first_day", "单位公示当天算第 1 天", "bool", default=True, section="公示"),
    Param("notice_days", "主办公示", default=5, minimum=1, maximum=30, unit="个工作日", section="公示"),
    Param("notice_first_day", "主办公示当天算第 1 天", "bool", default=False, section="公示"),
    Param("notice_masks", "公示时姓名隐去一字", "bool", default=True, section="公示"),
)
MEETING_PARAMS = (
    *COMMON_PARAMS,
    Param("quorum_percent", "会议至少到会", default=67, minimum=50, maximum=100, unit="%", section="条件"),
)
CONDITIONS = (*MEETING_PARAMS, *PERSON_PARAMS)
POST_KINDS = (("front", "一线教学"), ("research", "科研和专业技术"), ("manage", "管理"), ("service", "服务"))
FORM_PAPER = Material(
    "form", "推荐审批表（盖章扫描）", kinds=("pdf", "image"), limit=3, printed=True, help="先打印、盖章，再扫描上传"
)
NOTICE_PHOTO = Material("notice_photo", "本单位公示照片", kinds=("image", "pdf"), limit=5, help="看得清日期")
HONOUR_PAPERS = (
    Material("honour_proof", "已获荣誉证书", required=False, limit=10),
    Material("media", "媒体报道", required=False, limit=5),
)
MATERIALS = (
    FORM_PAPER,
    Material("minutes", "会议纪要", kinds=("pdf", "image"), limit=5, help="PDF 或照片，不超过 20 MB"),
    NOTICE_PHOTO,
    *HONOUR_PAPERS,
)
REGISTER_CHECKS = (checks.no_repeat, checks.holds_the_one_below)
PROCEDURE_CHECKS = (*REGISTER_CHECKS, checks.votes_add_up, checks.unit_notice_long_enough)
#: Whoever is approved, or granted more above, stands in the register.
REGISTER = dict.fromkeys(("approve", "grant", "grant-more"), (actions.register_honour,))

# ── people ──
PERSON = (
    Field("sex", "性别", fill="member.sex", locked=True),
    Field("birth_date", "出生日期", "date", fill="member.birth_date", locked=True),
    Field("politics", "政治面貌", fill="member.politics", locked=True),
    Field("rank", "干部级别", fill="member.rank", locked=True),
    Field("title", "职称", fill="member.title", required=False, limit=40),
    Field("position", "职务", fill="member.position", limit=60, public=True),
    Field("hired_on", "入校日期", "date", fill="member.hired_on", locked=True),
    Field("phone", "联系电话", required=False, limit=20),
    Field("honours", "已获荣誉", "longtext", limit=300, width=3, help="近五年，最高的写在前面"),
)
#: What ratios of an edition count people by (domain report A1).
PERSON_CLASS = Field(
    "person_class", "人员类别", "choice",
    choices=(("front", "一线职工"), ("research", "科教人员"), ("manage", "管理人员"), ("head", "单位负责人"),
             ("migrant", "农民工")),
)  # fmt: skip
RECOMMENDED = (*PROCEDURE, STORY)
PERSON_ALL_CHECKS = (*PROCEDURE_CHECKS, *PERSON_CHECKS)
LADDER_CLASHES = (checks.ladder_clash,)

# ── groups and units ──
GROUP = (
    Field("head_name", "负责人", fill="member.name", locked=True, section="集体情况"),
    Field("head_title", "负责人职务", fill="member.position", required=False, limit=60, section="集体情况"),
    Field("founded", "成立年月", limit=10, help="如 2012-09", section="集体情况"),
    Field("staff", "在编教职工", "int", minimum=1, maximum=20000, section="集体情况"),
    Field("women", "其中女性", "int", minimum=0, maximum=20000, section="集体情况"),
    Field("phone", "联系电话", required=False, limit=20, section="集体情况"),
    Field("honours", "已获荣誉", "longtext", limit=300, width=3, section="集体情况", help="近五年，最高的写在前面"),
)
UNIT = (
    Field("heads", "教职工人数", "int", "单位情况", fill="organization.head_count", locked=True),
    Field("women_heads", "其中女性", "int", "单位情况", fill="organization.women_count", locked=True),
    Field("term_until", "工会本届止", "date", "单位情况", fill="organization.term_until", locked=True, required=False),
    Field("phone", "联系电话", section="单位情况", limit=20),
    Field("honours", "已获荣誉", "longtext", limit=300, width=3, section="单位情况", help="近五年，最高的写在前面"),
)
#: What a unit declares before it is honoured or honours its own; a wrong declaration is a cause to revoke (R6, R33).
DECLARATIONS = (
    Field("no_arrears", "没有拖欠工资、欠缴社会保险和工会经费", "bool", "负面清单"),
    Field("has_congress", "已建立教职工代表大会制度，按期召开", "bool", "负面清单"),
    Field("no_penalty", "近三年没有受过行政处罚和失信惩戒", "bool", "负面清单"),
    Field("incident_on", "最近一次安全事故或群体性事件的日期", "date", "负面清单", required=False, help="没有就空着"),
)
DECLARED_PARAMS = (
    Param("incident_years", "几年内有过事故或群体性事件的不报", default=3, minimum=0, maximum=20, unit="年"),
)
UNION_PARAMS = (
    Param("term_required", "工会逾期没换届的不报", "bool", default=True),
    Param("members_percent", "入会率不低于", default=90, minimum=0, maximum=100, unit="%", help="0 就是不要求"),
)
PARTY_OPINION = Material("party_opinion_scan", "党组织意见（盖章扫描）", limit=2)
