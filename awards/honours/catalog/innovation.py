"""职工优秀创新成果: a result with its ordered team, judged by what it brought (domain report A9)."""

from awards.honours import checks
from awards.honours.catalog.shared import (
    COMMON_PARAMS,
    FORM_PAPER,
    HONOUR_PAPERS,
    NOTICE_PHOTO,
    REGISTER,
    REGISTER_CHECKS,
    UNIT_NOTICE,
)
from programs.spec import Field, Material, Naming, Program
from programs.workflows import RECOMMENDATION

LEVELS = (("world", "国际领先"), ("country", "国内领先"), ("city", "本市领先"), ("unit", "本单位首创"))
RIGHTS = (("invention", "发明专利"), ("utility", "实用新型"), ("software", "软件著作权"), ("standard", "标准"),
          ("paper", "论文、专著"))  # fmt: skip
TEAM = Field(
    "team", "主要完成人", "table", "完成人", minimum=1, maximum=10, help="按贡献从大到小排；第一行是第一完成人",
    columns=(
        Field("name", "姓名", limit=40, fill="member.name"),
        Field("unit", "工作单位", limit=60, fill="organization.workplace"),
        Field("post", "职务、工种", limit=40, fill="member.position"),
        Field("front", "一线职工", "bool", required=False),
        Field("share", "贡献（%）", "int", minimum=1, maximum=100, total=100),
    ),
)  # fmt: skip
OUTPUTS = Field(
    "rights", "知识产权和发表", "table", "成果情况", required=False, maximum=20,
    columns=(
        Field("kind", "类别", "choice", choices=RIGHTS),
        Field("title", "名称", limit=80),
        Field("number", "编号", limit=40, required=False),
        Field("on", "取得日期", "date", required=False),
    ),
)  # fmt: skip

INNOVATION = Program(
    key="innovation",
    title="职工优秀创新成果",
    noun="项",
    subject="collective",
    naming=Naming("申报哪一项成果", "成果名称", "第一完成人", "成果", "写全称，和应用证明一致"),
    workflow=RECOMMENDATION,
    fields=(
        Field("area", "所属领域", limit=40, section="成果情况", public=True),
        Field("level", "创新程度", "choice", "成果情况", choices=LEVELS),
        Field("began_on", "开始日期", "date", "成果情况"),
        Field("ended_on", "完成日期", "date", "成果情况"),
        Field("applied", "应用单位和起始时间", "longtext", "成果情况", limit=300, width=3),
        Field("benefit", "经济和社会效益", "longtext", "成果情况", limit=800, width=3, help="写数字和算法"),
        OUTPUTS,
        TEAM,
        Field("phone", "联系电话", section="完成人", limit=20),
        *UNIT_NOTICE,
        Field("summary", "成果简介", "longtext", "成果简介", limit=1500, width=3, help="解决什么难题，新在哪里"),
    ),
    params=COMMON_PARAMS,
    materials=(
        FORM_PAPER,
        Material("proof", "应用证明", limit=5, help="由应用单位盖章"),
        Material("novelty", "查新报告", required=False, limit=3),
        Material("rights_proof", "知识产权证书", required=False, limit=10),
        NOTICE_PHOTO,
        *HONOUR_PAPERS,
    ),
    checks=(*REGISTER_CHECKS, checks.unit_notice_long_enough),
    clashes=(checks.ladder_clash,),
    effects=REGISTER,
    categories=(
        ("system-special", "特等奖"), ("system-first", "一等奖"), ("system-second", "二等奖"),
        ("system-third", "三等奖"), ("system-merit", "优秀奖"),
    ),
    number_prefix="沪教创",
    form_title="职工优秀创新成果申报表",
    series="职工优秀创新成果",
    plan_words=("职工优秀创新成果",),
    about="评给一线教职工完成、已经应用、效益看得见的发明、改进和方法。",
)  # fmt: skip
