"""From the lines of a work-plan file to paragraphs: breaks of lines and pages inside sentences are joined. Pure."""

import re

from programs.planreader import words
from programs.planreader.tasks import Passage

CHAPTER = re.compile(words.CHAPTER_MARK)
ITEMS = tuple((style, re.compile(pattern)) for style, pattern in words.ITEM_MARKS)
DATE_LINE = re.compile(rf"{words.DATE}(?:印发)?")
PAGE_LINE = re.compile(words.PAGE_MARK)
COPY_LINE = re.compile(r"(?:抄送|抄报|主送|联系人|分送)[：:]")
ATTACHMENT = re.compile(r"附件\d*[：:]?")
PROSE = re.compile(r"[，。；！？]")
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\x0c\x0b"))
_LONGEST_QUOTE = 3  # lines that an open bracket may join, so that a forgotten 》 does not eat the document


def clean_lines(text: str) -> list[tuple[int, str]]:
    """(line number, text) of the lines that carry text; empty lines and page numbers are no part of the document."""
    lines = [(no, line.translate(_INVISIBLE).strip()) for no, line in enumerate(unified(text).split("\n"), start=1)]
    return [(no, line) for no, line in lines if line and not PAGE_LINE.fullmatch(line)]


def unified(text: str) -> str:
    """One kind of line end and no byte order mark, so that a file and the same text from a form are the same."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def mark_of(text: str) -> str:
    """ "chapter", the style of an item mark, or "" for text without a mark."""
    if CHAPTER.match(text):
        return "chapter"
    return next((style for style, pattern in ITEMS if pattern.match(text)), "")


def paragraphs(text: str) -> list[Passage]:
    blocks: list[list[tuple[int, str]]] = []
    lines = clean_lines(text)
    issuer = next((line.removesuffix("文件") for _no, line in lines[:5] if line.endswith("文件")), "")
    for no, line in lines:
        if blocks and _goes_on(blocks[-1], line, issuer):
            blocks[-1].append((no, line))
        else:
            blocks.append([(no, line)])
    return [_passage(block) for block in blocks]


def normalised(text: str) -> str:
    """The source as the parts of a document must give it back."""
    return "".join(passage.text for passage in paragraphs(text))


def is_ended(text: str) -> bool:
    return text.rstrip(words.CLOSERS)[-1:] in words.SENTENCE_END + "：:；"


def is_open(text: str) -> bool:
    return any(text.count(left) > text.count(right) for left, right in words.PAIRS.items())


def _goes_on(block: list[tuple[int, str]], line: str, issuer: str) -> bool:
    """Does `line` continue the paragraph, i.e. was it broken by the layout only?"""
    text = "".join(part for _no, part in block)
    if line == issuer or DATE_LINE.fullmatch(line) or COPY_LINE.match(line) or ATTACHMENT.match(line):
        return False
    mark, own = mark_of(line), mark_of(text)
    if mark == "chapter" or (mark and (is_ended(text) or own)):
        return False
    if is_open(text) and len(block) < _LONGEST_QUOTE:
        return True
    if is_ended(text):
        return False
    if text[-1] in "，、,—":
        return True
    if own == "chapter" or (own in ("（一）", "1.") and not PROSE.search(text)):
        return False  # a heading stands alone
    return bool(own or PROSE.search(text)) and not DATE_LINE.search(text[-14:])


def _passage(block: list[tuple[int, str]]) -> Passage:
    text, marks = "", []
    for no, line in block:
        if text and text[-1].isascii() and line[0].isascii() and text[-1].isalnum() and line[0].isalnum():
            text += " "  # two words of another script, not one
        marks.append((len(text), no))
        text += line
    return Passage(text, tuple(marks))
