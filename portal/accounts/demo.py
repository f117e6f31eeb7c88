"""Demo accounts: one per role with the password below, and a chair or officer for every unit that reports to
the city.
"""

import datetime
import random

from django.contrib.auth.hashers import make_password

from portal.accounts.actions.invitations import invite
from portal.accounts.models import Post, User
from portal.core import trail
from portal.core.actor import SYSTEM, Actor
from portal.kit import crypto

PASSWORD = "Gonghui-2026"
SINCE = datetime.date(2024, 1, 1)
#: From this one's post on, the machine grants nobody anything more: it comes last.
SECOND_OFFICER = "secadmin2"

#: user name, name, [(role, organisation key)], member key, what to try
PEOPLE = (
    (
        "shenyi",
        "沈怡",
        [("officer", "city"), ("chair", "office")],
        "",
        "开一项评选、审核、拟定名单、公示、起草决定、做证书",
    ),
    ("luwenlan", "陆文澜", [("leader", "city")], "", "签发决定、处理成立的异议、撤销荣誉"),
    ("zhouzhengyan", "周正言", [("supervisor", "city")], "", "办理异议"),
    ("qianlixin", "钱立新", [("auditor", "city")], "", "查看全部、操作记录、验封"),
    ("xuruolin", "徐若琳", [("officer", "闵行")], "", "闵行区：审核学校的推荐、排名、上报"),
    ("zhujianping", "朱建平", [("chair", "闵行1")], "zhu", "景谷实验中学：推荐、补正、导入花名册"),
    ("hupeizhen", "胡佩珍", [("chair", "浦江大学")], "hu", "浦江大学：推荐、提交、补正"),
    ("yuguoqiang", "俞国强", [("clerk", "浦江大学")], "", "浦江大学经办：填推荐表"),
    ("zhouminfang", "周敏芳", [], "zhou", "教师本人：看自己的推荐和荣誉"),
    ("sysadmin", "系统管理员", [("system", "city")], "", "系统管理"),
    ("secadmin", "安全管理员", [("security", "city")], "", "开账号；提出授予岗位"),
    ("secadmin2", "安全管理员乙", [("security", "city")], "", "确认工作人员的岗位：这要两个人"),
    ("logadmin", "日志管理员", [("log", "city")], "", "操作记录"),
)
_LABEL = {"officer": "工作人员", "leader": "分管领导", "supervisor": "监督", "auditor": "经审", "chair": "主席",
          "clerk": "经办", "system": "系统", "security": "安全", "log": "日志"}  # fmt: skip
_PLACE = {
    "city": "市教育工会",
    "office": "机关部门工会",
    "闵行": "闵行区",
    "闵行1": "景谷实验中学",
    "浦江大学": "浦江大学",
}
ACCOUNTS = tuple(
    (login, PASSWORD, f"{name}（{'、'.join(_PLACE[o] + _LABEL[r] for r, o in posts) or '教职工'}）", tries)
    for login, name, posts, _member, tries in PEOPLE
)


def users(made: dict) -> None:
    """Accounts that can sign in, and their posts."""
    made["users"], hashed = {}, make_password(PASSWORD)
    for login, name, posts, member, _tries in PEOPLE:
        person = made["people"].get(member)
        user = User(username=login, name=name, email=f"{login}@example.cn", member=person, password=hashed)
        if person:
            user.phone, user.phone_index, user.phone_verified = person.phone, crypto.blind(person.phone, "phone"), True
        user.save()
        made["users"][login] = user
        for role, org in posts if login != SECOND_OFFICER else ():
            Post.objects.create(user=user, role=role, organization=made["orgs"][org], since=SINCE)
    trail.write(SYSTEM, "demo.users", made["users"]["shenyi"], change={"count": len(PEOPLE)})


def unit_accounts(made: dict) -> None:
    """One account per reporting unit and school, without a usable password: they receive messages and show as
    contacts.
    """
    held = {(org, role) for _l, _n, posts, _m, _t in PEOPLE for role, org in posts}
    made["contacts"], by_org = {}, {}
    for member in made["members"]:
        by_org.setdefault(member.organization_id, member)
    users, posts, rnd = [], [], random.Random(11)
    for key, org in made["orgs"].items():
        role = "officer" if org.kind in ("district", "vocational") else "chair"
        if not org.active or org.kind in ("city", "department") or (key, role) in held:
            continue
        member = by_org.get(org.pk)
        name = (
            member.name if member else rnd.choice("沈陆俞潘施") + rnd.choice(["文婷", "国平", "建华", "晓云", "志强"])
        )
        user = User(username=f"u{org.code.lower()}", name=name, member=member, password=make_password(None))
        users.append(user)
        posts.append(Post(user=user, role=role, organization=org, since=SINCE))
        made["contacts"][key] = (user, posts[-1])
    User.objects.bulk_create(users)
    Post.objects.bulk_create(posts)


def invitation(made: dict) -> None:
    """One that waits: the clerk of a school."""
    who = made["users"]["xuruolin"]
    officer = Actor(who, who.posts.select_related("organization").first())
    invite(officer, made["orgs"]["闵行4"], "clerk", "丁若琳", phone="13677770001")


def second_officer(made: dict) -> None:
    """Two security officers: the founding is over."""
    user = made["users"][SECOND_OFFICER]
    Post.objects.create(user=user, role="security", organization=made["orgs"]["city"], since=SINCE)


STEPS = (users, unit_accounts, invitation, second_officer)
