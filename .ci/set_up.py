"""Set up Weft in .venv with nothing but Python: find or fetch uv, then install exactly what uv.lock names.

The syntax is kept plain so that an old Python reaches the sentence that says it is too old.
"""

import hashlib
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
OWN = HERE / ".uv"
OWN_UV = OWN / "bin" / ("uv.exe" if os.name == "nt" else "uv")
READY = HERE / ".venv" / ".ready"


def state():
    """What the environment is made from: when it differs, the environment is made again."""
    digest = hashlib.sha256()
    for path in (HERE / "pyproject.toml", HERE / "uv.lock", Path(__file__)):
        digest.update(path.read_bytes())
    return [digest.hexdigest(), str(HERE), sys.version, os.path.realpath(sys.executable)]


def made_from():
    """What the environment that is there was made from, or nothing."""
    try:
        return json.loads(READY.read_text())
    except (OSError, ValueError):
        return None


def runs(*command):
    """Whether a command is there and works: a shim on the PATH may be neither."""
    try:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    except OSError:
        return False
    return done.returncode == 0


def fetch_uv():
    """Install uv from PyPI into .uv, with Python's own pip or, where it has none, with one fetched for this."""
    arguments = ["install", "-qq", "--no-cache-dir", "--disable-pip-version-check", "--no-warn-script-location"]
    # As root, pip warns that it is root: of no use here, where it writes to one folder of the project alone.
    arguments += ["--root-user-action=ignore", "--upgrade", "--target", str(OWN), "uv"]
    if runs(sys.executable, "-m", "pip", "--version"):
        return subprocess.run([sys.executable, "-m", "pip", *arguments], check=False).returncode == 0
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run([sys.executable, str(fetch_pip(folder) / "pip"), *arguments], check=False).returncode == 0


def fetch_pip(folder):
    """Fetch pip's wheel, which runs without being installed, and check it against the digest that PyPI gives."""
    page = "https://pypi.org/pypi/pip/json"
    with urllib.request.urlopen(page, timeout=60) as answer:
        files = json.loads(answer.read().decode())["urls"]
    wheel = next(file for file in files if file["packagetype"] == "bdist_wheel")
    # A mirror may answer with an address that is relative to the page's.
    with urllib.request.urlopen(urllib.parse.urljoin(page, wheel["url"]), timeout=120) as answer:  # noqa: S310
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != wheel["digests"]["sha256"]:
        sys.exit("The pip that came from PyPI is not the one it announces. Try again, or install uv yourself.")
    path = Path(folder) / wheel["filename"]
    path.write_bytes(content)
    return path


def working_uv():
    """A uv that works: the one on the PATH, the one fetched before, or one fetched now."""
    for command in ("uv", str(OWN_UV)):
        if runs(command, "--version"):
            return command
    try:
        fetched = fetch_uv()
    except OSError as problem:
        sys.exit(f"PyPI cannot be reached for uv ({problem}). Check the network, or install uv yourself.")
    if not fetched or not runs(str(OWN_UV), "--version"):
        sys.exit("uv could not be installed from PyPI (see above). Install it yourself: https://docs.astral.sh/uv/")
    return str(OWN_UV)


def writable(folder):
    """Whether a folder can be made and written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=str(folder)):
            return True
    except OSError:
        return False


def environment(uv):
    """The environment that uv runs in: this project's .venv, this Python, a cache that can be written."""
    variables = dict(os.environ, UV_PROJECT_ENVIRONMENT=".venv", UV_PYTHON_DOWNLOADS="never")
    variables.setdefault("UV_LINK_MODE", "copy")
    variables.pop("VIRTUAL_ENV", None)
    # uv brings its own list of certificates; where the machine has one, that is the one its owner keeps.
    if ssl.create_default_context().get_ca_certs():
        variables.setdefault("UV_SYSTEM_CERTS", "true")
    asked = subprocess.run([uv, "cache", "dir"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    cache = asked.stdout.decode("utf-8", "replace").strip()
    if not cache or not writable(Path(cache)):
        variables["UV_CACHE_DIR"] = str(OWN / "cache")
    return variables


def main():
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is run by whatever Python there is
        version = sys.version.split()[0]
        sys.exit(
            f"Weft needs Python 3.11 or newer; {sys.executable} is {version}. Name another: make PYTHON=python3.12"
        )
    wanted, there = state(), made_from()
    if there == wanted:
        return
    if there and there[1:] != wanted[1:]:
        # Its scripts name the folder and the Python that they were made in.
        shutil.rmtree(str(READY.parent), ignore_errors=True)
    if not writable(HERE / ".venv"):
        sys.exit(f"Weft sets itself up in {HERE / '.venv'}, which you cannot write to. Clone it to a folder of yours.")
    uv = working_uv()
    # Compiled once and here: a process that may not write bytecode would else compile what it imports each time.
    sync = [uv, "sync", "--frozen", "--quiet", "--all-extras", "--compile-bytecode", "--python", sys.executable]
    if subprocess.run(sync, cwd=str(HERE), env=environment(uv), check=False).returncode != 0:
        sys.exit("The packages that uv.lock names could not be installed; see above.")
    READY.write_text(json.dumps(wanted))


main()
