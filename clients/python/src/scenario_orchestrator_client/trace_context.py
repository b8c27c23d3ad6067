"""W3C trace context from OpenTelemetry, if it is installed."""

from collections.abc import Callable, Mapping

TraceContextSource = Callable[[], Mapping[str, str]]
"""Returns `traceparent` and, if there is one, `tracestate`; an empty mapping if no trace is active."""

_KEYS = ("traceparent", "tracestate")


def get_current_trace_context() -> Mapping[str, str]:
    """Returns the trace context of the current span of OpenTelemetry; an empty mapping without a span or without OpenTelemetry."""
    try:
        from opentelemetry import propagate
    except ImportError:
        return {}
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return {key: carrier[key] for key in _KEYS if key in carrier}
