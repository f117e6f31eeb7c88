"""The one exception whose Chinese text is shown to the user as it stands."""


class Refused(Exception):
    """An act that the rules do not allow.

    ``message`` names the rule, the figure and the way on; ``field`` is the form field it belongs to, if any.
    """

    #: The answer's status where no form catches it.
    status = 409

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = str(message)
        self.field = field

    def __str__(self) -> str:
        return self.message


class TooMuch(Refused):
    """More than a file, a case or an account may take of the store."""

    status = 413


class NoRoom(Refused):
    """The store itself is full."""

    status = 507
