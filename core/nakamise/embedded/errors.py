"""The one error of the embedded services."""


class EmbeddedError(Exception):
    """An embedded service cannot run.

    Attributes:
        message: one sentence saying what is wrong.
        hint: one sentence saying what to do about it.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(f"{message} {hint}")
        self.message = message
        self.hint = hint
