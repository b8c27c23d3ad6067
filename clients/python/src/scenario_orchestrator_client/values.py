"""Converts google.protobuf.Value, in which the contract has values of fields, from and to Python values."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.struct_pb2 import NULL_VALUE, ListValue, Struct, Value

from .contract import CandidateVariable

_MAX_INTEGER = 2**53


def to_value(value: Any) -> Value:
    """Converts None, a bool, number, str, sequence or mapping with str keys.

    Raises ValueError for a number that a JSON number cannot hold (an integer above 2^53, NaN, infinity), TypeError for another type.
    """
    match value:
        case Value():
            return value
        case None:
            return Value(null_value=NULL_VALUE)
        case bool():
            return Value(bool_value=value)
        case int() | float():
            if not math.isfinite(value) or (isinstance(value, int) and abs(value) > _MAX_INTEGER):
                raise ValueError(f"{value} is not a JSON number without loss. Send it as a str.")
            return Value(number_value=value)
        case str():
            return Value(string_value=value)
        case Mapping():
            return Value(struct_value=Struct(fields=to_values(value)))
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            return Value(list_value=ListValue(values=[to_value(item) for item in value]))
        case _:
            kind = type(value).__name__
            raise TypeError(f"A {kind} is no value. Use None, bool, int, float, str, a sequence or a mapping.")


def to_values(values: Mapping[str, Any]) -> dict[str, Value]:
    """Converts the values of a mapping, for example for `Turn(customer_data=to_values({"customer_id": "c-1"}))`."""
    for key in values:
        if not isinstance(key, str):
            raise TypeError(f"The key {key!r} is no str.")
    return {key: to_value(value) for key, value in values.items()}


def to_candidate_variables(values: Mapping[str, Any]) -> list[CandidateVariable]:
    """Converts extracted values to the `candidate_variables` of a situation."""
    return [CandidateVariable(name=name, value=value) for name, value in to_values(values).items()]


def from_value(value: Value) -> Any:
    """Converts a value to None, bool, int, float, str, list or dict. A number without a fraction becomes an int."""
    match value.WhichOneof("kind"):
        case "bool_value":
            return value.bool_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() and abs(number) <= _MAX_INTEGER else number
        case "string_value":
            return value.string_value
        case "list_value":
            return [from_value(item) for item in value.list_value.values]
        case "struct_value":
            return from_values(value.struct_value.fields)
        case _:  # null_value, or no value at all
            return None


def from_values(values: Mapping[str, Value]) -> dict[str, Any]:
    """Converts the values of a map field, for example `values_to_confirm`. The keys are sorted, because a map field has no order."""
    return {key: from_value(values[key]) for key in sorted(values)}
