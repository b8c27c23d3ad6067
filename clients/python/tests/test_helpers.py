"""Tests of the retry table, the back-off and the conversion of values."""

import unittest

from scenario_orchestrator_client import CallError, OrchestratorClient, aio, from_value, to_value
from scenario_orchestrator_client._method import Method
from scenario_orchestrator_client._retry import Backoff, Reconnects, is_broken_connection, is_resumable
from scenario_orchestrator_client.contract import methods
from scenario_orchestrator_client.contract.rpc.error_details_pb2 import ErrorInfo


def create_error(status: str, text: str = "", reason: str = "") -> CallError:
    error = CallError("ProcessTurn", status, text)
    error.reason = ErrorInfo(reason=reason).reason
    return error


class RetryTest(unittest.TestCase):
    def test_a_broken_connection_has_no_reason(self) -> None:
        for status, text, reason, expected in (
            ("INTERNAL", "Received RST_STREAM with error code 2", "", True),
            ("INTERNAL", "The service failed.", "", False),
            ("INTERNAL", "RST_STREAM", "INTERNAL", False),
            ("CANCELLED", "", "", True),
            ("CANCELLED", "", "CANCELLED", False),
            ("UNKNOWN", "Stream removed", "", True),
            ("UNKNOWN", "Something else", "", False),
            ("UNAVAILABLE", "", "", False),  # The channel retries it.
        ):
            with self.subTest(status=status, text=text, reason=reason):
                self.assertEqual(is_broken_connection(create_error(status, text, reason)), expected)

    def test_a_stream_is_resumed_only_after_errors_that_pass(self) -> None:
        for status, reason, expected in (
            ("UNAVAILABLE", "SHUTTING_DOWN", True),
            ("RESOURCE_EXHAUSTED", "SLOW_READER", True),
            ("RESOURCE_EXHAUSTED", "TOO_MANY_CALLS", True),
            ("RESOURCE_EXHAUSTED", "TENANT_TOO_MANY_CALLS", True),
            ("RESOURCE_EXHAUSTED", "TOO_MANY_CONSUMERS", False),
            ("CANCELLED", "", True),
            ("NOT_FOUND", "SESSION_NOT_FOUND", False),
            ("OUT_OF_RANGE", "CURSOR_TOO_OLD", False),
        ):
            with self.subTest(reason=reason):
                self.assertEqual(is_resumable(create_error(status, "", reason)), expected)

    def test_a_call_is_retried_three_times_before_its_deadline(self) -> None:
        reconnects, error = Reconnects(60), create_error("CANCELLED")
        self.assertEqual([reconnects.get_delay(error) for _ in range(3)], [0.1, 0.2, 0.4])
        with self.assertRaises(CallError):
            reconnects.get_delay(error)
        with self.assertRaises(CallError):
            Reconnects(0.05).get_delay(error)

    def test_the_backoff_doubles_up_to_five_seconds_until_a_message_arrives(self) -> None:
        backoff = Backoff(lambda low, high: (low + high) / 2)
        self.assertEqual([backoff.get_delay() for _ in range(8)], [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0])
        backoff.reset()
        self.assertEqual(backoff.get_delay(), 0.1)


class MethodsTest(unittest.TestCase):
    def test_both_clients_have_every_method_of_the_contract(self) -> None:
        names = [name.lower() for name, value in vars(methods).items() if isinstance(value, Method)]
        self.assertGreater(len(names), 20)
        for client in (OrchestratorClient, aio.AsyncOrchestratorClient):
            self.assertEqual([name for name in names if not callable(getattr(client, name, None))], [])


class ValuesTest(unittest.TestCase):
    def test_values_survive_a_round_trip(self) -> None:
        for value in (None, True, 0, -7, 0.5, "", "x", [], [1, [None]], {}, {"a": {"b": [1.5, "c"]}}, 2**53):
            with self.subTest(value=value):
                self.assertEqual(from_value(to_value(value)), value)
                self.assertIs(type(from_value(to_value(value))), type(value))

    def test_a_number_without_a_fraction_becomes_an_int(self) -> None:
        self.assertIs(type(from_value(to_value(2.0))), int)

    def test_numbers_that_json_cannot_hold_are_refused(self) -> None:
        for value in (2**53 + 1, float("nan"), float("inf")):
            with self.subTest(value=value), self.assertRaisesRegex(ValueError, "Send it as a str"):
                to_value(value)

    def test_other_types_are_refused(self) -> None:
        for value in (b"x", {1: "a"}, object(), [object()]):
            with self.subTest(value=value), self.assertRaises(TypeError):
                to_value(value)
