"""Read a work plan (工作要点) into chapters, items and tasks. Pure: text in, document or problems out, no database.

The file as it comes from the office has hard line breaks and page breaks in the middle of sentences and words; they
are joined. Every character of the normalised source ends up in exactly one part (`PlanDocument.parts`), and what does
not fit the grammar is a `Problem` with its line: one error refuses the whole, so that nothing is half-imported.
"""

import re
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _

from programs.planreader import lines, words
from programs.planreader.document import ERROR, NOTE, Chapter, Item, Part, PlanDocument, Problem, Reading
from programs.planreader.tasks import Passage, sentences, tasks_of

_TITLE = re.compile(words.PLAN_TITLE)
_NUMBER = re.compile(words.DOCUMENT_NUMBER)
_OFFICE = re.compile(words.OFFICE)
_DATE = re.compile(words.DATE)
_NOTICE = re.compile(r"关于.*的?(?:通知|意见|函)|.*《.*》.*通知")
_LATIN = re.compile(r"(?<![A-Za-z])[a-z]{2,}(?![A-Za-z])")


def read_plan(text: str) -> Reading:
    reader = _Reader(text)
    reader.read()
    problems = tuple(sorted(reader.problems, key=lambda problem: (problem.line, problem.severity)))
    refused = any(problem.severity == ERROR for problem in problems)
    return Reading(None if refused else reader.document, problems)


def numeral(text: str) -> int:
    """十二 → 12; office documents do not count further than 九十九."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    digit = {char: index for index, char in enumerate(words.NUMERAL, start=1)}
    return (digit.get(tens, 1) * 10 if ten else 0) + digit.get(ones, 0)


class _Reader:
    """One pass over the paragraphs: front matter until the first chapter, then the body, then the foot."""

    def __init__(self, text: str) -> None:
        self.document = PlanDocument(source=lines.unified(text))
        self.problems: list[Problem] = []
        self.style = ""  # the item mark of this document, the first one met after a chapter heading
        self.running: list[list[Passage]] = []  # the text of each item, until its tasks are read
        self.in_foot = False

    def problem(self, passage: Passage, reason: str, severity: str = ERROR, line: int | None = None) -> None:
        shown = passage.text if len(passage.text) <= 60 else passage.text[:59] + "…"
        self.problems.append(Problem(line or passage.line, shown, reason, severity))

    def read(self) -> None:
        passages = lines.paragraphs(self.document.source)
        if not passages:
            self.problems.append(Problem(1, "", _("文件里没有字")))
            return
        for passage in passages:
            self.paragraph(passage)
            self.look_over(passage)
        for item, texts in zip(self.document.items, self.running, strict=True):
            self.finish(item, texts)
        self.whole(passages)

    def paragraph(self, passage: Passage) -> None:
        mark = lines.mark_of(passage.text)
        if mark == "chapter":
            self.chapter(passage)
        elif not self.document.chapters:
            self.front(passage, mark)
        elif self.in_foot or self.is_foot(passage):
            self.foot(passage)
        elif mark and mark == (self.style or mark):
            self.style = mark
            self.item(passage, dict(lines.ITEMS)[mark])
        else:
            self.prose(passage)

    # front matter -----------------------------------------------------------------------------------------------------

    def front(self, passage: Passage, mark: str) -> None:
        text, document = passage.text, self.document
        kind = "head"
        if mark and mark != "1.":
            self.problem(passage, _("这一条在第一章之前，不知道属于哪一章"))
        elif text.endswith("文件") and not lines.PROSE.search(text):
            document.issuer = text.removesuffix("文件")
        elif _NUMBER.fullmatch(text):
            document.number = text
        elif lines.ATTACHMENT.match(text) or _NOTICE.fullmatch(text):
            pass
        elif _TITLE.fullmatch(text):
            self.title(passage)
        elif lines.DATE_LINE.fullmatch(text):
            self.issued(passage)
        elif text.endswith(("：", ":")) and not document.title:
            document.recipients = text.rstrip("：:")
        elif _OFFICE.fullmatch(text):
            document.issuer = document.issuer or text
        elif lines.is_ended(text):
            kind = "preamble" if document.title else "cover"
        else:
            self.problem(passage, _("正文之前的这一行读不懂：不是发文机关、文号、标题、主送、日期，也不是完整的一句"))
        document.front.append(Part(kind, text, passage.line))

    def title(self, passage: Passage) -> None:
        if self.document.title:
            self.problem(passage, _("一份文件里有两个要点标题，请一年一份分开导入"))
            return
        self.document.title = passage.text
        self.document.year = int(_TITLE.fullmatch(passage.text)[1])

    def issued(self, passage: Passage) -> None:
        try:
            found = date(*map(int, _DATE.match(passage.text).groups()))
        except ValueError:
            self.problem(passage, _("没有这一天"))
            return
        self.document.issued_on = self.document.issued_on or found

    # body -------------------------------------------------------------------------------------------------------------

    def chapter(self, passage: Passage) -> None:
        match = lines.CHAPTER.match(passage.text)
        end = passage.text.find("。") + 1 or len(passage.text)
        title = passage.text[match.end() : end].strip("。 ")
        number, expected = numeral(match[1]), len(self.document.chapters) + 1
        if self.in_foot:
            self.problem(passage, _("落款之后又出现一章"))
        if not title:
            self.problem(passage, _("这一章没有标题"))
        self.in_order(passage, number, [chapter.number for chapter in self.document.chapters], expected, _("章"))
        self.document.chapters.append(Chapter(number, title, passage.cut(0, end)))
        if end < len(passage.text):
            self.document.chapters[-1].preamble.append(passage.cut(end))

    def item(self, passage: Passage, pattern: re.Pattern[str]) -> None:
        match = pattern.match(passage.text)
        chapter = self.document.chapters[-1]
        end = passage.text.find("。") + 1 or len(passage.text)
        title = passage.text[match.end() : end].strip("。 ")
        number = numeral(match[1])
        if not title:
            self.problem(passage, _("这一条没有题目"))
        self.in_order(passage, number, [item.number for item in chapter.items], len(chapter.items) + 1, _("条"))
        chapter.items.append(Item(number, title, passage.cut(0, end)))
        self.running.append([])
        if end < len(passage.text):
            self.text(passage.cut(end), pattern)

    def in_order(self, passage: Passage, number: int, known: list[int], expected: int, what: str) -> None:
        names = {"number": number, "expected": expected, "what": what}
        if number in known:
            self.problem(passage, _("第 %(number)s %(what)s重复了") % names)
        elif number != expected:
            self.problem(passage, _("这里应该是第 %(expected)s %(what)s，写的是第 %(number)s %(what)s") % names)

    def prose(self, passage: Passage) -> None:
        chapter = self.document.chapters[-1]
        if not lines.is_ended(passage.text) and not lines.PROSE.search(passage.text):
            self.problem(passage, _("这一行不属于任何一条，也不是完整的一句"))
        elif chapter.items:
            self.text(passage, dict(lines.ITEMS).get(self.style))
            return
        elif not lines.is_ended(passage.text):
            self.problem(passage, _("这一句没有写完（没有句号），后面可能缺了字"), line=passage.lines[-1])
        chapter.preamble.append(passage)

    def text(self, passage: Passage, pattern: re.Pattern[str] | None) -> None:
        if not lines.is_ended(passage.text) or passage.text.endswith(("；", ":", "：")):
            self.problem(passage, _("这一句没有写完（没有句号），后面可能缺了字"), line=passage.lines[-1])
        for sentence in sentences(passage):
            if pattern and self.style == "要" and pattern.match(sentence.text):
                self.problem(sentence, _("这一条没有另起一行，分不清是新的一条还是上一条的话"))
        self.running[-1].append(passage)

    def finish(self, item: Item, texts: list[Passage]) -> None:
        """Read the tasks of an item, once all its paragraphs are known."""
        if not texts:
            self.problem(item.head, _("这一条只有题目，没有任务"))
        for passage in texts:
            preamble, tasks = tasks_of(passage)
            if item.tasks and preamble:
                # a later paragraph that first explains: it belongs to the task before it
                last = item.tasks[-1]
                item.tasks[-1] = replace(last, text=last.text + preamble.text, lines=(*last.lines, *preamble.lines))
            else:
                item.preamble = preamble or item.preamble
            item.tasks.extend(tasks)
        for task in item.tasks:
            if not task.announced:
                passage = Passage(task.text, ((0, task.line),))
                self.problem(passage, _("没有认出要做什么，整句作为一项任务"), NOTE)

    # foot -------------------------------------------------------------------------------------------------------------

    def is_foot(self, passage: Passage) -> bool:
        text = passage.text
        signed = text == self.document.issuer or bool(_OFFICE.fullmatch(text))
        return signed or bool(lines.DATE_LINE.fullmatch(text)) or bool(lines.COPY_LINE.match(text))

    def foot(self, passage: Passage) -> None:
        self.in_foot = True
        if lines.DATE_LINE.fullmatch(passage.text):
            self.issued(passage)
        elif not self.is_foot(passage):
            self.problem(passage, _("落款之后还有读不懂的文字"))
        self.document.foot.append(Part("foot", passage.text, passage.line))

    # the whole --------------------------------------------------------------------------------------------------------

    def look_over(self, passage: Passage) -> None:
        text = passage.text
        if any(text.count(left) != text.count(right) for left, right in words.PAIRS.items()):
            self.problem(passage, _("引号、书名号或括号没有配对，这一段里的名称可能读不全"), NOTE)
        for match in _LATIN.finditer(text):
            line = passage.cut(match.start(), match.end()).line
            self.problem(passage, _("夹着外文“%(word)s”，是不是转换时带进来的") % {"word": match[0]}, NOTE, line)

    def whole(self, passages: list[Passage]) -> None:
        document, first = self.document, passages[0]
        if not document.title:
            self.problem(first, _("没有找到要点的标题，标题里要有年份，如“2023年工作要点”"))
        if not document.chapters:
            self.problem(first, _("没有找到章，章要写成“一、……”，另起一行"))
        for chapter in document.chapters:
            if not chapter.items:
                self.problem(chapter.head, _("这一章没有一条，条要写成“一要……”“一是……”“（一）……”或“1.……”，另起一行"))
        if not document.number:
            self.problem(first, _("没有找到文号"), NOTE)
        if not document.issued_on:
            self.problem(first, _("没有找到印发日期"), NOTE)
        elif document.year and abs(document.issued_on.year - document.year) > 1:
            self.problem(first, _("印发日期和要点的年份差得太远"))
        if not document.issuer:
            self.problem(first, _("没有找到发文机关"), NOTE)
