"""Which errors are retried, and after which delay. The same table as in the clients for other languages."""

import random
import time
from collections.abc import Callable
from importlib.resources import files

from .errors import CallError

SERVICE_CONFIG = files(__package__).joinpath("service_config.json").read_text(encoding="utf-8")
"""The published retry policy: the channel retries UNAVAILABLE, up to four attempts."""

RECONNECT_DELAYS = (0.1, 0.2, 0.4)
"""Delays in seconds before the retries of a call whose connection broke."""

RESUMABLE_REASONS = frozenset({"SLOW_READER", "TOO_MANY_CALLS", "TENANT_TOO_MANY_CALLS"})
"""Error reasons after which a stream is resumed, in addition to the status UNAVAILABLE."""

INITIAL_BACKOFF, MAX_BACKOFF = 0.1, 5.0
"""Delays in seconds before a stream is resumed. The delay doubles with each attempt that receives no message."""


def is_broken_connection(error: CallError) -> bool:
    """Whether a call ended because its connection broke, with a status other than UNAVAILABLE, which the channel itself retries.

    Such an error has no ErrorInfo, because the service did not send it. grpc reports CANCELLED, INTERNAL with the code of the HTTP/2
    reset, or UNKNOWN with the text "Stream removed".
    """
    if error.reason:
        return False
    if error.status == "INTERNAL":
        return "RST_STREAM" in error.text
    if error.status == "UNKNOWN":
        return error.text == "Stream removed"
    return error.status == "CANCELLED"


def is_resumable(error: CallError) -> bool:
    """Whether a stream is resumed from its cursor after the error."""
    return error.status == "UNAVAILABLE" or error.reason in RESUMABLE_REASONS or is_broken_connection(error)


class Reconnects:
    """The retries of one unary call. Every method is safe to retry."""

    def __init__(self, timeout: float) -> None:
        self._deadline = time.monotonic() + timeout
        self._delays = iter(RECONNECT_DELAYS)

    def get_remaining_time(self) -> float:
        """Returns the time until the deadline in seconds."""
        return self._deadline - time.monotonic()

    def get_delay(self, error: CallError) -> float:
        """Returns the delay in seconds before the next attempt. Raises the error if it must not or cannot be retried."""
        delay = next(self._delays, None)
        if delay is None or not is_broken_connection(error) or self.get_remaining_time() <= delay:
            raise error
        return delay


class Backoff:
    """The delays before a stream is resumed: exponential, with a jitter of 25 percent."""

    def __init__(self, pick: Callable[[float, float], float] = random.uniform) -> None:
        self._pick = pick
        self._next = INITIAL_BACKOFF

    def reset(self) -> None:
        """Starts again from the initial delay, because a message was received."""
        self._next = INITIAL_BACKOFF

    def get_delay(self) -> float:
        """Returns the delay in seconds before the next attempt."""
        delay = self._next
        self._next = min(delay * 2, MAX_BACKOFF)
        return delay * self._pick(0.75, 1.25)
