"""What Prometheus is told: counts and durations by route, provider and outcome, kept as plain numbers until somebody asks."""

from bisect import bisect_left
from collections.abc import Iterable
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
_MOST_SERIES: Final = 2000
Labels = tuple[str, str, str, str]


class _Series:
    """One combination of labels."""

    __slots__ = ("buckets", "cost", "count", "first", "first_count", "seconds", "tokens_in", "tokens_out")

    def __init__(self) -> None:
        self.count = self.tokens_in = self.tokens_out = self.cost = self.first_count = 0
        self.seconds = self.first = 0.0
        self.buckets = [0] * (len(BUCKETS) + 1)


class Metrics(Collector):
    """The gateway's figures; labels are kind, route, provider and outcome, never a key or a business.

    Of the routes that a business made for itself, route and provider are told as `own`.
    """

    def __init__(self) -> None:
        self._series: dict[Labels, _Series] = {}
        self.in_flight = 0
        self.registry = CollectorRegistry()
        self.registry.register(self)

    def count(
        self, labels: Labels, seconds: float, first: float | None, tokens_in: int, tokens_out: int, cost: int
    ) -> None:
        """Count one request."""
        series = self._series.get(labels)
        if series is None:
            if len(self._series) >= _MOST_SERIES:
                labels = (labels[0], "other", "other", labels[3])
            series = self._series.setdefault(labels, _Series())
        series.count += 1
        series.seconds += seconds
        series.buckets[bisect_left(BUCKETS, seconds)] += 1
        series.tokens_in += tokens_in
        series.tokens_out += tokens_out
        series.cost += cost
        if first is not None:
            series.first += first
            series.first_count += 1

    def collect(self) -> Iterable[CounterMetricFamily | HistogramMetricFamily | GaugeMetricFamily]:
        """The figures as families, for a registry."""
        names = ["kind", "route", "provider", "outcome"]
        requests = CounterMetricFamily("weft_gateway_requests", "Requests that are over.", labels=names)
        tokens = CounterMetricFamily("weft_gateway_tokens", "Tokens in and out.", labels=[*names, "direction"])
        cost = CounterMetricFamily("weft_gateway_cost_dollars", "What was spent, in US dollars.", labels=names)
        took = HistogramMetricFamily("weft_gateway_duration_seconds", "From request to last byte.", labels=names)
        first = CounterMetricFamily("weft_gateway_first_byte_seconds", "Time to first bytes, added up.", labels=names)
        for labels, series in list(self._series.items()):
            requests.add_metric(labels, series.count)
            tokens.add_metric([*labels, "in"], series.tokens_in)
            tokens.add_metric([*labels, "out"], series.tokens_out)
            cost.add_metric(labels, series.cost / 1e9)
            first.add_metric(labels, series.first)
            total, buckets = 0, []
            for bound, number in zip((*BUCKETS, float("inf")), series.buckets, strict=True):
                total += number
                buckets.append(("+Inf" if bound == float("inf") else str(bound), total))
            took.add_metric(labels, buckets, series.seconds)
        yield from (requests, tokens, cost, took, first)
        yield GaugeMetricFamily("weft_gateway_in_flight", "Requests under way.", self.in_flight)

    def text(self) -> bytes:
        """The figures in Prometheus' text format 0.0.4."""
        return generate_latest(self.registry)
