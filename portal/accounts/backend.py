"""Password check by user name, phone or e-mail."""

from allauth.account.auth_backends import AuthenticationBackend

from portal.accounts.models import User
from portal.accounts.queries import by_login


class Backend(AuthenticationBackend):
    """One account per typed login and one password check per try.

    allauth tries the address as a user name too and then hashes twice for known e-mails, once for unknown ones:
    the time would tell which accounts exist.
    """

    def _authenticate(self, request, **credentials) -> User | None:
        login = credentials.get("email") or credentials.get("phone") or credentials.get("username") or ""
        return self._check_password(by_login(str(login)), credentials.get("password") or "")
