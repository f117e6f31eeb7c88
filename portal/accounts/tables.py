"""Lists of posts and accounts."""

import datetime
from dataclasses import replace

import django_filters
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models import DualAct, Post, Try, User
from portal.accounts.queries import TRIES_WINDOW
from portal.kit import days
from portal.kit.tables import Column, Empty, Listing, View, filter_label

SOON = datetime.timedelta(days=92)


class PostFilter(django_filters.FilterSet):
    role = django_filters.ChoiceFilter(
        label=gettext_lazy("岗位"), choices=Post.Role.choices, empty_label=filter_label(gettext_lazy("岗位"))
    )

    class Meta:
        model = Post
        fields = ["role"]


def _in_force(_actor) -> Q:
    today = days.today()
    return Q(since__lte=today) & (Q(until__isnull=True) | Q(until__gte=today))


def _ending(_actor) -> Q:
    today = days.today()
    return Q(since__lte=today, until__gte=today, until__lte=today + SOON)


def _until(post: Post) -> str:
    return f"{post.until:%Y-%m-%d}" if post.until else _("一直")


POSTS = Listing(
    key="posts",
    title=gettext_lazy("岗位"),
    noun=gettext_lazy("个"),
    columns=(
        Column("who", gettext_lazy("谁"), value="user.name", phone="k", sort="user__name", fixed=True),
        Column("login", gettext_lazy("用户名"), value="user.username", css="sub", phone="l", sort="user__username"),
        Column("role", gettext_lazy("岗位"), value=lambda post: post.get_role_display(), phone="s", sort="role"),
        Column("unit", gettext_lazy("单位"), value="organization.name", phone="w", sort="organization__pinyin"),
        Column("since", gettext_lazy("起"), value=lambda post: f"{post.since:%Y-%m-%d}", css="num", sort="since"),
        Column("until", gettext_lazy("止"), value=_until, css="num", sort="until"),
        Column("by", gettext_lazy("授予人"), value="granted_by.name", default=False),
        Column("second", gettext_lazy("确认人"), value="confirmed_by.name", default=False),
    ),
    search=("user__name", "^user__username", "organization__name"),
    search_hint=gettext_lazy("姓名、用户名、单位"),
    filters=PostFilter,
    views=(
        View("now", gettext_lazy("现任"), _in_force),
        View("ending", gettext_lazy("三个月内到期"), _ending),
        View("emergency", gettext_lazy("紧急授予的"), Q(emergency=True)),
        View("all", gettext_lazy("全部")),
    ),
    order=("organization__pinyin", "role"),
    empty=Empty(gettext_lazy("还没有岗位"), gettext_lazy("授予以后列在这里。")),
)


def _ended(post: Post) -> bool:
    return post.until is not None and post.until < days.today()


#: The same list with the way to take a post away.
POSTS_TO_END = replace(
    POSTS,
    columns=(
        *POSTS.columns,
        Column(
            "end",
            gettext_lazy("办理"),
            phone="w",
            export=False,
            fixed=True,
            value=lambda post: "" if _ended(post) else _("收回…"),
            link=lambda post: "" if _ended(post) else reverse("accounts:post_end", args=[post.pk]),
        ),
    ),
)


def _state(user: User) -> str:
    if not user.is_active:
        return format_html('<span class="tag bad">{}</span>', _("停用"))
    return format_html('<span class="tag good">{}</span>', _("在用"))


def _tried(_actor) -> Q:
    """Accounts at which strangers failed in the last five minutes."""
    return Q(pk__in=Try.objects.filter(at__gt=days.now() - TRIES_WINDOW, known=False).values("user"))


USERS = Listing(
    key="users",
    title=gettext_lazy("账号"),
    noun=gettext_lazy("个"),
    columns=(
        Column(
            "name",
            gettext_lazy("姓名"),
            phone="k",
            sort="name",
            fixed=True,
            link=lambda user: reverse("accounts:user", args=[user.pk]),
        ),
        Column("username", gettext_lazy("用户名"), css="sub", sort="username"),
        Column("posts", gettext_lazy("现任岗位"), value="post_count", css="n", phone="h"),
        Column("second", gettext_lazy("两步验证"), value=lambda user: _("开了") if user.second_factor else _("没开")),
        Column(
            "seen",
            gettext_lazy("上次登录"),
            css="num",
            sort="last_login",
            value=lambda user: f"{days.local(user.last_login):%Y-%m-%d %H:%M}" if user.last_login else _("没登录过"),
        ),
        Column("state", gettext_lazy("情形"), value=_state, phone="s"),
    ),
    search=("name", "^username"),
    search_hint=gettext_lazy("姓名、用户名"),
    views=(
        View("active", gettext_lazy("在用"), Q(is_active=True)),
        View("stopped", gettext_lazy("停用"), Q(is_active=False)),
        View("locked", gettext_lazy("有人在试密码"), _tried),
        View("all", gettext_lazy("全部")),
    ),
    order=("name",),
    empty=Empty(gettext_lazy("还没有账号"), gettext_lazy("开通以后列在这里。")),
)

DUALS = Listing(
    key="duals",
    title=gettext_lazy("双人办理"),
    noun=gettext_lazy("件"),
    columns=(
        Column(
            "who",
            gettext_lazy("给谁"),
            value="user.name",
            phone="k",
            fixed=True,
            link=lambda act: reverse("accounts:dual", args=[act.pk]),
        ),
        Column("what", gettext_lazy("事项"), value=str, phone="w"),
        Column("asked_by", gettext_lazy("提出人"), value="asked_by.name"),
        Column(
            "asked_at",
            gettext_lazy("提出"),
            css="num",
            sort="asked_at",
            value=lambda act: f"{days.local(act.asked_at):%Y-%m-%d %H:%M}",
        ),
        Column("second", gettext_lazy("第二人"), value="answered_by.name"),
        Column("state", gettext_lazy("情形"), value=lambda act: act.get_state_display(), phone="s"),
    ),
    search=("user__name", "^user__username"),
    search_hint=gettext_lazy("姓名、用户名"),
    views=(
        View("waiting", gettext_lazy("等第二人"), Q(state=DualAct.State.WAITING)),
        View("all", gettext_lazy("全部")),
    ),
    order=("-asked_at",),
    empty=Empty(gettext_lazy("没有等确认的"), gettext_lazy("一位安全管理员提出以后，在这里等另一位。")),
)

LISTINGS = (POSTS, USERS, DUALS)
