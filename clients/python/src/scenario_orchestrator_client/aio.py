"""The asyncio client. It has the methods of the synchronous one, as coroutines and async generators."""

import asyncio
import contextvars
import inspect
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import grpc
import grpc.aio

from ._connection import DEFAULT_TIMEOUT, AsyncToken, Connection
from ._method import Method, Request, Response
from ._retry import Backoff, Reconnects, is_resumable
from ._streams import (
    FeedCursor,
    ProcessTurnResult,
    SessionCursor,
    TurnOutcome,
    to_streamed_turn,
    to_turn_outcome,
)
from .contract import (
    GetSessionRequest,
    ProcessTurnRequest,
    ProcessTurnsRequest,
    TurnRecord,
    WatchSessionRequest,
    WatchTurnsRequest,
    WatchTurnsResponse,
)
from .contract import methods
from .credentials import Insecure
from .errors import CallError
from .trace_context import TraceContextSource, get_current_trace_context

Metadata = Mapping[str, str] | None
SentMetadata = tuple[tuple[str, str], ...]
Turns = Iterable[ProcessTurnRequest | ProcessTurnsRequest] | AsyncIterable[ProcessTurnRequest | ProcessTurnsRequest]


class AsyncOrchestratorClient(methods.AsyncContractMethods):
    """A client of all services of the contract for one event loop. A failed call raises CallError.

    A stream starts when it is iterated. Cancel its task to cancel it, or close it with `contextlib.aclosing`. `timeout` and `metadata`
    are those of the synchronous client.
    """

    def __init__(self, connection: Connection, channel: grpc.aio.Channel) -> None:
        self._connection = connection
        self._channel = channel
        self._is_closed = False

    async def process_turn(
        self, request: ProcessTurnRequest, *, timeout: float | None = None, metadata: Metadata = None
    ) -> ProcessTurnResult:
        """Processes a turn exactly once. A retry with the same turn_id returns the identical response."""
        response, trailers = await self._call_with_trailers(methods.PROCESS_TURN, request, timeout, metadata)
        return ProcessTurnResult(response, ("x-turn-replayed", "true") in trailers)

    async def process_turns(
        self, turns: Turns, *, timeout: float | None = None, metadata: Metadata = None
    ) -> AsyncGenerator[TurnOutcome, None]:
        """Processes the turns of many sessions over one call, at the rate at which the service reads them.

        As in the synchronous client. `turns` is an iterable or an async iterable.
        """
        method, failures = methods.PROCESS_TURNS, list[Exception]()
        context = contextvars.copy_context()

        def get_trace_context() -> Mapping[str, str]:
            return context.run(self._connection.get_trace_context)

        async def send() -> AsyncIterator[ProcessTurnsRequest]:
            try:
                async for turn in _iterate(turns):
                    yield to_streamed_turn(turn, get_trace_context)
            except Exception as error:
                failures.append(error)
                raise

        def start(headers: SentMetadata) -> Any:
            call = self._channel.stream_stream(method.path, **method.get_codec())
            return call(send(), timeout=timeout, metadata=headers)

        try:
            async with aclosing(self._read(method, metadata, start)) as messages:
                async for message in messages:
                    yield to_turn_outcome(message)
        except (CallError, asyncio.CancelledError) as error:
            raise failures[0] if failures else error

    async def watch_session(
        self, request: WatchSessionRequest, *, metadata: Metadata = None
    ) -> AsyncGenerator[TurnRecord, None]:
        """Iterates over every turn of a session exactly once and in order. As in the synchronous client."""
        cursor = SessionCursor(request)
        # Without a cursor, turns that are committed while a stream is broken would be lost.
        if not request.HasField("after_revision"):
            cursor.request.after_revision = await self._get_revision(request, metadata)
        async with aclosing(self._resume(methods.WATCH_SESSION, cursor, metadata)) as turns:
            async for turn in turns:
                yield turn

    def watch_turns(
        self, request: WatchTurnsRequest, *, metadata: Metadata = None
    ) -> AsyncGenerator[WatchTurnsResponse, None]:
        """Iterates over what happens in all sessions of a tenant. As in the synchronous client."""
        return self._resume(methods.WATCH_TURNS, FeedCursor(request), metadata)

    async def wait_for_ready(self, timeout: float) -> None:
        """Returns when the connection is ready. Raises TimeoutError after `timeout` seconds."""
        try:
            await asyncio.wait_for(self._channel.channel_ready(), timeout)
        except asyncio.TimeoutError:
            message = f"No service is reachable at {self._connection.address} (waited {timeout} s)."
            raise TimeoutError(message) from None

    async def close(self) -> None:
        """Closes the connection and cancels its calls."""
        self._is_closed = True
        await self._channel.close()

    async def __aenter__(self) -> "AsyncOrchestratorClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _call(
        self, method: Method[Request, Response], request: Request, timeout: float | None, metadata: Metadata
    ) -> Response:
        return (await self._call_with_trailers(method, request, timeout, metadata))[0]

    def _stream(
        self, method: Method[Request, Response], request: Request, timeout: float | None, metadata: Metadata
    ) -> AsyncGenerator[Response, None]:
        seconds = self._connection.get_timeout(timeout)
        return self._read(method, metadata, lambda headers: self._start_stream(method, request, seconds, headers))

    async def _call_with_trailers(
        self, method: Method[Request, Response], request: Request, timeout: float | None, metadata: Metadata
    ) -> tuple[Response, tuple[Any, ...]]:
        reconnects = Reconnects(self._connection.get_timeout(timeout))
        while True:
            try:
                headers = await self._create_metadata(method, metadata)
                invoke = self._channel.unary_unary(method.path, **method.get_codec())
                call = invoke(request, timeout=reconnects.get_remaining_time(), metadata=headers)
                # aio.Metadata looks for keys, a tuple for pairs.
                return await call, tuple(await call.trailing_metadata() or ())
            except grpc.aio.AioRpcError as error:
                failure = CallError.from_rpc_error(method.name, error)
                if self._is_closed:
                    raise failure from error
                delay = reconnects.get_delay(failure)
            await asyncio.sleep(delay)

    def _start_stream(self, method: Method[Any, Any], request: Any, timeout: float | None, headers: SentMetadata) -> Any:
        invoke = self._channel.unary_stream(method.path, **method.get_codec())
        return invoke(request, timeout=timeout, metadata=headers)

    async def _create_metadata(self, method: Method[Any, Any], metadata: Metadata) -> SentMetadata:
        token: Any = self._connection.token
        if callable(token):
            try:
                token = token()
                if inspect.isawaitable(token):
                    token = await token
            except Exception as error:
                raise CallError(method.name, "UNAUTHENTICATED", f"Failed to get a token: {error}") from error
        return self._connection.create_metadata(token, metadata)

    async def _read(
        self, method: Method[Any, Any], metadata: Metadata, start: Callable[[SentMetadata], Any]
    ) -> AsyncGenerator[Any, None]:
        try:
            call = start(await self._create_metadata(method, metadata))
            try:
                async for message in call:
                    yield message
            finally:
                call.cancel()
        except grpc.aio.AioRpcError as error:
            raise CallError.from_rpc_error(method.name, error) from error

    async def _resume(
        self, method: Method[Any, Any], cursor: SessionCursor | FeedCursor, metadata: Metadata
    ) -> AsyncGenerator[Any, None]:
        backoff = Backoff()

        def start(headers: SentMetadata) -> Any:
            return self._start_stream(method, cursor.request, None, headers)

        while True:
            try:
                async with aclosing(self._read(method, metadata, start)) as messages:
                    async for message in messages:
                        backoff.reset()
                        item = cursor.take(message)
                        if item is not None:
                            yield item
            except CallError as error:
                if self._is_closed or not is_resumable(error):
                    raise
            await asyncio.sleep(backoff.get_delay())

    async def _get_revision(self, request: WatchSessionRequest, metadata: Metadata) -> int:
        """Returns the current revision of a session; 0 if the session does not exist."""
        try:
            session = GetSessionRequest(tenant_id=request.tenant_id, session_id=request.session_id)
            return (await self.get_session(session, metadata=metadata)).session.revision
        except CallError as error:
            if error.reason == "SESSION_NOT_FOUND":
                return 0
            raise


async def _iterate(turns: Turns) -> AsyncIterator[ProcessTurnRequest | ProcessTurnsRequest]:
    if isinstance(turns, AsyncIterable):
        async for turn in turns:
            yield turn
    else:
        for turn in turns:
            yield turn


def connect(
    address: str,
    *,
    credentials: grpc.ChannelCredentials | Insecure,
    timeout: float = DEFAULT_TIMEOUT,
    token: AsyncToken | None = None,
    metadata: Metadata = None,
    get_trace_context: TraceContextSource = get_current_trace_context,
    channel_options: Sequence[tuple[str, Any]] = (),
) -> AsyncOrchestratorClient:
    """Creates an asyncio client of the service at `HOST:PORT`. The settings are those of the synchronous client; `token` may be async."""
    connection = Connection(address, timeout, token, metadata or {}, get_trace_context, channel_options)
    options = connection.get_channel_options()
    if isinstance(credentials, Insecure):
        return AsyncOrchestratorClient(connection, grpc.aio.insecure_channel(address, options))
    return AsyncOrchestratorClient(connection, grpc.aio.secure_channel(address, credentials, options))
