"""How busy cores were, and with whose work: a measurement that its client or its neighbors held back says so."""

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import psutil

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Processor seconds that a process and those it started, which live, have used up to now."""
    total = 0.0
    for one in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
        try:
            used = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += used.user + used.system
    return total


class Watch:
    """Watches cores from its making on; `own` are the processes whose work, with that of those they started, is no neighbor's."""

    def __init__(self, cores: Iterable[int], own: Iterable[int]) -> None:
        self._cores, self._own = frozenset(cores), tuple(own)
        self._busy, self._used, self._at = _busy(), self._work(), time.perf_counter()

    def busy(self, core: int) -> float:
        """The share of the time that a core was busy, with whatever (0 to 1)."""
        return (_busy()[core] - self._busy[core]) / (time.perf_counter() - self._at)

    def neighbors(self) -> float:
        """The share of the cores' time that went to work that is not one's own (0 to 1)."""
        now = _busy()
        whole = sum(now[core] - self._busy[core] for core in self._cores)
        return max(whole - (self._work() - self._used), 0.0) / (time.perf_counter() - self._at) / len(self._cores)

    def _work(self) -> float:
        return sum(cpu_seconds(pid) for pid in self._own)


def _busy() -> Mapping[int, float]:
    """Seconds that each core has been busy since the machine started."""
    busy = {}
    for line in Path("/proc/stat").read_text(encoding="utf-8").splitlines():
        name, *fields = line.split()
        if name.startswith("cpu") and name != "cpu":
            user, nice, system, _, _, irq, softirq, steal, *_ = map(int, fields)
            busy[int(name[3:])] = (user + nice + system + irq + softirq + steal) / _TICKS
    return busy
