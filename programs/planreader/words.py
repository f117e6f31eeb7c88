"""The words by which a work plan is read: pure data, so that a new turn of phrase is one more word and no new code."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NUMERAL = "一二三四五六七八九十"

# A chapter heading: 一、凝心聚力…  The number may be written with any of the three marks that offices use.
CHAPTER_MARK = rf"([{NUMERAL}]{{1,3}})[、．.]"

# How the items of a chapter may be marked. The first style met after the first chapter is the style of the document;
# marks of another style inside an item are ordinary text (（一） may well contain 一要 …).
ITEM_MARKS = (
    ("要", rf"([{NUMERAL}]{{1,3}})要"),
    ("是", rf"([{NUMERAL}]{{1,3}})是"),
    ("（一）", rf"[（(]([{NUMERAL}]{{1,3}})[）)]"),
    ("1.", r"(\d{1,2})[．.、](?!\d)"),
)

DATE = r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日"
DOCUMENT_NUMBER = r"\S{1,12}[（(〔\[]\s*(\d{4})\s*[）)〕\]]\s*第?\s*\d{1,4}\s*号"
PLAN_TITLE = r"[^，。；]{0,40}?(\d{4})\s*年(?:度)?[^，。；]{0,20}(?:工作要点|工作计划|工作安排|工作方案)"
OFFICE = r"[^，。；：、《》“”]{2,30}(?:委员会|工会|妇工委|办公室|总会|部|处)[）)]?"
PAGE_MARK = r"[-—–－·\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/／]\s*\d{1,4}|\s*共\s*\d{1,4}\s*页)?[-—–－·\s]*"

SENTENCE_END = "。！？!?"
CLAUSE_END = "，；,;"
CLOSERS = '”’》）)】」』"'
PAIRS = {"《": "》", "“": "”", "（": "）", "‘": "’", "【": "】"}

# Adverbs and auxiliaries in front of the verb; they are no part of a task's short title.
ADVERBS = _words("""
    并且 并 以及 同时 还 要 将 积极 继续 持续 适时 及时 精心 认真 大力 着力 努力 重点 深入 不断 进一步 切实 全面 逐步
    稳步 扎实 广泛 有序 定期 统筹 牵头 联合 协助 协同 充分 具体 主动 元旦春节 暑期 寒假 年内 年底前 上半年 下半年
""")

# A clause that begins (after its adverbs) with one of these announces something to be done: a task of its own.
STRONG_VERBS = _words("""
    举办 举行 召开 组织 开展 承办 主办 筹备 组队 做好 办好 创立 创办 创设 设立 成立 修订 编印 编制 编写 制定 制订 出台
    印发 推出 选树 培育选树 评选 表彰 发放 慰问 走访 实施 启动 完成 落实 健全 完善 建立 增设 搭建 推进 推广 推行 修缮
    改造 升级 督促 指导 检查 抽查 调研 评估 调整 拍摄 申报 发布 上线 试行
""")

# These announce a task only together with something that can be seen when it is done (OUTPUTS) or with a quoted name;
# otherwise they say what the task before them is good for (推动…有序开展, 促进…交流).
HALF_VERBS = _words("推动 促进 加强 深化 建设 形成 优化 强化 探索 加快 支持 引导")
OUTPUTS = _words("创建 全覆盖 机制 工程 试点 调查研究 平台 基地 条例 办法 手册 工作室 服务点")

# Whole clauses that announce although no such verb stands at their head (对…进行调研, 向…发放…, 根据实际情况修订…).
STRONG_PATTERNS = (
    r"对[^，；]+?进行(?:[^，；]{0,6})?(?:调研|评估|抽查|调整|检查|筛查|审计|培训|考核|表彰|修缮)",
    r"(?:[^，；]{0,6})[向为][^，；]+?(?:发放|送服务|送讲座|赠送)",
    r"(?:根据|按照|对照|结合)[^，；]{2,12}?(?:修订|制定|制订|调整|开展|举办|召开|编印)",
)

# A clause that begins so tells how or why and belongs to the clause after it.
MANNERS = _words("根据 结合 按照 对照 响应 配合 通过 依托 借助 围绕 针对 充分发挥 依据 落实好 以")
# … and so does 组织各级妇女组织，开展…: a group is called together, the next clause says for what.
CALLING_TOGETHER = r"组织[^，；]*(?:组织|工会|单位|教师|教职工|干部|职工|女性|专家)"

# A sentence without any of the above still announces work when it contains one of these.
WEAK_VERBS = _words("""
    加强 深化 提高 推动 促进 坚持 引导 弘扬 宣传 讲好 打造 培育 建设 形成 优化 强化 探索 支持 关心 关爱 维护 保障 切实
    服务 学习 宣讲 提升 增强 深入 建立健全 健全 落实 推进 做到 确保 管理 监督 规范 创新 拓展 丰富 深挖 凝聚 团结
""")

# Kinds in the order in which they are tried, first on the task's short title, then on its whole sentence.
OTHER_KIND = "其他"
KINDS = (
    ("评选", "评选 表彰 评审 选树 评优 申报奖励 推荐"),
    ("竞赛", "竞赛 大赛 比赛 赛事 运动会 校长杯"),
    ("休养", "休养"),
    ("帮扶", "帮困 帮扶 慰问 援助 资助 补助 补贴 送温暖 送清凉 困难 消费帮扶 法律义务咨询 防暑降温 慰问金"),
    ("保障", "互助保障 保障计划 补充医保 医保 心理健康 心理关怀 心驿站"),
    ("培训", "培训 讲座 授课 轮训 研修"),
    ("换届", "换届 选举 改选 成员组成 成员调整"),
    ("经费", "经费 预决算 资产 经审 财务 审计"),
    ("制度", "修订 编印 制度 办法 手册 规定 选编 教代会 工代会 代表大会 民主评议 民主管理"),
    ("活动", "活动 论坛 仪式 联谊 展播 婚礼 闭幕式 开幕式 体验 欣赏 交友 交流会"),
    ("建设", "建设 创建 改造 升级 工程 试点 小屋 工作室 机制"),
    ("调研", "调研 调查 研究 评估 抽查"),
    ("宣传", "宣传 弘扬 讲好 先进故事 进校园 精神"),
    ("学习", "学习 武装 思想 教育 党史 党建"),
)
KINDS = tuple((kind, _words(text)) for kind, text in KINDS)
KIND_NAMES = (*[kind for kind, _keywords in KINDS], OTHER_KIND)

# Words that tell how often or by when; an end date is worked out only from DEADLINES and MONTH.
WHEN = (
    r"年底前|年底|年内|年初|年终|上半年|下半年|[一二三四]季度|每季度|每半年|每学期|每年|每月|每周|每两年|常年|全年|定期|"
    r"\d{1,2}月(?:底前|底|前|初|上旬|中旬|下旬)?(?:\d{1,2}日前?)?|元旦春节|元旦|春节|暑期|寒假|暑假|冬|夏|"
    r"三八(?!红旗)|五一(?!劳动)|教师节|国庆|重阳|适时|及时|持续|继续"
)

# Deadlines among them: the last day of the span they name (month, day).
DEADLINES = {
    **dict.fromkeys(_words("年底前 年底 年内 下半年 四季度"), (12, 31)),
    **dict.fromkeys(_words("上半年 二季度"), (6, 30)),
    **dict.fromkeys(_words("暑期 暑假"), (8, 31)),
    "一季度": (3, 31),
    "三季度": (9, 30),
}
MONTH = r"(\d{1,2})月(?:(\d{1,2})日)?"

# What the name of an event, award or scheme ends in when it is not in quotation marks.
EVENT_NOUNS = _words("""
    教学竞赛 技能竞赛 知识竞赛 竞赛 大赛 系列比赛 比赛 论坛 仪式 闭幕式 运动会 体育大会 联谊会 资助金 补充医保
    互助保障计划 保障计划 交流会 创新成果 高级技师 疗休养 消费帮扶 创新工作室 艺术欣赏
""")

# Quoted, but a slogan and no name of anything that is held, given or published.
SLOGANS = _words("四有 四权 四位一体 十四五 十五五 工会法 三公 两学一做")

# Short names in daily use, so that 青教赛 finds 青年教师教学竞赛.
ALIASES = {
    "青教赛": "青年教师教学竞赛",
    "九运会": "第九届教工运动会",
    "用典大赛": "学习习近平用典大赛",
    "三笔字": "书法·板书·钢笔字",
}
