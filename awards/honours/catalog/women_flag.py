"""三八红旗手: women who excel, recommended by their unions (domain report A5)."""

from awards.honours import actions, checks
from programs.checks.bars import PERSON_CHECKS, PERSON_PARAMS
from programs.spec import ENGINE_PARAMS, Field, Material, Param, Program
from programs.workflows import RECOMMENDATION

PROCEDURE = (
    Field("meeting_on", "会议日期", "date", "民主程序"),
    Field("meeting_due", "应到人数", "int", "民主程序", minimum=1, maximum=100000),
    Field("meeting_present", "实到人数", "int", "民主程序", minimum=1, maximum=100000),
    Field("votes_for", "同意", "int", "民主程序", minimum=0, maximum=100000),
    Field("votes_against", "不同意", "int", "民主程序", minimum=0, maximum=100000),
    Field("votes_abstain", "弃权", "int", "民主程序", minimum=0, maximum=100000),
    Field("party_opinion", "党组织意见", "text", "民主程序", limit=100, help="写“同意推荐”和日期", width=3),
    Field("unit_notice_from", "本单位公示开始", "date", "民主程序"),
    Field("unit_notice_until", "本单位公示结束", "date", "民主程序"),
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
CONDITIONS = (
    *ENGINE_PARAMS,
    *checks.REGISTER_PARAMS,
    *PERSON_PARAMS,
    Param("quorum_percent", "会议至少到会", default=67, minimum=50, maximum=100, unit="%", section="条件"),
    Param("unit_notice_days", "单位公示", default=5, minimum=1, maximum=30, unit="个工作日", section="公示"),
    Param("unit_notice_first_day", "单位公示当天算第 1 天", "bool", default=True, section="公示"),
    Param("notice_days", "主办公示", default=5, minimum=1, maximum=30, unit="个工作日", section="公示"),
    Param("notice_first_day", "主办公示当天算第 1 天", "bool", default=False, section="公示"),
    Param("notice_masks", "公示时姓名隐去一字", "bool", default=True, section="公示"),
)
POST_KINDS = (("front", "一线教学"), ("research", "科研和专业技术"), ("manage", "管理"), ("service", "服务"))
MATERIALS = (
    Material(
        "form", "推荐审批表（盖章扫描）", kinds=("pdf", "image"), limit=3, printed=True, help="先打印、盖章，再扫描上传"
    ),
    Material("minutes", "会议纪要", kinds=("pdf", "image"), limit=5, help="PDF 或照片，不超过 20 MB"),
    Material("notice_photo", "本单位公示照片", kinds=("image", "pdf"), limit=5, help="看得清日期"),
    Material("honour_proof", "已获荣誉证书", required=False, limit=10),
    Material("media", "媒体报道", required=False, limit=5),
)
PROCEDURE_CHECKS = (
    checks.no_repeat,
    checks.holds_the_one_below,
    checks.is_woman,
    checks.votes_add_up,
    checks.unit_notice_long_enough,
)

WOMEN_FLAG = Program(
    key="women-flag",
    title="三八红旗手",
    noun="人",
    subject="member",
    workflow=RECOMMENDATION,
    fields=(
        Field("sex", "性别", fill="member.sex", locked=True),
        Field("birth_date", "出生日期", "date", fill="member.birth_date", locked=True),
        Field("politics", "政治面貌", fill="member.politics", locked=True),
        Field("title", "职称", fill="member.title", required=False, limit=40),
        Field("position", "职务", fill="member.position", limit=60, public=True),
        Field("post_kind", "岗位类别", "choice", choices=POST_KINDS, required=False),
        Field("hired_on", "入校日期", "date", fill="member.hired_on", locked=True),
        Field("phone", "联系电话", required=False, limit=20),
        Field("honours", "已获荣誉", "longtext", limit=300, width=3, help="近五年，最高的写在前面"),
        *PROCEDURE,
        STORY,
    ),
    params=CONDITIONS,
    materials=MATERIALS,
    checks=(*PROCEDURE_CHECKS, *PERSON_CHECKS),
    clashes=(checks.ladder_clash,),
    effects=dict.fromkeys(("approve", "grant", "grant-more"), (actions.register_honour,)),
    categories=(("city-person", "上海市三八红旗手"), ("system-person", "教育系统三八红旗手")),
    number_prefix="沪教巾",
    form_title="三八红旗手推荐审批表",
    series="三八红旗手",
    plan_words=("三八红旗手", "三八红旗手（集体）"),
    about="评给在教书育人、科研、管理和服务岗位上做出突出成绩的女教职工。",
)
