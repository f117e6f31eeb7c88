"""A full disk, recognised."""

import errno

from django.utils.translation import gettext_lazy as _

NO_ROOM = _("门户的存储满了，暂时收不了文件，已经告诉管理员。填的内容都还在，过一会儿再传")


def is_full(problem: BaseException | None) -> bool:
    """Whether an error says that there is no room to write: disk, quota, or the size a file may have."""
    return isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
