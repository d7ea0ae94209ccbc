"""Requests to models as OpenTelemetry spans and histograms (GenAI semantic conventions), made beside the hot path.

They are drawn from the ledger's rows after the fact, with the times that the rows tell. What was asked and answered is in no
row, and so in no span.
"""

import logging
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from weft import __version__

_LOG = logging.getLogger(__name__)
_OPERATIONS: Final = {"chat": "chat", "embeddings": "embeddings", "rerank": "rerank"}
_MOST_WAITING: Final = 20_000
_EVERY_SECONDS: Final = 0.5
_METRICS_EVERY: Final = 15_000  # milliseconds
_FINE: Final = ("ok", "cached")


class Tracing:
    """Sends spans and metrics to an OpenTelemetry collector over OTLP/HTTP; what it cannot keep up with is left out, and said."""

    def __init__(self, url: str) -> None:
        resource = Resource.create({"service.name": "weft", "service.version": __version__})
        base = url.rstrip("/")
        self._spans = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{base}/v1/traces")))
        reader = PeriodicExportingMetricReader(
            OTLPMetricExporter(endpoint=f"{base}/v1/metrics"), export_interval_millis=_METRICS_EVERY
        )
        self._metrics = MeterProvider([reader], resource=resource, shutdown_on_exit=False)
        self._tracer = self._spans.get_tracer("weft.gateway", __version__)
        meter = self._metrics.get_meter("weft.gateway", __version__)
        self._tokens = meter.create_histogram("gen_ai.client.token.usage", "{token}", "Tokens in and out.")
        self._seconds = meter.create_histogram("gen_ai.client.operation.duration", "s", "From request to last byte.")
        self._first = meter.create_histogram("gen_ai.client.operation.time_to_first_chunk", "s", "To the first byte.")
        self._propagator = TraceContextTextMapPropagator()
        self._rows: deque[Mapping[str, Any]] = deque(maxlen=_MOST_WAITING)
        self._dropped = 0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._drawn, name="weft-tracing", daemon=True)
        self._thread.start()

    def note(self, row: Mapping[str, Any]) -> None:
        """Take a row of the ledger; nothing is done with it on this thread."""
        if len(self._rows) == _MOST_WAITING:
            self._dropped += 1
        self._rows.append(row)

    def close(self) -> None:
        """Send what waits, and end."""
        self._ending.set()
        self._thread.join(10)
        self._spans.shutdown()
        self._metrics.shutdown()

    def _drawn(self) -> None:
        while True:
            over = self._ending.wait(_EVERY_SECONDS)
            while self._rows:
                try:
                    self._span(self._rows.popleft())
                except Exception:
                    _LOG.exception("a span cannot be made")
            if self._dropped:
                _LOG.warning("%d requests came faster than spans of them could be made", self._dropped)
                self._dropped = 0
            if over:
                return

    def _span(self, row: Mapping[str, Any]) -> None:
        operation = _OPERATIONS[row["kind"]]
        about = {
            "gen_ai.operation.name": operation,
            "gen_ai.provider.name": row["provider"] or "weft",
            "gen_ai.request.model": row["route"],
        }
        if row["model"]:
            about["gen_ai.response.model"] = row["model"]
        if row["outcome"] not in _FINE:
            about["error.type"] = row["outcome"]
        began = round(float(row["at"]) * 1e9)
        seconds = (row["total_ms"] or 0) / 1000
        parent = self._propagator.extract({"traceparent": row["trace"]}) if row["trace"] else None
        span = self._tracer.start_span(
            f"{operation} {row['route']}",
            context=parent,
            kind=SpanKind.CLIENT,
            start_time=began,
            attributes={
                **about,
                "gen_ai.usage.input_tokens": row["tokens_in"],
                "gen_ai.usage.output_tokens": row["tokens_out"],
                "gen_ai.usage.cache_read.input_tokens": row["cached"],
                "gen_ai.usage.reasoning.output_tokens": row["reasoning"],
                "weft.request": row["uid"],
                "weft.attempts": row["attempts"],
                "weft.cost.nanodollars": row["cost"],
                "weft.outcome": row["outcome"],
            },
        )
        if row["outcome"] not in _FINE:
            span.set_status(Status(StatusCode.ERROR, row["outcome"]))
        span.end(began + round(seconds * 1e9))
        self._seconds.record(seconds, about)
        for kind, count in (("input", row["tokens_in"]), ("output", row["tokens_out"])):
            self._tokens.record(count, {**about, "gen_ai.token.type": kind})
        if row["first_ms"] is not None:
            self._first.record(row["first_ms"] / 1000, about)
