"""What several awards ask and check alike: the unit's procedure, the story, the papers, the figures of an edition."""

from awards.honours import actions, checks
from programs.checks.bars import PERSON_PARAMS
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
