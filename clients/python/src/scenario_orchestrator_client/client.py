"""The synchronous client. Threads can share it."""

import contextvars
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

import grpc

from ._connection import DEFAULT_TIMEOUT, Connection, Token
from ._method import Method, Request, Response
from ._retry import Backoff, Reconnects, is_resumable
from ._stream import Cancellation, Stream
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


class OrchestratorClient(methods.ContractMethods):
    """A client of all services of the contract. A failed call raises CallError.

    A stream starts when it is iterated. Leave a `with` block around it, or call `close`, to cancel it. `timeout` is in seconds and
    includes retries; None is the timeout of the connection. `metadata` is sent in addition to that of the connection.
    """

    def __init__(self, connection: Connection, channel: grpc.Channel) -> None:
        self._connection = connection
        self._channel = channel
        self._is_closed = False

    def process_turn(
        self, request: ProcessTurnRequest, *, timeout: float | None = None, metadata: Metadata = None
    ) -> ProcessTurnResult:
        """Processes a turn exactly once. A retry with the same turn_id returns the identical response."""
        response, trailers = self._call_with_trailers(methods.PROCESS_TURN, request, timeout, metadata)
        return ProcessTurnResult(response, ("x-turn-replayed", "true") in trailers)

    def process_turns(
        self,
        turns: Iterable[ProcessTurnRequest | ProcessTurnsRequest],
        *,
        timeout: float | None = None,
        metadata: Metadata = None,
    ) -> Stream[TurnOutcome]:
        """Processes the turns of many sessions over one call, at the rate at which the service reads them.

        Turns of one session are applied in order. A failed turn is an outcome and does not end the call. If the call breaks, the
        iteration raises CallError. Then send the turns without an outcome again, with the same turn ids. Without `timeout`, the call
        has no deadline. A turn without `trace_context` gets that of the connection, in the context of this call. A thread of grpc
        iterates over `turns`; an error of the iteration ends the stream and is raised here.
        """
        context = contextvars.copy_context()

        def get_trace_context() -> Mapping[str, str]:
            return context.run(self._connection.get_trace_context)

        def send(failures: list[Exception]) -> Iterator[ProcessTurnsRequest]:
            try:
                for turn in turns:
                    yield to_streamed_turn(turn, get_trace_context)
            except Exception as error:
                failures.append(error)
                raise

        def read(cancellation: Cancellation) -> Generator[TurnOutcome, None, None]:
            method, failures = methods.PROCESS_TURNS, list[Exception]()

            def start() -> Any:
                call = self._channel.stream_stream(method.path, **method.get_codec())
                return call(send(failures), timeout=timeout, metadata=self._create_metadata(method, metadata))

            try:
                with closing(self._read(method, start, cancellation)) as messages:
                    for message in messages:
                        yield to_turn_outcome(message)
            except CallError as error:
                raise failures[0] if failures else error

        return Stream(read)

    def watch_session(self, request: WatchSessionRequest, *, metadata: Metadata = None) -> Stream[TurnRecord]:
        """Iterates over every turn of a session exactly once and in order, after `after_revision` or, without it, the current revision.

        Resumes a broken stream automatically. Ends only with CallError: NOT_FOUND after the session was deleted, OUT_OF_RANGE if turns
        after the cursor are no longer recorded, CANCELLED after `cancel`.
        """

        def read(cancellation: Cancellation) -> Generator[TurnRecord, None, None]:
            cursor = SessionCursor(request)
            # Without a cursor, turns that are committed while a stream is broken would be lost.
            if not request.HasField("after_revision"):
                cursor.request.after_revision = self._get_revision(request, metadata)
            yield from self._resume(methods.WATCH_SESSION, cursor, metadata, cancellation)

        return Stream(read)

    def watch_turns(self, request: WatchTurnsRequest, *, metadata: Metadata = None) -> Stream[WatchTurnsResponse]:
        """Iterates over what happens in all sessions of a tenant: responses with events, and the cursor after them.

        The first response has only the cursor from which the stream starts. Resumes a broken stream automatically, after the last
        response. Events are sent at least once. Ends only with CallError.
        """
        return Stream(lambda cancellation: self._resume(methods.WATCH_TURNS, FeedCursor(request), metadata, cancellation))

    def wait_for_ready(self, timeout: float) -> None:
        """Returns when the connection is ready. Raises TimeoutError after `timeout` seconds."""
        try:
            grpc.channel_ready_future(self._channel).result(timeout)
        except grpc.FutureTimeoutError:
            message = f"No service is reachable at {self._connection.address} (waited {timeout} s)."
            raise TimeoutError(message) from None

    def close(self) -> None:
        """Closes the connection and cancels its calls."""
        self._is_closed = True
        self._channel.close()

    def __enter__(self) -> "OrchestratorClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _call(
        self, method: Method[Request, Response], request: Request, timeout: float | None, metadata: Metadata
    ) -> Response:
        return self._call_with_trailers(method, request, timeout, metadata)[0]

    def _stream(
        self, method: Method[Request, Response], request: Request, timeout: float | None, metadata: Metadata
    ) -> Stream[Response]:
        seconds = self._connection.get_timeout(timeout)

        def start() -> Any:
            return self._start_stream(method, request, seconds, metadata)

        return Stream(lambda cancellation: self._read(method, start, cancellation))

    def _call_with_trailers(
        self, method: Method[Request, Response], request: Request, timeout: float | None, metadata: Metadata
    ) -> tuple[Response, tuple[Any, ...]]:
        reconnects = Reconnects(self._connection.get_timeout(timeout))
        while True:
            try:
                headers = self._create_metadata(method, metadata)
                invoke = self._channel.unary_unary(method.path, **method.get_codec())
                response, call = invoke.with_call(request, timeout=reconnects.get_remaining_time(), metadata=headers)
                return response, tuple(call.trailing_metadata() or ())
            except grpc.RpcError as error:
                failure = CallError.from_rpc_error(method.name, error)
                if self._is_closed:
                    raise failure from error
                delay = reconnects.get_delay(failure)
            time.sleep(delay)

    def _start_stream(self, method: Method[Any, Any], request: Any, timeout: float | None, metadata: Metadata) -> Any:
        invoke = self._channel.unary_stream(method.path, **method.get_codec())
        return invoke(request, timeout=timeout, metadata=self._create_metadata(method, metadata))

    def _create_metadata(self, method: Method[Any, Any], metadata: Metadata) -> SentMetadata:
        token: Any = self._connection.token
        if callable(token):
            try:
                token = token()
            except Exception as error:
                raise CallError(method.name, "UNAUTHENTICATED", f"Failed to get a token: {error}") from error
        return self._connection.create_metadata(token, metadata)

    def _read(self, method: Method[Any, Any], start: Callable[[], Any], cancellation: Cancellation) -> Generator[Any, None, None]:
        try:
            call = start()
            cancellation.attach(call)
            try:
                for message in call:
                    yield message
            finally:
                call.cancel()
        except grpc.RpcError as error:
            raise CallError.from_rpc_error(method.name, error) from error

    def _resume(
        self, method: Method[Any, Any], cursor: SessionCursor | FeedCursor, metadata: Metadata, cancellation: Cancellation
    ) -> Generator[Any, None, None]:
        backoff = Backoff()

        def start() -> Any:
            return self._start_stream(method, cursor.request, None, metadata)

        while True:
            try:
                with closing(self._read(method, start, cancellation)) as messages:
                    for message in messages:
                        backoff.reset()
                        item = cursor.take(message)
                        if item is not None:
                            yield item
            except CallError as error:
                if cancellation.is_cancelled or self._is_closed or not is_resumable(error):
                    raise
            cancellation.wait(backoff.get_delay())

    def _get_revision(self, request: WatchSessionRequest, metadata: Metadata) -> int:
        """Returns the current revision of a session; 0 if the session does not exist."""
        try:
            session = GetSessionRequest(tenant_id=request.tenant_id, session_id=request.session_id)
            return self.get_session(session, metadata=metadata).session.revision
        except CallError as error:
            if error.reason == "SESSION_NOT_FOUND":
                return 0
            raise


def connect(
    address: str,
    *,
    credentials: grpc.ChannelCredentials | Insecure,
    timeout: float = DEFAULT_TIMEOUT,
    token: Token | None = None,
    metadata: Metadata = None,
    get_trace_context: TraceContextSource = get_current_trace_context,
    channel_options: Sequence[tuple[str, Any]] = (),
) -> OrchestratorClient:
    """Creates a client of the service at `HOST:PORT`. The client connects on the first call.

    credentials: `tls()`, or `insecure()` for a service on the same machine.
    timeout: Timeout of a call in seconds, including retries.
    token: An API key or token to send with every call, or a function that returns one and is called before every call. Over an insecure
        connection, the token is readable on the network. If the function fails, the call fails with UNAUTHENTICATED.
    metadata: Metadata to send with every call.
    get_trace_context: Returns the trace context to send with a call or a turn of `process_turns`. Default: the current span of
        OpenTelemetry if it is installed.
    channel_options: Options of grpc in addition to the retry policy.
    """
    connection = Connection(address, timeout, token, metadata or {}, get_trace_context, channel_options)
    options = connection.get_channel_options()
    if isinstance(credentials, Insecure):
        return OrchestratorClient(connection, grpc.insecure_channel(address, options))
    return OrchestratorClient(connection, grpc.secure_channel(address, credentials, options))
