"""A stream of the synchronous client."""

import threading
from collections.abc import Callable, Generator, Iterator
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")


class Cancellation:
    """Cancels a stream from any thread, also while it waits to be resumed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._event = threading.Event()
        self._call: Any = None

    @property
    def is_cancelled(self) -> bool:
        return self._event.is_set()

    def attach(self, call: Any) -> None:
        """Sets the call of the stream. Cancels it if the stream is canceled already."""
        with self._lock:
            self._call = call
        if self._event.is_set():
            call.cancel()

    def cancel(self) -> None:
        self._event.set()
        with self._lock:
            call = self._call
        if call is not None:
            call.cancel()

    def wait(self, seconds: float) -> None:
        """Waits; returns early when the stream is canceled."""
        self._event.wait(seconds)


class Stream(Iterator[Item], Generic[Item]):
    """An iterator over the messages of a call, and a context manager that closes it."""

    def __init__(self, read: Callable[[Cancellation], Generator[Item, None, None]]) -> None:
        self._cancellation = Cancellation()
        self._items = read(self._cancellation)

    def __iter__(self) -> "Stream[Item]":
        return self

    def __next__(self) -> Item:
        return next(self._items)

    def cancel(self) -> None:
        """Cancels the call from any thread. The iteration raises CallError with the status CANCELLED."""
        self._cancellation.cancel()

    def close(self) -> None:
        """Ends the iteration and cancels the call. Call it in the thread that iterates; in other threads call `cancel`."""
        self._items.close()

    def __enter__(self) -> "Stream[Item]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
