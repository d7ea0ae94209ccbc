"""What tests share: one embedded server for all of them, and a fresh business for each."""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from weft.access import businesses
from weft.business import Business
from weft.postgres import embedded
from weft.postgres.database import Database
from weft.settings import Settings

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_numbers = itertools.count(1)


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
