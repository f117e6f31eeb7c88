"""Who acts: a user and the post chosen in the header ("以…身份"). Every action takes one as ``by``."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Actor:
    """A user in one of their posts. ``post`` is None for a teacher without a post; both are None for the
    machine itself.
    """

    user: Any = None
    post: Any = None

    @property
    def role(self) -> str:
        """A role name of ``portal.policy.ROLES``."""
        if self.user is None or not self.user.is_authenticated:
            return "anonymous"
        return self.post.role if self.post else "teacher"

    @property
    def organization(self) -> Any:
        return self.post.organization if self.post else None

    @property
    def organization_id(self) -> int | None:
        return self.post.organization_id if self.post else None

    @property
    def member_id(self) -> int | None:
        """The person behind the account: separation rules count people, not accounts."""
        return self.user.member_id if self.user is not None and self.user.is_authenticated else None

    @property
    def person(self) -> str:
        """Key of the person for separation rules: the same for all accounts of one person."""
        return f"u{self.user.person}" if self.user else "machine"

    @cached_property
    def tree_ids(self) -> list[int] | None:
        """Ids of the acting organisation and all below it; None means the whole tree (the root's post)."""
        if self.organization is None:
            return []
        return None if self.organization.parent_id is None else self.organization.subtree_ids()

    def __str__(self) -> str:
        return f"{self.user.name} · {self.post}" if self.post else self.user.name if self.user else "系统"


SYSTEM = Actor()
