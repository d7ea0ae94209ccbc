"""What Weft can be told from outside: few settings, each an environment variable."""

import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Weft's settings; the metadata of each field names its environment variable and says what it does."""

    home: Path = field(
        default_factory=lambda: Path.home() / ".weft",
        metadata={
            "variable": "WEFT_HOME",
            "help": "Weft's folder: the embedded database, uploads, rejects, logs.",
        },
    )
    database_url: str | None = field(
        default=None,
        metadata={
            "variable": "WEFT_DATABASE_URL",
            "help": "Another PostgreSQL (16 or newer) to use in place of the embedded one.",
        },
    )
    business: str | None = field(
        default=None,
        metadata={
            "variable": "WEFT_BUSINESS",
            "help": "The business that commands act on without `--business`.",
        },
    )
    max_upload_mb: int = field(
        default=2048,
        metadata={"variable": "WEFT_MAX_UPLOAD_MB", "help": "The largest file that may be uploaded, in MiB."},
    )

    allowed_hosts: tuple[str, ...] = field(
        default=(),
        metadata={
            "variable": "WEFT_ALLOWED_HOSTS",
            "help": "Names under which `/mcp` is reached beside this machine's own, with commas between; `*` is any.",
        },
    )

    secret: str | None = field(
        default=None,
        repr=False,
        metadata={
            "variable": "WEFT_SECRET",
            "help": "What the keys of model providers are sealed with, where several machines share a database; else a file in Weft's folder.",
        },
    )

    otlp_url: str | None = field(
        default=None,
        metadata={
            "variable": "WEFT_OTLP_URL",
            "help": "An OpenTelemetry collector (OTLP over HTTP) that is told of requests to models; none if not set.",
        },
    )

    at_once: int = field(
        default=64,
        metadata={
            "variable": "WEFT_AT_ONCE",
            "help": "How many requests runs have under way at models at once in each process (1 to 1000).",
        },
    )

    url: str = field(
        default="http://127.0.0.1:8484",
        metadata={"variable": "WEFT_URL", "help": "The server that the Python client speaks to, where it is not told."},
    )
    key: str | None = field(
        default=None,
        repr=False,
        metadata={"variable": "WEFT_KEY", "help": "The key that the Python client sends, where it is not told."},
    )

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read the settings from the environment; an empty variable counts as not set."""
        home = os.environ.get("WEFT_HOME")
        limit = os.environ.get("WEFT_MAX_UPLOAD_MB", "")
        hosts = os.environ.get("WEFT_ALLOWED_HOSTS", "")
        at_once = os.environ.get("WEFT_AT_ONCE", "")
        return cls(
            home=Path(home).expanduser().absolute() if home else Path.home() / ".weft",
            database_url=os.environ.get("WEFT_DATABASE_URL") or None,
            business=os.environ.get("WEFT_BUSINESS") or None,
            max_upload_mb=int(limit) if limit.isdigit() else 2048,
            allowed_hosts=tuple(name.strip() for name in hosts.split(",") if name.strip()),
            secret=os.environ.get("WEFT_SECRET") or None,
            otlp_url=os.environ.get("WEFT_OTLP_URL") or None,
            at_once=min(max(int(at_once), 1), 1000) if at_once.isdigit() else 64,
            url=os.environ.get("WEFT_URL") or "http://127.0.0.1:8484",
            key=os.environ.get("WEFT_KEY") or None,
        )
