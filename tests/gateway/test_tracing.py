"""Spans and histograms arrive at a collector, as OTLP over HTTP, and hold what the ledger holds."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from weft.gateway.tracing import Tracing

TRACE = "0af7651916cd43dd8448eb211c80319c"
ROW: dict[str, Any] = {
    "uid": "019ab4c0-0000-7000-8000-000000000000",
    "at": 1_764_000_000.5,
    "kind": "chat",
    "route": "write",
    "provider": "qwen",
    "model": "qwen-flash",
    "tokens_in": 120,
    "tokens_out": 30,
    "cached": 20,
    "reasoning": 5,
    "cost": 1_500,
    "first_ms": 200.0,
    "total_ms": 1_250.0,
    "outcome": "ok",
    "attempts": 2,
    "trace": f"00-{TRACE}-b7ad6b7169203331-01",
}


class Collector(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: dict[str, list[bytes]] = {"/v1/traces": [], "/v1/metrics": []}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert isinstance(self.server, Collector)
        self.server.got[self.path].append(body)
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_row_is_a_span_and_counts_in_the_histograms(collector: Collector) -> None:
    tracing = Tracing(f"http://127.0.0.1:{collector.server_port}")
    tracing.note(ROW)
    tracing.note({**ROW, "outcome": "timeout", "trace": None, "first_ms": None})
    tracing.close()
    spans = [
        span
        for body in collector.got["/v1/traces"]
        for held in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in held.scope_spans
        for span in scope.spans
    ]
    whole, late = spans
    assert whole.name == "chat write"
    assert whole.trace_id.hex() == TRACE
    assert (whole.start_time_unix_nano, whole.end_time_unix_nano) == (
        1_764_000_000_500_000_000,
        1_764_000_001_750_000_000,
    )
    said = {one.key: one.value.string_value or one.value.int_value for one in whole.attributes}
    assert said["gen_ai.request.model"] == "write"
    assert said["gen_ai.response.model"] == "qwen-flash"
    assert said["gen_ai.usage.input_tokens"] == 120
    assert said["weft.cost.nanodollars"] == 1_500
    assert late.status.code == 2
    metrics = {
        metric.name: metric
        for body in collector.got["/v1/metrics"]
        for held in ExportMetricsServiceRequest.FromString(body).resource_metrics
        for scope in held.scope_metrics
        for metric in scope.metrics
    }
    points = metrics["gen_ai.client.token.usage"].histogram.data_points
    assert sum(point.sum for point in points) == 300
    assert sum(point.count for point in metrics["gen_ai.client.operation.duration"].histogram.data_points) == 2
