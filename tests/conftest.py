"""What tests share: one embedded server for all of them, and a fresh business for each."""

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as tried

from weft.access import businesses
from weft.business import Business
from weft.postgres import embedded
from weft.postgres.database import Database
from weft.settings import Settings

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_LONGEST = (
    "test_demo.py", "test_docs.py", "test_runs.py", "test_contract.py", "test_round_trip.py", "test_taxonomies.py", "test_ledger.py",
    "test_index_kept.py", "test_shop_window.py", "test_console_search.py", "test_console_numbers.py", "test_rules.py", "test_embedded.py", "test_corpus.py",
    "test_search.py", "test_recommend.py", "test_console.py", "test_models_cli.py", "test_spending.py",
)  # fmt: skip
_numbers = itertools.count(1)
# How long an example takes says how busy the machine is.
tried.register_profile("weft", deadline=None, suppress_health_check=[HealthCheck.too_slow])
tried.load_profile("weft")


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data; what needs it is skipped where it is not."""
    if not DATA.is_dir():
        pytest.skip(f"there is no real data at {DATA}")
    return DATA


def removed(home: Path) -> None:
    """Stop a Weft folder's server and remove the folder, wherever its database lies."""
    embedded.stop(home)
    real = (home / "postgres").resolve()
    shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(real, ignore_errors=True)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Weft's folder for the whole session."""
    folder = tmp_path_factory.mktemp("weft")
    yield folder
    removed(folder)


@pytest.fixture(scope="session")
def settings(home: Path) -> Settings:
    """Settings that name the session's folder."""
    return Settings(home=home)


@pytest.fixture(scope="session")
def database(settings: Settings) -> Iterator[Database]:
    """The session's database, in its own folder."""
    with Database.open(settings) as opened:
        yield opened


@pytest.fixture
def business(database: Database) -> Business:
    """A business of the test's own."""
    return Business(database, businesses.ensured(database, f"test-{next(_numbers)}"))


@pytest.fixture
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A Weft folder of the test's own, whose server may be killed."""
    folder = tmp_path_factory.mktemp("own")
    yield folder
    removed(folder)


@pytest.fixture(scope="module")
def module_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A Weft folder that a file's tests share, whose server may be killed."""
    folder = tmp_path_factory.mktemp("module")
    yield folder
    removed(folder)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are processors: often a test waits for a process or a server that it has started."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no worker is left alone with one of them at the end."""
    items.sort(key=lambda item: _LONGEST.index(item.path.name) if item.path.name in _LONGEST else len(_LONGEST))
