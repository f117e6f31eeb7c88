"""What guessing leaves behind: tries that count against a limit, codes that are spent or kept for a bad day."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.accounts.models.people import User
from portal.kit.fields import EncryptedTextField


class Try(models.Model):
    """A try to get in that failed, or is being checked at this moment. One that succeeds takes its row away.

    Counted in PostgreSQL, so that the limits hold while Redis is away (P-AUTH4). Holds keyed hashes, nothing typed.
    """

    class What(models.TextChoices):
        LOGIN = "login", _("登录")
        CODE = "code", _("验证码")
        RESET = "reset", _("重设密码")

    at = models.DateTimeField(_("时间"), db_index=True)
    what = models.CharField(_("哪一步"), max_length=8, choices=What)
    #: Keyed hash of the account, or of what was typed where there is no such account: both count alike.
    account = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    #: From a device on which this account has signed in before: such tries have a budget of their own.
    known = models.BooleanField(_("用过的电脑"))
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="tries", verbose_name=_("账号"))

    class Meta:
        indexes = [
            models.Index(fields=["account", "what", "at"], name="try_by_account"),
            models.Index(fields=["address", "what", "at"], name="try_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d %H:%M:%S}"


class FormerContact(models.Model):
    """Where an account's owner could be reached before: for a day told of what touches its safety (P-AUTH6).

    Written by the trigger ``contact_changed`` alone; the telephone is the sealed value as it stood in the account.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="former_contacts")
    email = models.EmailField(_("原来的邮箱"), blank=True)
    phone = EncryptedTextField(_("原来的手机"), context="accounts.user.phone", blank=True)
    at = models.DateTimeField(_("换掉"))

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d %H:%M:%S}"


class RecoveryCode(models.Model):
    """One of a set of codes for the day when the telephone is away: a salted hash of it, and when it was spent.

    The whole set has one salt, so that a typed code is hashed once and then looked for.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    salt = models.CharField(max_length=32)
    made_at = models.DateTimeField(_("做好"))
    spent_at = models.DateTimeField(_("用掉"), null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.made_at:%Y-%m-%d %H:%M:%S}"


class SpentCode(models.Model):
    """A code of an authenticator that was accepted. The constraint makes it work once (P-AUTH2), whatever the cache
    remembers.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="code_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d %H:%M:%S}"
