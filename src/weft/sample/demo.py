"""The command `weft demo`: everything started, and everything it started stopped again."""

from rich.console import Console

from weft.errors import InputError
from weft.postgres import embedded
from weft.postgres.database import Database
from weft.sample import routine
from weft.settings import Settings
from weft.surfaces import serving, storefront
from weft.surfaces.console.session import sign_in_link


def run(port: int, once: bool, out: Console, err: Console) -> None:
    """Prepare the sample shop, print its report, and serve it; what ran before the demo runs on after it."""
    settings = Settings.from_environment()

    def say(text: str) -> None:
        err.print(text, style="dim", markup=False, soft_wrap=True)

    def told(database: Database, number: int) -> None:
        shop = routine.shop(database)
        console = sign_in_link(settings.home, database, shop.uid, "approve", number)
        routine.report(shop, out, console, storefront.opened(shop, f"http://127.0.0.1:{number}"))

    def ready(database: Database, number: int) -> None:
        told(database, number)
        if not once:
            routine.meanings_begun(routine.shop(database), settings.home)
            routine.forecasts_begun(routine.shop(database), settings.home)

    ran = settings.database_url is not None or embedded.running(settings.home)
    try:
        there = serving.found(settings.home)
        with Database.open(settings, say) as database:
            routine.prepare(database, settings.home, say)
            if there:
                told(database, there[0]["port"])
                err.print("It is being served already, by another process.")
                return

        try:
            serving.run("127.0.0.1", port, say=say, ready=ready, once=once)
        except InputError:
            say(f"port {port} is taken by something else; another one is used")
            serving.run("127.0.0.1", 0, say=say, ready=ready, once=once)
    finally:
        if not ran:
            embedded.stop(settings.home)
