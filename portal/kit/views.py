"""The living page of components: each thing is drawn here once, from the same templates that the pages use."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from portal.kit.access import access
from portal.kit.dialogs import confirm
from portal.kit.figures import Meter, Pips, marked
from portal.kit.forms import CountedTextarea, DateInput, MoneyInput, NumberInput, PickRadio

STATES = (
    ("draft", _("草稿"), _("在单位手里，还没交")),
    ("review", _("审核中"), _("在某一级的桌上")),
    ("returned", _("退回补正"), _("等单位改，有期限")),
    ("judging", _("评审中"), _("专家在评")),
    ("shortlist", _("拟定名单"), _("已排名，等公示")),
    ("notice", _("公示中"), _("公众看得到")),
    ("passed-up", _("已上报"), _("送到上级，等回音")),
    ("reserve", _("候补"), _("有空额才递补")),
    ("approved", _("通过"), _("成了")),
    ("refused", _("不通过"), _("没成，理由在经过里")),
    ("withdrawn", _("撤回"), _("单位自己收回")),
    ("lapsed", _("逾期"), _("过了截止没交齐")),
    ("revoked", _("撤销"), _("得了又被取消")),
)


class SampleForm(forms.Form):
    """One field of each kind."""

    number = forms.RegexField(
        r"^\d{18}$", label=_("证件号"), error_messages={"invalid": _("居民身份证 18 位，现在 17 位，少 1 位。")}
    )
    hired = forms.DateField(label=_("入校日期"), widget=DateInput())
    title = forms.ChoiceField(
        label=_("职称"), choices=[("", _("没有")), ("a", _("中学高级教师"))], required=False, help_text=_("以聘书为准")
    )
    votes = forms.IntegerField(label=_("同意"), widget=NumberInput(), min_value=0)
    amount = forms.CharField(label=_("金额"), widget=MoneyInput(), required=False)
    keep = forms.ChoiceField(
        label=_("证件号不一样"),
        widget=PickRadio(),
        choices=[("sheet", _("用表格的")), ("ours", _("留系统的")), ("none", _("不动"))],
    )
    story = forms.CharField(label=_("事迹"), widget=CountedTextarea(limit=1500, rows=4))
    consent = forms.BooleanField(label=_("已征得本人同意公开事迹"))


def _findings() -> list[dict[str, Any]]:
    return [
        {
            "title": _("女职工不低于 50%"),
            "figure": "47.8%",
            "state": "short",
            "meter": Meter(47.8, 50, 100, _("女职工 47.8%，要求不低于 50%"), good=False),
            "sentence": mark_safe("23 人中女 11 人，<b>少 1 人</b>，差 2.2 个百分点。"),  # nosec B308 # a literal
            "cure": _("花名册里有 1 人没填性别，去补上"),
            "cure_url": "#c3",
        },
        {
            "title": _("县处级不高于 20%"),
            "figure": "20.0%",
            "state": "near",
            "meter": Meter(20, 20, 100, _("县处级 20%，要求不高于 20%")),
            "sentence": _("12 / 60 人，正好到顶，再加 1 人就超。"),
        },
        {
            "title": _("名额"),
            "figure": "2 / 3",
            "state": "good",
            "meter": Pips(2, 3, _("名额 3 个，用了 2 个")),
            "sentence": _("还剩 1 个。"),
        },
    ]


def _sample() -> SampleForm:
    typed = {"number": "31011019850230122", "hired": "2026-13-01", "votes": "119", "story": "从教 18 年。"}
    return SampleForm({**typed, "consent": "on"}, auto_id="x-%s")


@access("home", "read", methods=("GET",))
def components(request: HttpRequest) -> HttpResponse:
    """Every component with sample content."""
    context = {
        "title": _("组件"),
        "states": [(format_html('<span class="st st-{}">{}</span>', css, label), text) for css, label, text in STATES],
        "form": _sample(),
        "findings": _findings(),
        "desks": [
            {"name": _("学校"), "lines": [_("11月9日 交")], "state": "done"},
            {"name": _("闵行区"), "lines": [_("退回，等学校改")], "state": "back here"},
            {"name": _("市"), "lines": [], "state": ""},
        ],
        "events": [
            {"title": _("到市教育工会"), "meta": _("11月20日 15:10"), "mark": "now"},
            {"title": _("退回补正"), "meta": _("11月17日 10:26，沈怡"), "quote": _("票数对不上。"), "mark": "back"},
            {"title": _("学校提交"), "meta": _("11月9日 09:12"), "mark": ""},
        ],
        "changes": [
            {"label": _("同意"), "html": marked("121", "119"), "asked": True},
            {"label": _("联系电话"), "html": marked("021-5555 0171", "021-5555 0177"), "asked": False},
        ],
        "groups": [(_("今天到期"), [_todo(_("三八红旗手推荐 · 审核"), "now", _("今天 17:00"), _("审核 14 件"))])],
        "files": [
            {
                "name": _("推荐审批表"),
                "detail": "1.2 MB",
                "state": "have",
                "required": True,
                "url": "#c11",
                "verb": _("看"),
            },
            {
                "name": _("教代会会议纪要"),
                "detail": _("PDF 或照片"),
                "state": "want",
                "required": True,
                "upload_url": "#c11",
            },
        ],
        "job": {"state": "running", "percent": 63, "text": _("正在写第 24,320 行，约剩 20 秒"), "done": False},
    }
    return render(request, "kit/components.html", context)


def _todo(title: str, css: str, due: str, verb: str) -> dict[str, Any]:
    detail = _("最久的已停 4 个工作日")
    return {"title": title, "detail": detail, "url": "#c12", "verb": verb, "due": {"css": css, "text": due}}


@access("home", "read", methods=("GET",))
def sample_dialog(request: HttpRequest) -> HttpResponse:
    """A dialog that changes nothing, to look at."""
    return confirm(
        request,
        title=_("退回周敏芳的推荐，让学校补正"),
        lead=_("名额保留，抄送闵行区。"),
        text=_("说清哪一处要改，学校照原样看到。"),
        verb=_("退回，请改 2 处"),
        way_out=_("先不退"),
        back="/kit/components/",
    )
