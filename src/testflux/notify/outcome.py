"""What became of one attempt to send a message."""

from __future__ import annotations

import msgspec


class Outcome(msgspec.Struct, frozen=True):
    """`error` is empty when the message was taken; it names no secret, as it is shown in the delivery log.

    `may_retry` is False when trying again cannot help. `is_gone` asks to switch the channel off: its receiver said that
    it will never want a message again. `note` remarks on a message that was taken, e.g. a recipient that was refused.
    """

    error: str = ""
    response_code: int | None = None
    may_retry: bool = True
    is_gone: bool = False
    note: str = ""

    @property
    def is_sent(self) -> bool:
        """True when the receiver took the message."""
        return not self.error
