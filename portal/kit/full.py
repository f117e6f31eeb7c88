"""A full disk, recognised."""

import errno

from django.utils.translation import gettext_lazy as _

NO_ROOM = _("门户的存储满了，暂时收不了文件，已经告诉管理员。填的内容都还在，过一会儿再传")

NO_ROOM_FOR_RESULT = _("门户的存储满了，做好的文件放不下，没有留下半份。已经告诉管理员，腾出地方以后再做一次")


def is_full(problem: BaseException | None) -> bool:
    """Whether an error, or what it was raised from, says that there is no room to write: disk, quota, or the size a
    file may have.
    """
    while problem is not None:
        if isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return True
        problem = problem.__cause__ or problem.__context__
    return False
