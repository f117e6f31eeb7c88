"""Switching identity; posts and accounts for security administrators."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Count, Exists, F, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from portal import policy
from portal.accounts import actions, queries, stepup
from portal.accounts.forms import AccountForm, GrantForm, ReasonForm
from portal.accounts.models import Post
from portal.accounts.tables import POSTS, POSTS_TO_END, USERS
from portal.kit import days
from portal.kit.access import access
from portal.kit.dialogs import confirm, toast
from portal.kit.forms import first_time, form_page, give_back, refuse
from portal.kit.refusal import Refused
from portal.kit.tables import Act, listing_page


def _may_grant(request: HttpRequest) -> bool:
    return policy.scope(request.actor.role, "post", "grant") is not None


@access("account", "update", methods=("POST",))
def act_as(request: HttpRequest) -> HttpResponse:
    """Act in one of one's own posts; 0 is oneself, in no post."""
    wanted = request.POST.get("post", "")
    post = next((one for one in request.posts if str(one.pk) == wanted), None)
    if post is None and wanted != "0":
        raise Http404
    actions.act_as(request, post)
    back = request.POST.get("next", "/")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "/")


@access("account", "confirm")
def again(request: HttpRequest) -> HttpResponse:
    """Where the API sends a session before a sensitive act: the guard has asked before a POST comes this far."""
    if request.method != "POST":
        return stepup.ask(request, back="/")
    toast(request, _("确认过了，十分钟内不再问"))
    return redirect("/")


@sensitive_variables("codes")
@access("account", "recover")
def recovery(request: HttpRequest) -> HttpResponse:
    """A new set of recovery codes, drawn once in the answer to this form. Sent twice, the last set is the one shown."""
    left = request.user.recovery_left
    if request.method == "POST":
        return render(request, "accounts/recovery.html", {"codes": actions.make_codes(request.actor)})
    void = _("原来没用的 %(left)d 个马上作废。") % {"left": left} if left else ""
    return confirm(
        request, title=_("另做一套备用码？") if left else _("做一套备用码？"), verb=_("做一套"), way_out=_("先不做"),
        text=void or _("手机不在身边时，一个码可以登录一次。"), back=reverse("mfa_index"),
    )  # fmt: skip


# ── posts ──
@access("post", "read", methods=("GET",))
def posts(request: HttpRequest) -> HttpResponse:
    """Who holds which post; security administrators may also grant and take away."""
    rows = Post.objects.visible_to(request.actor).select_related("user", "organization", "granted_by", "confirmed_by")
    acts = [Act(_("授予岗位"), reverse("accounts:post_grant"), primary=True)] if _may_grant(request) else []
    return listing_page(
        request, POSTS_TO_END if acts else POSTS, rows, acts=acts, lead=_("授予、收回都记在操作记录里。")
    )


def _grant(request: HttpRequest, wanted: dict) -> HttpResponse:
    """A unit's post at once, a staff post through the second officer, or until tomorrow with the alarm going off."""
    name = {"name": wanted["user"].name}
    if wanted.pop("emergency"):
        held = ("user", "role", "organization", "note")
        post = actions.grant_in_emergency(request.actor, **{key: wanted[key] for key in held})
        toast(request, _("已紧急授予%(name)s，到 %(until)s，警报已发") % {**name, "until": post.until})
    elif wanted["role"] in policy.STAFF_ROLES:
        act = actions.ask_post(request.actor, **wanted)
        toast(request, _("已提出：%(name)s，%(act)s。等另一位安全管理员确认") % {**name, "act": act})
        return redirect("accounts:dual", act.pk)
    else:
        post = actions.grant_post(request.actor, **wanted)
        toast(request, _("已授予：%(name)s，%(post)s") % {**name, "post": post})
    return redirect("accounts:posts")


@access("post", "grant")
def post_grant(request: HttpRequest) -> HttpResponse:
    form = GrantForm(request.POST or None, initial={"user": request.GET.get("user", "")})
    if request.method == "POST" and form.is_valid():
        if not first_time(request):
            return redirect("accounts:posts")
        try:
            return _grant(request, dict(form.cleaned_data))
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
    crumbs = [(_("岗位"), reverse("accounts:posts"))]
    return form_page(
        request,
        form,
        title=_("授予岗位"),
        crumbs=crumbs,
        submit=_("授予"),
        back=(_("先不授予"), reverse("accounts:posts")),
        lead=_("主席、经办授予后马上生效；工作人员的岗位要另一位安全管理员确认。经审和三类管理员不兼别的岗位。"),
    )


@access("post", "grant")
def post_end(request: HttpRequest, post_id: int) -> HttpResponse:
    post = get_object_or_404(Post.objects.visible_to(request.actor).select_related("user", "organization"), pk=post_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_post(request.actor, post.pk, form.cleaned_data["note"])
        except Refused as refusal:
            refuse(form, refusal)
        else:
            toast(request, _("已收回：%(name)s，%(post)s") % {"name": post.user.name, "post": post})
            return redirect("accounts:posts")
    title = _("收回%(name)s的“%(post)s”？") % {"name": post.user.name, "post": post}
    return confirm(
        request,
        title=title,
        lead=_("马上生效，他下一次点击就按收回后的身份。"),
        verb=_("收回"),
        grave=True,
        back=reverse("accounts:posts"),
        way_out=_("先不收回"),
        form=form,
    )


# ── accounts ──
@access("post", "grant", methods=("GET",))
def users(request: HttpRequest) -> HttpResponse:
    today = days.today()
    current = Q(posts__since__lte=today) & (Q(posts__until__isnull=True) | Q(posts__until__gte=today))
    second = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    rows = queries.users_for(request.actor).annotate(
        post_count=Count("posts", filter=current), second_factor=Exists(second)
    )
    return listing_page(request, USERS, rows, acts=[Act(_("开通账号"), reverse("accounts:user_create"), primary=True)])


@sensitive_variables("password")
@access("post", "grant")
def user_create(request: HttpRequest) -> HttpResponse:
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not first_time(request):
            return redirect("accounts:users")
        try:
            user, password = actions.create_user(request.actor, **form.cleaned_data)
        except Refused as refusal:
            give_back(request)
            refuse(form, refusal)
        else:
            return render(request, "accounts/password.html", {"account": user, "password": password, "fresh": True})
    return form_page(
        request,
        form,
        title=_("开通账号"),
        crumbs=[(_("账号"), reverse("accounts:users"))],
        submit=_("开通"),
        back=(_("先不开"), reverse("accounts:users")),
        lead=_("开通后显示一次初始密码，交给本人。"),
    )


@access("post", "grant", methods=("GET",))
def user(request: HttpRequest, user_id: int) -> HttpResponse:
    account = get_object_or_404(queries.users_for(request.actor), pk=user_id)
    held = Post.objects.filter(user=account).select_related("organization").order_by(F("until").desc(nulls_first=True))
    second = Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).exists()
    today = days.today()
    return render(
        request,
        "accounts/user.html",
        {
            "account": account,
            "facts": [
                (_("用户名"), account.username),
                (_("邮箱"), account.email or _("没有")),
                (_("手机"), _("有，能用来登录") if account.phone_index else _("没有")),
                (_("认人"), _("按证件号") if account.document_index else _("没填证件号，只按账号认")),
                (_("两步验证"), _("开了") if second else _("没开")),
                (
                    _("上次登录"),
                    f"{days.local(account.last_login):%Y-%m-%d %H:%M}" if account.last_login else _("没登录过"),
                ),
            ],
            "now": [post for post in held if not post.until or post.until >= today],
            "past": [post for post in held if post.until and post.until < today],
            "self": account.person == request.user.person,
            "second": second,
            "sessions": UserSession.objects.filter(user=account).count(),
            "tries": queries.recent_tries(account),
        },
    )


@sensitive_variables("password")
@access("post", "grant")
def user_password(request: HttpRequest, user_id: int) -> HttpResponse:
    """A new first password for somebody without an address."""
    account = get_object_or_404(queries.users_for(request.actor), pk=user_id)
    if request.method == "POST":
        account, password = actions.renew_password(request.actor, account.pk)
        return render(request, "accounts/password.html", {"account": account, "password": password})
    return confirm(
        request,
        title=_("重设%(name)s的密码？") % {"name": account.name},
        verb=_("重设密码"),
        way_out=_("先不重设"),
        lead=_("他现在的密码马上作废，登录着的电脑都退出。两步验证不变。"),
        back=reverse("accounts:user", args=[account.pk]),
    )


@access("post", "grant")
def user_active(request: HttpRequest, user_id: int) -> HttpResponse:
    """Stop or restore."""
    account = get_object_or_404(queries.users_for(request.actor), pk=user_id)
    form, stop = ReasonForm(request.POST or None), account.is_active
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_active(request.actor, account.pk, not stop, form.cleaned_data["note"])
        except Refused as refusal:
            refuse(form, refusal)
        else:
            toast(request, _("已停用") if stop else _("已恢复"))
            return redirect("accounts:user", account.pk)
    name = {"name": account.name}
    return confirm(
        request,
        title=_("停用%(name)s的账号？") % name if stop else _("恢复%(name)s的账号？") % name,
        lead=_("停用以后马上登录不了，办过的事都留着。") if stop else _("恢复以后用原来的密码登录。"),
        verb=_("停用") if stop else _("恢复"),
        grave=stop,
        back=reverse("accounts:user", args=[account.pk]),
        form=form,
    )
