"""Who may do what: the one matrix from which guards, menus, tests and docs/permissions.md are derived.

Pure data, no imports from the project. Shape: resource -> action -> "role@scope …".

Roles: ``anonymous`` (not signed in), ``teacher`` (signed in, no post), and the roles of a Post.
Scopes: ``own`` (my own person or my own rows), ``unit`` (the organisation of the acting post),
``tree`` (that organisation and everything below it), ``all``. The matrix answers "may this role ever do this";
*which rows* is answered by ``visible_to``, *which moves* by ``programs.duties.holds``. What is not granted is a 404.
"""

from collections.abc import Mapping

ROLES: dict[str, str] = {
    "anonymous": "未登录",
    "teacher": "教职工",
    "chair": "工会主席",
    "clerk": "工会经办",
    "officer": "工作人员",
    "leader": "分管领导",
    "supervisor": "监督",
    "auditor": "经审",
    "system": "系统管理员",
    "security": "安全管理员",
    "log": "日志管理员",
}
#: Roles whose holders need a second factor: they decide about other people or see other people's data.
STAFF_ROLES = frozenset({"officer", "leader", "supervisor", "auditor", "system", "security", "log"})
SCOPES = ("own", "unit", "tree", "all")

_SIGNED_IN = " ".join(f"{role}@own" for role in ROLES if role != "anonymous")
_EVERYONE = "anonymous@all " + " ".join(f"{role}@all" for role in ROLES if role != "anonymous")
_POSTS = " ".join(f"{role}@all" for role in ROLES if role not in ("anonymous", "teacher"))

_MATRIX: dict[str, dict[str, str]] = {
    "public": {"read": _EVERYONE},
    "health": {"read": _EVERYONE},
    "home": {"read": _SIGNED_IN},
    "account": {"update": _SIGNED_IN, "confirm": _SIGNED_IN, "recover": _SIGNED_IN},
    "hook": {"read": "chair@unit officer@unit", "update": "chair@unit officer@unit"},
    "token": {"read": _SIGNED_IN, "create": _SIGNED_IN, "revoke": _SIGNED_IN},
    "message": {"read": _SIGNED_IN, "update": _SIGNED_IN},
    "delivery": {"read": "system@all", "resend": "system@all"},
    "job": {"read": _SIGNED_IN, "cancel": _SIGNED_IN},
    "organization": {
        "read": "chair@tree clerk@tree officer@tree leader@tree auditor@all supervisor@all",
        "update": "chair@unit clerk@unit officer@tree",
        "change": "officer@tree",
        "import": "officer@tree",
        "export": "officer@tree auditor@all",
    },
    "member": {
        "read": "teacher@own chair@tree clerk@tree officer@tree leader@tree auditor@all",
        "update": "chair@tree clerk@tree officer@tree",
        "merge": "officer@tree",
        "import": "chair@tree clerk@tree officer@tree",
        "export": "chair@tree clerk@tree officer@tree auditor@all",
        "plain": "chair@tree officer@tree auditor@all",
    },
    "post": {
        "read": "officer@tree security@all auditor@all log@all",
        "grant": "security@all",
        "hand_over": "chair@unit clerk@unit officer@tree",
    },
    "invitation": {"create": "officer@tree", "accept": _EVERYONE},
    "dual": {"read": "security@all auditor@all log@all", "answer": "security@all"},
    "calendar": {"read": _POSTS, "update": "officer@all"},
    "plan": {"read": _POSTS, "update": "officer@unit leader@unit"},
    "call": {
        "read": "chair@all clerk@all officer@all leader@all auditor@all supervisor@all",
        "create": "officer@unit",
        "update": "officer@unit",
        "publish": "officer@unit",
        "amend": "officer@unit",
        "confirm": "officer@unit leader@unit",
    },
    "places": {"share": "chair@unit officer@unit", "issue": "officer@unit"},
    "passing": {"read": "officer@unit leader@unit auditor@all", "create": "officer@unit", "import": "officer@unit"},
    "bulletin": {"read": "officer@unit leader@unit auditor@all", "create": "officer@unit"},
    "entry": {
        "read": "teacher@own chair@tree clerk@tree officer@tree leader@tree auditor@all",
        "create": "chair@unit clerk@unit officer@unit",
        "update": "chair@unit clerk@unit officer@unit",
        "move": "chair@tree clerk@unit officer@tree leader@tree",
        "export": "chair@tree clerk@tree officer@tree leader@tree auditor@all",
    },
    "slate": {"read": "officer@unit leader@unit auditor@all", "update": "officer@unit"},
    "notice": {
        "read": "officer@unit leader@unit supervisor@unit auditor@all",
        "create": "officer@unit",
        "update": "officer@unit",
    },
    "objection": {"create": _EVERYONE, "read": "supervisor@unit auditor@all", "review": "supervisor@unit"},
    "decision": {"read": "officer@unit leader@unit auditor@all", "create": "officer@unit", "decide": "leader@unit"},
    "honour": {
        "read": "teacher@own chair@tree clerk@tree officer@tree leader@tree auditor@all",
        "revoke": "leader@unit",
        "import": "officer@unit",
        "export": "officer@tree leader@tree auditor@all",
    },
    "certificate": {"read": "officer@unit leader@unit auditor@all", "create": "officer@unit"},
    "export": {
        "read": "chair@tree clerk@own officer@tree leader@tree auditor@all log@own",
        "create": "chair@own clerk@own officer@own leader@own auditor@own log@own",
        "approve": "chair@tree officer@tree leader@tree",
    },
    "own": {"read": _SIGNED_IN, "update": _SIGNED_IN, "copy": _SIGNED_IN},
    "wish": {"read": "chair@tree clerk@tree officer@tree auditor@all", "decide": "chair@tree clerk@tree officer@tree"},
    "consent": {"read": "officer@all auditor@all supervisor@all", "update": "officer@all"},
    "retention": {"read": "officer@all auditor@all system@all log@all", "update": "officer@all"},
    "trail": {"read": "auditor@all log@all", "export": "auditor@all log@all"},
}


def _parse(cell: str) -> Mapping[str, str]:
    return dict(part.split("@") for part in cell.split())


MATRIX: dict[str, dict[str, Mapping[str, str]]] = {
    resource: {action: _parse(cell) for action, cell in actions.items()} for resource, actions in _MATRIX.items()
}

#: Acts that want the password or the second factor typed within the last ten minutes (P-AUTH7): what shows or takes
#: along personal data, what gives or takes rights, what decides for good. A mark with "export" is the list's export.
FRESH = frozenset(
    {
        ("member", "plain"),
        ("member", "export"),
        ("honour", "export"),
        ("entry", "export"),
        ("trail", "export"),
        ("export", "create"),
        ("export", "approve"),
        ("invitation", "create"),
        ("post", "hand_over"),
        ("retention", "update"),
        ("own", "copy"),
        ("account", "confirm"),
        ("account", "recover"),
        ("post", "grant"),
        ("dual", "answer"),
        ("token", "create"),
        ("hook", "update"),
        ("decision", "decide"),
        ("honour", "revoke"),
    }
)
#: The same for third-party pages, where something is sent.
VENDOR_FRESH = frozenset({"account_email", "mfa_deactivate_totp", "usersessions_list"})

#: URL names of third-party views that carry no ``access`` mark of ours, each with the roles that may open them.
VENDOR_PUBLIC = frozenset(
    {
        "account_login",
        "account_logout",
        "account_signup",
        "account_inactive",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_confirm_email",
        "account_email_verification_sent",
        "mfa_authenticate",
    }
)
#: There, but not used here: open to nobody.
VENDOR_CLOSED = frozenset({"account_confirm_login_code"})
VENDOR_SIGNED_IN = frozenset(
    {
        "account_email",
        "account_change_password",
        "account_set_password",
        "account_reauthenticate",
        "mfa_index",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "usersessions_list",
    }
)


def scope(role: str, resource: str, action: str) -> str | None:
    """Scope that ``role`` has for ``action`` on ``resource``, or None for nothing at all. Unknown words raise
    KeyError.
    """
    return MATRIX[resource][action].get(role)


def may_export(role: str, resource: str) -> bool:
    """Whether the role may take lists of the resource along: by its ``export`` line, else whoever may read it."""
    actions = MATRIX[resource]
    wanted = "export" if "export" in actions else "read"
    return wanted in actions and scope(role, resource, wanted) is not None
