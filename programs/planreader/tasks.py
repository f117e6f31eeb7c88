"""From the running text of one item to its tasks: sentences, clauses, names, kinds. Pure; words in `words`."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from programs.planreader import words

_ADVERB = re.compile(rf"^(?:{'|'.join(words.ADVERBS)}|{words.WHEN})")
_STRONG = re.compile(rf"^(?:{'|'.join(words.STRONG_VERBS)})")
_HALF = re.compile(rf"^(?:{'|'.join(words.HALF_VERBS)})")
_PATTERNS = tuple(re.compile(pattern) for pattern in words.STRONG_PATTERNS)
_MANNER = re.compile(rf"^(?:{'|'.join(words.MANNERS)})")
_CALLING = re.compile(rf"^{words.CALLING_TOGETHER}[，；]?$")
_WEAK = re.compile("|".join((*words.STRONG_VERBS, *words.WEAK_VERBS)))
_QUOTED = re.compile(r"“([^“”]{2,40})”|\"([^\"“”]{2,40})\"|《([^《》]{2,60})》")
_WHEN = re.compile(words.WHEN)
_LEADING = re.compile(r"^(?:参加|参与|发挥|入围|的|了|对|向|在)+")
_HOLE = "□"  # stands where a quoted name was
TITLE_LENGTH = 60


@dataclass(frozen=True)
class Passage:
    """A piece of the source that still knows from which line of the file each character comes."""

    text: str
    marks: tuple[tuple[int, int], ...]  # (offset, line): from this offset on the text stands in this line

    @property
    def line(self) -> int:
        return self.marks[0][1]

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(line for _offset, line in self.marks))

    def cut(self, start: int, end: int | None = None) -> "Passage":
        end = len(self.text) if end is None else end
        before = [line for offset, line in self.marks if offset <= start]
        later = [(offset - start, line) for offset, line in self.marks if start < offset < end]
        return Passage(self.text[start:end], ((0, before[-1] if before else self.line), *later))


@dataclass(frozen=True)
class Task:
    text: str
    title: str
    lines: tuple[int, ...]
    names: tuple[str, ...]
    kind: str
    when: tuple[str, ...]
    announced: bool = True  # False: no verb of the tables was found, the whole sentence was taken

    @property
    def line(self) -> int:
        return self.lines[0]


def tasks_of(passage: Passage) -> tuple[Passage | None, list[Task]]:
    """The sentences before the first task (the item's preamble), then the tasks. Nothing is left over between them."""
    pieces = [piece for sentence in sentences(passage) for piece in _task_pieces(sentence)]
    if all(head is None for _piece, head in pieces):
        return None, [_task(piece, piece.text, announced=False) for piece, _head in pieces]
    offset, bounds = 0, []
    for piece, head in pieces:
        if head is not None:
            bounds.append((offset, head))
        offset += len(piece.text)
    ends = [start for start, _head in bounds[1:]] + [len(passage.text)]
    tasks = [_task(passage.cut(start, end), head) for (start, head), end in zip(bounds, ends, strict=True)]
    return (passage.cut(0, bounds[0][0]) if bounds[0][0] else None), tasks


def sentences(passage: Passage) -> list[Passage]:
    return _split(passage, words.SENTENCE_END, closers=words.CLOSERS)


def clauses(sentence: Passage) -> list[Passage]:
    return _split(sentence, words.CLAUSE_END)


def _split(passage: Passage, ends: str, closers: str = "") -> list[Passage]:
    """Cut after each of `ends` that stands outside quotation marks and brackets (unless they are not paired)."""
    text, cuts, depth = passage.text, [], 0
    paired = all(text.count(left) == text.count(right) for left, right in words.PAIRS.items())
    for index, char in enumerate(text):
        if char in words.PAIRS:
            depth += 1
        elif char in words.PAIRS.values():
            depth -= 1
        following = text[index + 1] if index + 1 < len(text) else ""
        ended = char in ends or (bool(closers) and char in closers and index > 0 and text[index - 1] in ends)
        if ended and (depth <= 0 or not paired) and not (following and following in closers):
            cuts.append(index + 1)
    starts = [0, *[cut for cut in cuts if cut < len(text)]]
    return [passage.cut(start, end) for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def _task_pieces(sentence: Passage) -> list[tuple[Passage, str | None]]:
    """(piece, heading clause or None): a sentence is cut before each clause that announces something of its own."""
    parts = clauses(sentence)
    heads = [index for index, part in enumerate(parts) if _announces(part.text)]
    if not heads:
        return [(sentence, sentence.text if _WEAK.search(sentence.text) else None)]
    cuts = [0]
    for previous, head in pairwise(heads):
        cut = head
        while cut - 1 > previous and _is_manner(parts[cut - 1].text):
            cut -= 1
        cuts.append(cut)
    offsets = [0]
    for part in parts:
        offsets.append(offsets[-1] + len(part.text))
    ends = [*cuts[1:], len(parts)]
    return [
        (sentence.cut(offsets[cut], offsets[end]), parts[head].text)
        for cut, end, head in zip(cuts, ends, heads, strict=True)
    ]


def bare(clause: str) -> str:
    """The clause without the adverbs and times in front of its verb."""
    text = clause.strip()
    while (match := _ADVERB.match(text)) and match.end() < len(text):
        text = text[match.end() :]
    return text


def _announces(clause: str) -> bool:
    text = bare(clause)
    if _CALLING.match(text):
        return False
    if _STRONG.match(text) or any(pattern.match(text) for pattern in _PATTERNS):
        return True
    return bool(_HALF.match(text)) and (bool(_QUOTED.search(text)) or any(word in text for word in words.OUTPUTS))


def _is_manner(clause: str) -> bool:
    text = bare(clause)
    return bool(_MANNER.match(clause.strip()) or _MANNER.match(text) or _CALLING.match(text))


def _task(passage: Passage, head: str, announced: bool = True) -> Task:
    parts = [part.text for part in clauses(Passage(head, ((0, 0),)))]
    first = next((part for part in parts if not _is_manner(part)), parts[0])
    title = bare(first).strip("，；。,;！ ") or head.strip()
    return Task(
        text=passage.text,
        title=_short(title),
        lines=passage.lines,
        names=names_in(passage.text, first),
        kind=kind_of(title, passage.text),
        when=tuple(dict.fromkeys(_WHEN.findall(_QUOTED.sub("", passage.text)))),
        announced=announced,
    )


def _short(title: str) -> str:
    """At most TITLE_LENGTH characters, cut after a whole name where there is one."""
    if len(title) <= TITLE_LENGTH:
        return title
    head = title[: TITLE_LENGTH - 1]
    return head[: max(head.rfind("”"), head.rfind("、") - 1, head.rfind("》")) + 1 or TITLE_LENGTH - 1] + "…"


def due_of(when: tuple[str, ...], year: int) -> date | None:
    """The last day of the latest span that the words of a task name; None when they name none."""
    days = [date(year, *words.DEADLINES[word]) for word in when if word in words.DEADLINES]
    for word in when:
        if match := re.match(words.MONTH, word):
            month = int(match[1])
            if 1 <= month <= 12:
                last = monthrange(year, month)[1]
                days.append(date(year, month, min(int(match[2] or last), last)))
    return max(days, default=None)


def kind_of(title: str, text: str = "") -> str:
    for place in (title, text):
        for kind, keywords in words.KINDS:
            if any(word in place for word in keywords):
                return kind
    return words.OTHER_KIND


def names_in(text: str, head: str = "") -> tuple[str, ...]:
    """Quoted names, then the events, awards and schemes that the announcing clause names without quotation marks."""
    quoted = (next(group for group in match.groups() if group) for match in _QUOTED.finditer(text))
    names = [name for name in dict.fromkeys(quoted) if name not in words.SLOGANS]
    plain = re.sub(r"（[^（）]{4,}）", "", _QUOTED.sub(_HOLE, head))
    for segment in re.split(r"[，。；、！,;]|和(?=第|上海|高校|职工)|(?<=竞赛|大赛|比赛|论坛)和|暨", plain):
        name = _event_name(segment)
        if name and not any(name in known or known in name for known in names):
            names.append(name)
    names += [short for short in words.ALIASES if short in text and not any(short in name for name in names)]
    return tuple(dict.fromkeys(names))


def _event_name(segment: str) -> str:
    ends = [segment.find(noun) + len(noun) for noun in words.EVENT_NOUNS if noun in segment]
    if not ends or _HOLE in segment:
        return ""
    name = _LEADING.sub("", segment[: max(ends)])
    while (match := _STRONG.match(name) or _HALF.match(name) or _ADVERB.match(name)) and match.end() < len(name):
        name = _LEADING.sub("", name[match.end() :])
    name = re.split(r"开展|举办|组织|等(?=线上|各类|多)", name)
    name = next((part for part in reversed(name) if any(noun in part for noun in words.EVENT_NOUNS)), "")
    return name if 3 <= len(name) <= 30 and "的" not in name else ""


def forms_of(name: str) -> set[str]:
    """Ways in which the same thing may be called: 三八红旗手（集体） is also 三八红旗手 and 三八红旗集体."""
    plain = re.sub(r"^(?:第[一二三四五六七八九十百\d]+届|\d{4}年)", "", name.strip())
    match = re.fullmatch(r"(.{2,})[（(]([^（）()]{1,6})[）)]", plain)
    forms = {plain}
    if match:
        stem, other = match.groups()
        forms |= {stem, stem + other, stem[: -len(other)] + other, stem[:-1] + other}
    forms |= {full for short, full in words.ALIASES.items() if short in plain}
    return {form for form in forms if len(form) >= 3}


def same_thing(name: str, title: str) -> bool:
    """May a task that names `name` be about the programme or call called `title`?"""
    titles = {core_of(title)} | forms_of(title)
    return any(form in other or (len(other) >= 3 and other in form) for form in forms_of(name) for other in titles)


def core_of(title: str) -> str:
    """A call's title without its year and what stands in brackets."""
    return re.sub(r"[（(][^（）()]*[）)]|^\d{4}年度?", "", title).strip()


def speaks_of(text: str, names: list[str], title: str) -> bool:
    """Does a task with this source and these names speak of the call called `title`?"""
    core = core_of(title)
    return (len(core) >= 4 and core in text) or any(same_thing(name, title) for name in names)
