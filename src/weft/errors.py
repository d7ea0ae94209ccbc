"""One family of errors, each a sentence that says what is wrong, where, and what to do.

WeftError
├── InputError             what was sent cannot be taken             400  exit 2
│   ├── UnreadableFile     a file cannot be opened or decoded
│   ├── UnknownFormat      no connector knows this file
│   ├── BadFilter          a `--where` that is not in the language
│   └── TooLarge           a body or file over its limit             413
├── Unauthorized           no key, or one that is not valid          401  exit 4
├── Forbidden              the key's scope does not allow it         403  exit 4
├── NotFound               no such record, change, business          404  exit 5
├── Conflict               the state does not allow this step        409  exit 6
│   ├── Stale              the field no longer holds what was seen   412
│   └── Tampered           the journal's chain does not hold
├── LimitReached           a key's requests or tokens a minute       429  exit 9
│   └── BudgetExhausted    a cap leaves less than this could cost
├── ModelFailed            no model of a route answered              502  exit 10
│   ├── ModelTimeout       none did in its time                      504
│   ├── ModelBusy          all are resting or have no place          503
│   ├── ModelRefused       a model's server refuses the request      its own status
│   └── NoAnswer           what models said was never valid          502
├── SkillFailed            a skill raised or answered nonsense       502  exit 8
│   └── SkillTimeout       it did not answer in its time             504
├── NotReady               what it needs is still being made         503  exit 11
├── ServerUnreachable      the client's server does not answer      503  exit 7
└── DatabaseError          PostgreSQL                                503  exit 7
    ├── DatabaseUnavailable   it cannot be reached or started
    ├── DatabaseTooOld        a server older than 16
    ├── DatabaseFolderError   the data folder cannot be used
    └── DiskFull              no space left                          507
"""

from typing import ClassVar


class WeftError(Exception):
    """The root: a message for a person, a slug for a program.

    `status` is the HTTP status, `exit_code` the command's, `code` the slug in a problem+json `type`.
    """

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "error"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class InputError(WeftError):
    """What was sent cannot be taken as it is."""

    status, exit_code, code = 400, 2, "bad-input"


class UnreadableFile(InputError):
    """A file cannot be opened, decompressed or decoded."""

    code = "unreadable-file"


class UnknownFormat(InputError):
    """No connector recognizes the file, or none has that name."""

    code = "unknown-format"


class BadFilter(InputError):
    """A filter is not in the filter language."""

    code = "bad-filter"


class TooLarge(InputError):
    """A request or file is larger than its limit."""

    status, code = 413, "too-large"


class Unauthorized(WeftError):
    """No key was sent, or the key is unknown, revoked or expired."""

    status, exit_code, code = 401, 4, "unauthorized"


class Forbidden(WeftError):
    """The key's scope does not allow this."""

    status, exit_code, code = 403, 4, "forbidden"


class NotFound(WeftError):
    """There is no such thing in this business."""

    status, exit_code, code = 404, 5, "not-found"


class Conflict(WeftError):
    """The thing is in a state from which this step cannot be taken."""

    status, exit_code, code = 409, 6, "conflict"


class Stale(Conflict):
    """The record no longer holds what the caller saw."""

    status, code = 412, "stale"


class Tampered(Conflict):
    """The journal's chain does not hold."""

    code = "tampered"


class LimitReached(WeftError):
    """A key has used up its requests or tokens of this minute; the detail `retry_after` says in seconds when to come again."""

    status, exit_code, code = 429, 9, "limit-reached"


class BudgetExhausted(LimitReached):
    """A budget leaves less than the request could cost at most."""

    code = "budget-exhausted"


class ModelFailed(WeftError):
    """No model of a route has answered."""

    status, exit_code, code = 502, 10, "model-failed"


class ModelTimeout(ModelFailed):
    """No model of a route has answered in its time."""

    status, code = 504, "model-timeout"


class ModelBusy(ModelFailed):
    """Every model of a route is resting after failures, or has no place; `retry_after` says in seconds when to come again."""

    status, code = 503, "model-busy"


class ModelRefused(ModelFailed):
    """A model's server refuses the request itself; details: `upstream_status` and the `body` that it sent."""

    status, code = 400, "model-refused"


class NoAnswer(ModelFailed):
    """Models answered, but never what was asked for."""

    code = "no-answer"


class SkillFailed(WeftError):
    """A skill raised an error of its own, or answered what is not its answer."""

    status, exit_code, code = 502, 8, "skill-failed"


class SkillTimeout(SkillFailed):
    """A skill did not answer in the time it has."""

    status, code = 504, "skill-timeout"


class NotReady(WeftError):
    """What the answer is drawn from is still being made; the detail `retry_after` says in seconds when to come again."""

    status, exit_code, code = 503, 11, "not-ready"


class ServerUnreachable(WeftError):
    """The server that the client speaks to does not answer."""

    status, exit_code, code = 503, 7, "server-unreachable"


class DatabaseError(WeftError):
    """PostgreSQL cannot do what is needed."""

    status, exit_code, code = 503, 7, "database"


class DatabaseUnavailable(DatabaseError):
    """PostgreSQL cannot be reached or started."""

    code = "database-unavailable"


class DatabaseTooOld(DatabaseError):
    """The server is older than PostgreSQL 16."""

    code = "database-too-old"


class DatabaseFolderError(DatabaseError):
    """Weft's folder cannot be created, read or written."""

    code = "database-folder"


class DiskFull(DatabaseError):
    """There is no space left for the database."""

    status, code = 507, "disk-full"
