"""The one exception whose Chinese text is shown to the user as it stands."""


class Refused(Exception):
    """An act that the rules do not allow.

    ``message`` names the rule, the figure and the way on; ``field`` is the form field it belongs to, if any.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = str(message)
        self.field = field

    def __str__(self) -> str:
        return self.message
