"""Small drawings of text and SVG attributes, never of styles: a meter with its bound, places as boxes, changes."""

from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.kit.text import ADD, CUT, diff_words


@dataclass(frozen=True)
class Meter:
    """A bar with its bound: ``value`` of ``maximum``, the line at ``limit``; good says on which side of it we are.

    ``before`` is a share of the same bar (0–1) that it had before a change that is only tried out: drawn dashed.
    """

    value: float
    limit: float
    maximum: float
    text: str
    good: bool = True
    before: float | None = None

    def __html__(self) -> str:
        return str(self)

    def __str__(self) -> SafeString:
        scale = 300 / self.maximum if self.maximum else 0
        width, bound = (f"{min(300, max(0, figure * scale)):.1f}" for figure in (self.value, self.limit))
        was = SafeString("")
        if self.before is not None:
            was = format_html('<rect class="was" y="2" width="{}" height="10" rx="3"/>', f"{self.before * 300:.1f}")
        return format_html(
            '<svg class="meter" viewBox="0 0 300 14" preserveAspectRatio="none" role="img" aria-label="{}">'
            '<rect class="bg" y="2" width="300" height="10" rx="3"/>'
            '<rect class="v {}" y="2" width="{}" height="10" rx="3"/>{}'
            '<line class="lim" x1="{}" x2="{}" y1="-2" y2="16"/></svg>',
            self.text, "good" if self.good else "short", width, was, bound, bound,
        )  # fmt: skip


@dataclass(frozen=True)
class Pips:
    """One box per place, for counts under a dozen."""

    used: int
    total: int
    text: str

    def __html__(self) -> str:
        return str(self)

    def __str__(self) -> SafeString:
        places = max(self.total, self.used, 1)
        step = 300 / places
        boxes = (
            (
                "v short" if n >= self.total else "v good" if n < self.used else "bg",
                f"{n * step:.1f}",
                f"{step - 4:.1f}",
            )
            for n in range(places)
        )
        drawn = format_html_join("", '<rect class="{}" x="{}" y="2" width="{}" height="10" rx="2"/>', boxes)
        return format_html(
            '<svg class="meter" viewBox="0 0 300 14" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
            self.text, drawn,
        )  # fmt: skip


@dataclass(frozen=True)
class Bars:
    """A few figures side by side, each with its name below and its number above."""

    bars: list[tuple[str, int]]
    text: str

    def __html__(self) -> str:
        return str(self)

    def __str__(self) -> SafeString:
        top = max((value for _name, value in self.bars), default=0) or 1
        step = 560 / max(len(self.bars), 1)
        width = min(64.0, step * 0.6)
        drawn = format_html_join(
            "",
            '<rect class="b0" x="{}" y="{}" width="{}" height="{}" rx="2"/>'
            '<text x="{}" y="{}" text-anchor="middle">{}</text><text x="{}" y="232" text-anchor="middle">{}</text>',
            (
                (
                    f"{n * step + (step - width) / 2:.1f}", f"{210 - 180 * value / top:.1f}", f"{width:.1f}",
                    f"{180 * value / top:.1f}", f"{(n + 0.5) * step:.1f}", f"{204 - 180 * value / top:.1f}",
                    f"{value:,}", f"{(n + 0.5) * step:.1f}", name,
                )
                for n, (name, value) in enumerate(self.bars)
            ),
        )  # fmt: skip
        return format_html(
            '<svg class="chart" viewBox="0 0 560 240" role="img" aria-label="{}">{}</svg>', self.text, drawn
        )


_TAGS = {CUT: "<del>{}</del>", ADD: "<ins>{}</ins>"}


def marked(before: str, after: str) -> SafeString:
    """What changed between two texts, with what went and what came marked, everything escaped."""
    runs = [format_html(_TAGS.get(run.op, "{}"), run.text) for run in diff_words(before, after)]
    return format_html_join("", "{}", ((run,) for run in runs))
