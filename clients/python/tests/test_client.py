"""Tests of both clients against a server in this process: `python3 -m unittest discover tests`."""

import asyncio
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing

import grpc
from scenario_orchestrator_client import (
    CallError,
    ProcessTurnRequest,
    ProcessTurnsRequest,
    WatchSessionRequest,
    aio,
    connect,
    insecure,
)
from scenario_orchestrator_client.contract import methods

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Service(grpc.GenericRpcHandler):
    """Answers turns, keeps a watched session open, and records the metadata of calls."""

    def __init__(self) -> None:
        self.metadata: list[dict[str, str]] = []
        self.turns: list[ProcessTurnsRequest] = []
        self.is_watched = threading.Event()
        self.is_released = threading.Event()

    def service(self, details):
        self.metadata.append(dict(details.invocation_metadata))
        for method, handler, create in (
            (methods.PROCESS_TURN, self.process, grpc.unary_unary_rpc_method_handler),
            (methods.PROCESS_TURNS, self.process_all, grpc.stream_stream_rpc_method_handler),
            (methods.WATCH_SESSION, self.watch, grpc.unary_stream_rpc_method_handler),
        ):
            if details.method == method.path:
                return create(handler, method.request_type.FromString, method.response_type.SerializeToString)
        return None

    def process(self, request, context):
        return methods.PROCESS_TURN.response_type(revision=7)

    def process_all(self, requests, context):
        for request in requests:
            self.turns.append(request)
            yield methods.PROCESS_TURNS.response_type(turn_id=request.turn.turn_id, response={"revision": 1})

    def watch(self, request, context):
        context.add_callback(self.is_released.set)
        yield methods.WATCH_SESSION.response_type(turn={"revision": 1, "turn_id": "t"})
        self.is_watched.set()
        self.is_released.wait()


class ClientTest(unittest.TestCase):
    def setUp(self) -> None:
        self.service = Service()
        self.server = grpc.server(ThreadPoolExecutor(4), handlers=[self.service])
        self.address = f"127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"
        self.server.start()

    def tearDown(self) -> None:
        self.service.is_released.set()
        self.server.stop(None).wait()

    def test_a_token_function_is_called_for_every_call(self) -> None:
        tokens = iter(["first", "second"])
        with connect(self.address, credentials=insecure(), token=lambda: next(tokens)) as client:
            client.process_turn(ProcessTurnRequest())
            client.process_turn(ProcessTurnRequest())
        sent = [metadata["authorization"] for metadata in self.service.metadata]
        self.assertEqual(sent, ["Bearer first", "Bearer second"])

    def test_a_token_coroutine_is_awaited(self) -> None:
        async def get_token() -> str:
            return "awaited"

        async def run() -> None:
            async with aio.connect(self.address, credentials=insecure(), token=get_token) as client:
                await client.process_turn(ProcessTurnRequest())

        asyncio.run(run())
        self.assertEqual(self.service.metadata[0]["authorization"], "Bearer awaited")

    def test_a_failing_token_function_sends_no_call(self) -> None:
        def fail() -> str:
            raise OSError("no key")

        with connect(self.address, credentials=insecure(), token=fail) as client:
            with self.assertRaisesRegex(CallError, r"ProcessTurn failed \(UNAUTHENTICATED\): Failed to get a token: no key"):
                client.process_turn(ProcessTurnRequest())
        self.assertEqual(self.service.metadata, [])

    def test_metadata_of_the_call_replaces_that_of_the_connection(self) -> None:
        settings = {"credentials": insecure(), "metadata": {"a": "1", "b": "1"}}
        with connect(self.address, **settings) as client:
            client.process_turn(ProcessTurnRequest(), metadata={"b": "2"})
        sent = self.service.metadata[0]
        self.assertEqual((sent["a"], sent["b"]), ("1", "2"))

    def test_a_turn_of_a_stream_has_its_own_or_the_current_trace_context(self) -> None:
        own = ProcessTurnsRequest(trace_context={"traceparent": "own"})
        source = lambda: {"traceparent": TRACEPARENT}  # noqa: E731
        with connect(self.address, credentials=insecure(), get_trace_context=source) as client:
            list(client.process_turns([own, ProcessTurnRequest()]))
        sent = [turn.trace_context.traceparent for turn in self.service.turns]
        self.assertEqual((sent, self.service.metadata[0]["traceparent"]), (["own", TRACEPARENT], TRACEPARENT))

    def test_an_error_of_the_turns_is_raised_by_the_stream(self) -> None:
        def turns():
            yield ProcessTurnRequest()
            raise KeyError("turn")

        with connect(self.address, credentials=insecure()) as client:
            with self.assertRaises(KeyError):
                list(client.process_turns(turns()))

        async def run() -> None:
            async with aio.connect(self.address, credentials=insecure()) as client:
                async for _ in client.process_turns(turns()):
                    pass

        with self.assertRaises(KeyError):
            asyncio.run(run())

    def test_a_stream_can_be_canceled_from_another_thread(self) -> None:
        with connect(self.address, credentials=insecure()) as client:
            with client.watch_session(WatchSessionRequest(after_revision=0)) as turns:
                self.assertEqual(next(turns).revision, 1)
                self.service.is_watched.wait()
                threading.Timer(0, turns.cancel).start()
                with self.assertRaises(CallError) as caught:
                    next(turns)
        self.assertEqual(caught.exception.status, "CANCELLED")

    def test_leaving_a_stream_cancels_the_call(self) -> None:
        with connect(self.address, credentials=insecure()) as client:
            with client.watch_session(WatchSessionRequest(after_revision=0)) as turns:
                next(turns)
            self.service.is_released.wait()

    def test_leaving_an_asyncio_stream_cancels_the_call(self) -> None:
        async def run() -> None:
            async with aio.connect(self.address, credentials=insecure()) as client:
                async with aclosing(client.watch_session(WatchSessionRequest(after_revision=0))) as turns:
                    await anext(turns)
                await asyncio.to_thread(self.service.is_released.wait)

        asyncio.run(run())

    def test_closing_the_client_ends_a_watched_session(self) -> None:
        client = connect(self.address, credentials=insecure())
        turns = client.watch_session(WatchSessionRequest(after_revision=0))
        next(turns)
        threading.Timer(0, client.close).start()
        with self.assertRaises(CallError):
            next(turns)

    def test_credentials_are_required(self) -> None:
        with self.assertRaises(TypeError):
            connect(self.address)  # type: ignore[call-arg]
        with self.assertRaises((TypeError, AttributeError)):
            connect(self.address, credentials=None)  # type: ignore[arg-type]

    def test_an_unreachable_service_is_not_ready(self) -> None:
        with connect("127.0.0.1:1", credentials=insecure()) as client:
            with self.assertRaisesRegex(TimeoutError, r"No service is reachable at 127.0.0.1:1 \(waited 0.1 s\)."):
                client.wait_for_ready(0.1)
