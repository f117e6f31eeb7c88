"""The reader of work plans: a plan written for the test, its broken copies, and that no sentence is lost or doubled."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.planreader.document import NOTE
from programs.planreader.lines import normalised
from programs.planreader.reader import numeral, read_plan
from programs.planreader.tasks import Passage, due_of, forms_of, names_in, same_thing, speaks_of, tasks_of

SOURCE = (Path(__file__).parents[1] / "data" / "plan-2031.txt").read_text("utf-8")
PAGE_NUMBER = re.compile(r"^- \d+ -$", re.MULTILINE)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", PAGE_NUMBER.sub("", text))


def document(text: str = SOURCE):
    reading = read_plan(text)
    assert reading.document, reading.problems
    return reading.document


def test_head_of_the_document():
    plan = document()
    assert plan.title == "滨江市教育工会2031年工作要点"
    assert (plan.year, plan.number, plan.issued_on) == (2031, "滨教工〔2031〕5号", date(2031, 1, 20))
    assert plan.issuer == "滨江市教育工会委员会"
    assert plan.recipients == "各区教育工会、各高校工会、直属单位工会"
    assert [part.kind for part in plan.front].count("preamble") == 1


def test_chapters_items_and_tasks():
    plan = document()
    assert [(one.number, len(one.items)) for one in plan.chapters] == [(1, 2), (2, 2), (3, 2)]
    assert [item.title for item in plan.items][:3] == ["抓好学习", "树立榜样", "办好比赛"]
    titles = [[task.title for task in item.tasks] for item in plan.items]
    assert titles == [
        ["举办“灯塔”读书会", "召开一次交流会", "完成《滨江教工口述史》编印工作"],
        ["组织开展“金秋师德标兵”“育人先锋岗（集体）”评选表彰工作", "选树“滨江教育工匠”", "拍摄身边好老师微电影"],
        ["筹备第三届滨江青年教师教学竞赛", "组队参加全国比赛", "开展课堂观摩活动"],
        ["加强青年教师的自身修养"],
        ["做好困难教职工帮扶慰问工作", "向坚守岗位的教职工发放防暑用品", "推出“暖心驿站”试点"],
        [
            "修订《滨江市教育工会经费管理办法》",
            "对基层工会经费使用情况进行抽查",
            "指导基层工会换届选举及领导班子调整工作",
        ],
    ]


def test_a_sentence_that_announces_nothing_goes_before_the_tasks():
    first = document().items[0]
    assert first.preamble.text == "今年是承前启后的一年。"
    assert first.head.text == "一要抓好学习。"


def test_breaks_inside_sentences_and_words_are_joined_and_the_lines_kept():
    plan = document()
    task = plan.items[0].tasks[2]
    assert task.text == "上半年完成《滨江教工口述史》编印工作，留下一代人的记忆。"
    lines = SOURCE.split("\n")
    assert [lines[line - 1][:8] for line in task.lines] == ["一要抓好学习。今", "留下一代人的记忆"]
    last = plan.tasks[-1]
    assert last.text == "指导基层工会换届选举及领导班子调整工作。"
    assert lines[last.lines[1] - 1].startswith("导班子")


def test_names_kinds_and_times():
    by_title = {task.title: task for task in document().tasks}
    awards = by_title["组织开展“金秋师德标兵”“育人先锋岗（集体）”评选表彰工作"]
    assert awards.names == ("金秋师德标兵", "育人先锋岗（集体）")
    assert awards.kind == "评选"
    assert by_title["筹备第三届滨江青年教师教学竞赛"].names == ("第三届滨江青年教师教学竞赛",)
    assert by_title["筹备第三届滨江青年教师教学竞赛"].kind == "竞赛"
    assert by_title["举办“灯塔”读书会"].when == ("定期",)
    assert by_title["召开一次交流会"].when == ("每季度",)
    assert by_title["推出“暖心驿站”试点"].when == ("年底前",)
    assert by_title["开展课堂观摩活动"].text.startswith("根据各区实际，结合学段特点，")


def test_deadlines():
    assert due_of(("上半年",), 2031) == date(2031, 6, 30)
    assert due_of(("暑期", "年底前"), 2031) == date(2031, 12, 31)
    assert due_of(("2月底前",), 2032) == date(2032, 2, 29)
    assert due_of(("9月10日前",), 2031) == date(2031, 9, 10)
    assert due_of(("适时", "定期"), 2031) is None


@pytest.mark.parametrize(
    ("name", "title", "same"),
    [
        ("三八红旗手（集体）", "2031年三八红旗集体评选", True),
        ("三八红旗手（集体）", "三八红旗手", True),
        ("五一劳动奖状（章）", "上海市五一劳动奖章", True),
        ("青教赛", "第五届高校青年教师教学竞赛", True),
        ("第二届教工咖啡技能大赛", "教工咖啡技能大赛", True),
        ("高校和中职校校长杯系列比赛", "2031年校长杯", True),
        ("巾帼文明岗", "巾帼建功标兵", False),
        ("劳模创新论坛", "劳模创新工作室", False),
    ],
)
def test_a_name_finds_its_call(name: str, title: str, same: bool):
    assert same_thing(name, title) is same
    assert forms_of(name)


def test_a_call_is_found_by_the_sentence_where_no_name_is_marked():
    text = "做好女教授联谊会换届工作，开展“甲乙丙”瑜伽表演主题活动。"
    assert speaks_of(text, [], "2031年女教授联谊会换届")
    assert speaks_of(text, ["甲乙丙"], "瑜伽表演（第一批）")
    assert not speaks_of(text, ["甲乙丙"], "女教授论坛")


def test_names_without_quotation_marks():
    text = "举办第八届书法大赛、第二届咖啡技能大赛、校长杯系列比赛等，并积极组队参加上级比赛。"
    assert names_in(text, "举办第八届书法大赛、第二届咖啡技能大赛、校长杯系列比赛等，")[:2] == (
        "第八届书法大赛",
        "第二届咖啡技能大赛",
    )


def test_numerals():
    assert [numeral(text) for text in ("一", "九", "十", "十二", "二十", "三十四", "7")] == [1, 9, 10, 12, 20, 34, 7]


# nothing lost, nothing twice ----------------------------------------------------------------------------------------


def test_the_parts_are_the_source():
    plan = document()
    parts = "".join(part.text for part in plan.parts())
    assert parts == normalised(SOURCE)
    assert squeezed(parts) == squeezed(SOURCE)


VERBS = ["举办", "开展", "修订", "积极组织", "推动", "引导", "以", "根据", "并适时召开", "做好", "加强", "提高"]
OBJECTS = ["“春晖”评选", "《办法》", "教职工大赛", "慰问工作", "基层工会（含直属）", "“甲”“乙”活动", "制度", "12项调研"]
CLAUSE = st.builds("".join, st.tuples(st.sampled_from(VERBS), st.sampled_from(OBJECTS)))
SENTENCE = st.lists(CLAUSE, min_size=1, max_size=5).map(lambda clauses: "，".join(clauses) + "。")
ITEM = st.lists(SENTENCE, min_size=1, max_size=4)
CHAPTERS = st.lists(st.lists(ITEM, min_size=1, max_size=4), min_size=1, max_size=4)
HEAD = "甲市教育工会文件\n甲教工（2031）7号\n甲市教育工会2031年工作要点\n今年的工作如下。\n"
FOOT = "\n甲市教育工会\n2031年2月1日\n抄送：乙、丙\n"


def composed(chapters: list[list[list[str]]]) -> list[str]:
    lines = []
    for number, items in enumerate(chapters):
        lines.append(f"{'一二三四'[number]}、第{number + 1}方面的事")
        lines += [f"{'一二三四'[index]}要办好事。" + "".join(item) for index, item in enumerate(items)]
    return lines


@settings(max_examples=150, deadline=None)
@given(CHAPTERS, st.data())
def test_any_break_of_lines_reads_the_same_and_loses_nothing(chapters, data):
    """A break may fall anywhere inside a paragraph, except that a rest must not look like a new mark."""
    lines = composed(chapters)
    whole = HEAD + "\n".join(lines) + FOOT
    broken = []
    for line in lines:
        cut = data.draw(st.integers(0, len(line)))
        rest = line[cut:]
        if line[1] == "、" or cut < 6 or line[cut - 1] == "。" or re.match(r"\d|[一二三四]", rest):
            broken.append(line)
        else:
            broken.append(
                line[:cut] + data.draw(st.sampled_from(["\n", "\n\n", "\r\n", "\n\n— 3 —\n\n", " \n　"])) + rest
            )
    first, second = document(whole), document(HEAD + "\n".join(broken) + FOOT)
    assert [task.text for task in first.tasks] == [task.text for task in second.tasks]
    text = "".join(part.text for part in second.parts())
    assert squeezed(text) == squeezed(whole)
    body = [part for part in second.parts() if part.kind in ("item", "context", "task")]
    assert "".join(part.text for part in body) == "".join(line for line in lines if line[1] == "要")


@settings(max_examples=200, deadline=None)
@given(st.lists(SENTENCE, min_size=1, max_size=6))
def test_every_sentence_is_in_exactly_one_task(sentences):
    text = "".join(sentences)
    preamble, tasks = tasks_of(Passage(text, ((0, 1),)))
    assert (preamble.text if preamble else "") + "".join(task.text for task in tasks) == text
    assert tasks


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="一二三四、要是。，；：“”《》（）2031年月日号工作要点通知文件附 \n\t甲乙", max_size=300))
def test_no_text_whatsoever_breaks_the_reader(text):
    """Either a document that gives the text back, or at least one error with a line of the file."""
    reading = read_plan(text)
    if reading.document:
        assert "".join(part.text for part in reading.document.parts()) == normalised(text)
    else:
        assert reading.errors
    assert all(1 <= problem.line <= text.count("\n") + 1 for problem in reading.problems)


# broken plans ---------------------------------------------------------------------------------------------------------


def line_of(start: str, text: str = SOURCE) -> int:
    return next(number for number, line in enumerate(text.split("\n"), start=1) if line.startswith(start))


def swapped(old: str, new: str) -> str:
    assert old in SOURCE
    return SOURCE.replace(old, new, 1)


BROKEN = {
    "empty": ("", 1, "没有字"),
    "blank": ("\n \n　\n", 1, "没有字"),
    "no title": (SOURCE.replace("滨江市教育工会2031年工作要点", "滨江市教育工会要点"), 2, "标题"),
    "no chapters": (HEAD + "办好各项评选。\n", 1, "没有找到章"),
    "chapter missing": (swapped("二、以赛", "三、以赛"), line_of("二、以赛"), "应该是第 2 章"),
    "chapter twice": (swapped("二、以赛", "一、以赛"), line_of("二、以赛"), "第 1 章重复"),
    "chapter without title": (swapped("二、以赛促教，搭建成长的阶梯", "二、"), line_of("二、以赛"), "没有标题"),
    "chapter without items": (
        swapped("三、办好实事，维护教职工权益", "三、加强组织建设\n四、办好实事，维护教职工权益"),
        line_of("三、办好"),
        "没有一条",
    ),
    "item missing": (swapped("二要树立", "三要树立"), line_of("二要树立"), "应该是第 2 条"),
    "item twice": (swapped("二要练好", "一要练好"), line_of("二要练好"), "第 1 条重复"),
    "item without task": (
        swapped("二要练好本领。加强青年教师的自身修养，增强课堂本领。", "二要练好本领。"),
        line_of("二要练好"),
        "没有任务",
    ),
    "item without title": (swapped("二要练好本领。", "二要。"), line_of("二要练好"), "没有题目"),
    "item before the chapters": (
        swapped("一、立德树人", "一要先做准备。开展调研。\n一、立德树人"),
        line_of("一、立德"),
        "第一章之前",
    ),
    "item not on its own line": (
        swapped("让好老师受到尊敬。", "让好老师受到尊敬。三要加强宣传。"),
        line_of("二要树立"),
        "没有另起一行",
    ),
    "sentence cut off": (swapped("在全市展播。", "在全市展"), line_of("二要树立"), "没有写完"),
    "stray line in the body": (swapped("- 2 -", "内部资料 注意保存"), line_of("- 2 -"), "不属于任何一条"),
    "stray line before the body": (swapped("附件：\n", "急件 密\n"), SOURCE.split("\n").index("附件：") + 1, "读不懂"),
    "text after the foot": (SOURCE + "\n补充：另有任务若干。\n", SOURCE.count("\n") + 2, "落款之后"),
    "chapter after the foot": (
        SOURCE + "四、再说一章\n一要补充。开展调研。\n",
        SOURCE.count("\n") + 1,
        "落款之后又出现一章",
    ),
    "no such day": (swapped("2031年1月20日", "2031年2月30日"), line_of("2031年1月20日"), "没有这一天"),
    "wrong year": (SOURCE.replace("年1月2", "年1月2").replace("2031年1月20日", "2013年1月20日"), 2, "差得太远"),
    "two plans in one": (
        SOURCE.replace("一、立德", "滨江市2032年工作要点\n一、立德", 1),
        line_of("一、立德"),
        "两个要点标题",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_plan_is_refused_as_a_whole_with_its_line(name: str):
    text, line, reason = BROKEN[name]
    reading = read_plan(text)
    assert reading.document is None
    found = [(problem.line, problem.reason) for problem in reading.errors]
    assert any(at == line and reason in why for at, why in found), found


NOTED = {
    "quote not closed": (swapped("“灯塔”读书会", "“灯塔读书会"), line_of("一要抓好"), "没有配对"),
    "foreign word": (swapped("同心同德", "同心 and 同德"), line_of("2031年，"), "外文“and”"),
    "no verb": (swapped("加强青年教师的自身修养，增强课堂本领。", "青年教师是未来。"), line_of("二要练好"), "没有认出"),
    "no number": (swapped("滨教工〔2031〕5号", ""), 2, "文号"),
    "no date": (SOURCE.replace("2031年1月20日", "").replace("2031年1月22日印发", ""), 2, "印发日期"),
}


@pytest.mark.parametrize("name", NOTED)
def test_what_is_only_odd_is_noted_and_read(name: str):
    text, line, reason = NOTED[name]
    reading = read_plan(text)
    assert reading.document, reading.errors
    assert any(one.line == line and reason in one.reason and one.severity == NOTE for one in reading.notes), (
        reading.notes
    )
    assert "".join(part.text for part in reading.document.parts()) == normalised(text)


def test_other_marks_of_items():
    body = "一、第一方面\n（一）抓学习\n1.举办读书会。\n2.开展“灯塔”评选。\n（二）抓比赛\n组织教学竞赛。\n"
    plan = document(HEAD + body)
    assert [item.title for item in plan.items] == ["抓学习", "抓比赛"]
    assert [len(item.tasks) for item in plan.items] == [2, 1]
