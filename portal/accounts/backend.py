"""Password check by user name, phone or e-mail."""

from allauth.account.auth_backends import AuthenticationBackend

from portal.accounts.models import User
from portal.accounts.queries import by_login, with_posts


class Backend(AuthenticationBackend):
    """One account per typed login and one password check per try.

    allauth tries the address as a user name too and then hashes twice for known e-mails, once for unknown ones:
    the time would tell which accounts exist.
    """

    def get_user(self, user_id: int) -> User | None:
        """The account of a session together with its posts in force: what every request asks, in one query."""
        user = with_posts(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None

    def _authenticate(self, request, **credentials) -> User | None:
        login = credentials.get("email") or credentials.get("phone") or credentials.get("username") or ""
        return self._check_password(by_login(str(login)), credentials.get("password") or "")
