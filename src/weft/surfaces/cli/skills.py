"""A command for every skill, with a flag for every field of its request."""

import inspect
import sys
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar

import typer
from typer.core import TyperCommand

from weft.surfaces.cli import output
from weft.surfaces.cli.output import BusinessOption, JsonOption

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from weft.skill import Skill

Waited = TypeVar("Waited")
_SPAN: Final = {"min", "max", "currency"}
_PATIENCE_SECONDS: Final = 600.0
_LOOK_EVERY_SECONDS: Final = 0.2
_SHOWN: Final = 20
_NARROWEST: Final = 40
_PLAIN: Final = (str, int, float, bool)
_OWN: Final = ("business", "engine", "propose", "json", "input")
Input = Annotated[
    str | None,
    typer.Option(
        "--input", metavar="JSON", help="The request as JSON, or @FILE, or - for standard input; flags go before."
    ),
]
Engine = Annotated[str, typer.Option("--engine", help="auto, local or model.")]
Propose = Annotated[bool, typer.Option("--propose", help="Propose the answer's changes.")]


class _Command(TyperCommand):
    """A command in which `--json '{…}'` means `--json --input '{…}'`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take JSON that follows `--json` for the request."""
        plain: list[str] = []
        for arg in args:
            if plain and plain[-1] == "--json" and arg.lstrip().startswith("{"):
                plain.append("--input")
            plain.append(arg)
        return super().parse_args(ctx, plain)


def named(app: typer.Typer) -> set[str | None]:
    """The names of an application's commands and groups."""
    functions = (found.name or (found.callback and found.callback.__name__) for found in app.registered_commands)
    return {*functions, *(group.name for group in app.registered_groups)}


def register(app: typer.Typer) -> None:
    """Give an application a command for every skill whose name no command has."""
    from weft.skill import skills

    taken = named(app)
    for skill in skills().values():
        if skill.name not in taken:
            app.command(skill.name, cls=_Command, help=skill.sentence)(_function(skill))


class RunCommand(TyperCommand):
    """The command `run`, which takes the flags of the skill that it runs beside its own."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take the skill's flags out of the arguments and leave what they say in the context's `meta`."""
        flags = _flags_of(args)
        own = {flag for parameter in self.get_params(ctx) for flag in parameter.opts}
        plain: list[str] = []
        said: dict[str, Any] = {}
        rest = iter(args)
        for arg in rest:
            flag, equals, value = arg.partition("=")
            name = flags.get(flag) if flag not in own else None
            if name is None:
                plain.append(arg)
                continue
            field, kind, many = name
            if kind is bool:
                given: Any = not flag.startswith("--no-")
            elif not equals and (value := next(rest, "-")).startswith("-"):
                raise typer.BadParameter(f"{flag} needs a value.")
            else:
                given = value
            said[field] = [*said.get(field, []), given] if many else given
        ctx.meta[FLAGS] = said
        return super().parse_args(ctx, plain)


FLAGS: Final = "weft.flags"


def _flags_of(args: list[str]) -> dict[str, tuple[str, Any, bool]]:
    """The flags of the first skill that is named in arguments: flag → field, its kind, whether it may come again."""
    from weft.skill import skills

    named_ = next((skills()[arg] for arg in args if arg in skills()), None)
    flags: dict[str, tuple[str, Any, bool]] = {}
    for field, info in (named_.asks.model_fields if named_ else {}).items():
        kind, many = _plain(info.annotation)
        flags[f"--{field.replace('_', '-')}"] = (field, kind, many)
        if kind is bool:
            flags[f"--no-{field.replace('_', '-')}"] = (field, kind, many)
    return flags


def announce(app: typer.Typer) -> None:
    """Give an application a name and a sentence for every skill, for a page of help, without loading the skills."""
    from weft.discover import declared

    taken = named(app)
    for said in declared("weft.skills", "Skill", "weft.skills"):
        if said["name"] not in taken:
            app.command(said["name"], help=said.get("does", "").rstrip(".") + ".")(lambda: None)
            taken.add(said["name"])


def _function(skill: "Skill") -> Any:
    """A function whose parameters are the fields of the skill's request."""
    flags = {_parameter(name): name for name in skill.asks.model_fields}

    def call(**given: Any) -> None:
        own = {name: given.pop(f"{name}_") for name in _OWN if f"{name}_" in given}
        said = {flags[name]: value for name, value in given.items() if value not in (None, [])}
        _ask(skill, said, **own)

    parameters = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_annotation(field, info))
        for name, field in flags.items()
        for info in [skill.asks.model_fields[field]]
    ]
    common: list[tuple[str, Any, Any]] = [("input_", Input, None), ("engine_", Engine, "auto")]
    if skill.writes:
        common.append(("propose_", Propose, False))
    common += [("business_", BusinessOption, None), ("json_", JsonOption, False)]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, annotation, default in common
    ]
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return call


def _parameter(field: str) -> str:
    return f"ask_{field}"


def _annotation(name: str, info: "FieldInfo") -> Any:
    """A field of a request as an option: plain types as they are, all else as JSON."""
    kind, many = _plain(info.annotation)
    flag = f"--{name.replace('_', '-')}"
    if name in _OWN:
        flag = f"--ask-{name}"
    help_ = info.description or ""
    if kind is None:
        kind, help_ = str, f"{help_} As JSON.".strip()
    if info.is_required():
        help_ = f"{help_.rstrip('.')}. Required." if help_ else "Required."
    elif info.default not in (None, "", ()) and isinstance(info.default, _PLAIN):
        help_ = f"{help_.rstrip('.')}. Without it {info.default}."
    names = (f"{flag}/--no-{flag[2:]}",) if kind is bool else (flag,)
    whole: Any = list[kind] | None if many else kind | None  # type: ignore[valid-type]
    return Annotated[whole, typer.Option(*names, help=help_, show_default=False)]


def _plain(annotation: Any) -> tuple[Any, bool]:
    """The type of a flag and whether it may be given more than once; None for what only JSON can say."""
    if annotation is date:
        return (str, False)
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        return _plain(parts[0])
    if origin in (typing.Union, types.UnionType):
        kinds = [_plain(part) for part in parts if part is not type(None)]
        plain = [kind for kind in kinds if kind[0] is not None]
        if set(kinds) == {(str, False), (str, True)}:
            # One text or several: the flag may come again.
            return (str, True)
        if len(kinds) == 1 or (plain and plain[0] == (str, False)):
            return plain[0] if plain else (None, False)
        return (str, False) if len(plain) == len(kinds) and not any(many for _, many in plain) else (None, False)
    if origin is Literal and all(isinstance(part, str) for part in parts):
        return annotation, False
    if origin in (list, tuple, set, frozenset) and parts:
        kind, many = _plain(parts[0])
        if typing.get_origin(kind) is Literal:
            kind = str
        return (None, False) if many or kind is bool else (kind, kind is not None)
    return (annotation, False) if annotation in _PLAIN else (None, False)


def _ask(
    skill: "Skill",
    said: Mapping[str, Any],
    *,
    input: str | None,  # noqa: A002 - the option's name
    engine: str,
    business: str | None,
    json: bool,
    propose: bool = False,
) -> None:
    from weft.errors import InputError
    from weft.skill import requested
    from weft.store.changes import Who
    from weft.surfaces import asking

    values = {**(read_request(input) if input is not None else {}), **unpacked(skill, said)}
    missing = [
        name
        for name, info in skill.asks.model_fields.items()
        if info.is_required() and (info.alias or name) not in values
    ]
    if missing:
        raise InputError(
            f"Say {' and '.join('--' + name.replace('_', '-') for name in missing)}, or the whole with --input."
        )
    asked = requested(skill, values)
    with output.business(business) as shop:
        given: dict[str, Any] = {"engine": engine, "propose": propose, "who": Who(output.who())}
        if skill.streams and not json:
            for piece in asking.pieces(skill, asked, shop, **given):
                if isinstance(piece, str):
                    sys.stdout.write(piece)
                    sys.stdout.flush()
                else:
                    sys.stdout.write("\n")
                    _show(skill, piece)
            return
        if skill.long and sys.stderr.isatty():
            with output.err.status(f"{skill.name} …"):
                answer = waited_for(lambda: asking.ask(skill, asked, shop, **given))
        else:
            answer = waited_for(lambda: asking.ask(skill, asked, shop, **given))
    if json:
        output.emit(answer)
    else:
        _show(skill, answer)


def waited_for(ask: Callable[[], Waited]) -> Waited:
    """An answer, waited for while what it is drawn from is being made."""
    import time

    from weft.errors import NotReady

    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return ask()
        except NotReady as problem:
            if time.monotonic() > until:
                raise
            with output.err.status(problem.message):
                time.sleep(_LOOK_EVERY_SECONDS)


def read_request(text: str) -> dict[str, Any]:
    """A request from JSON, @FILE or - for standard input; raises InputError, UnreadableFile."""
    import json

    from weft.errors import InputError, UnreadableFile

    if text == "-":
        text = sys.stdin.read()
    elif text.startswith("@"):
        try:
            text = Path(text[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else problem
            raise UnreadableFile(f"{text[1:]} cannot be read: {why}.") from None
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise InputError(f"The request is not JSON: {problem}.") from None
    if not isinstance(values, dict):
        raise InputError("The request is not a JSON object.")
    return values


def unpacked(skill: "Skill", said: Mapping[str, Any]) -> dict[str, Any]:
    """Flags' values, those that only JSON can say taken out of it."""
    import json

    from weft.errors import InputError

    values: dict[str, Any] = {}
    for name, value in said.items():
        info = skill.asks.model_fields[name]
        if _plain(info.annotation)[0] is None:
            try:
                values[info.alias or name] = json.loads(value)
            except ValueError as problem:
                raise InputError(f"--{name.replace('_', '-')} is not JSON: {problem}.") from None
        else:
            values[info.alias or name] = value
    return values


def _show(skill: "Skill", answer: Mapping[str, Any]) -> None:
    """An answer for a person: as the skill says it, or its plain fields, its lists and its changes; and what was proposed."""
    from weft.skill import text_of

    told = text_of(skill, answer, max(output.out.width, _NARROWEST))
    if told is None:
        _show_fields(answer)
    else:
        output.out.print(told, markup=False, highlight=False, soft_wrap=True)
    if proposed := answer.get("proposed"):
        _show_proposed(skill, proposed)


def _show_fields(answer: Mapping[str, Any]) -> None:
    """An answer field by field, its changes as a table. One that says itself as `text` is shown as that, its note below."""
    from weft.store.fields import words

    told = answer.get("text")
    if told:
        output.out.print(told, markup=False, highlight=False, soft_wrap=True)
    for name, value in answer.items():
        if name in ("changes", "proposed", "engine") or value in (None, [], {}, "") or (told and name != "note"):
            continue
        _show_value(name, value)
    if "changes" in answer and (answer["changes"] or not told):
        shown = answer["changes"][:_SHOWN] if told else answer["changes"]
        output.rows(
            shown,
            [
                ("field", "left", lambda edit: edit["field"]),
                ("before", "left", lambda edit: _short(words(edit["before"]))),
                ("after", "left", lambda edit: _short(words(edit["after"]))),
                ("sure", "right", lambda edit: "" if edit["confidence"] is None else f"{edit['confidence']:.2f}"),
                ("why", "left", lambda edit: _why(edit)),
            ],
            as_json=False,
            empty="Nothing to change.",
        )
        if len(shown) < len(answer["changes"]):
            output.out.print(f"… and {len(answer['changes']) - len(shown):,} more.")


def _show_proposed(skill: "Skill", proposed: Mapping[str, Any]) -> None:
    output.out.print(f"Proposed {proposed['done']:,}; left {proposed['left']:,}.")
    for problem in proposed["problems"][:20]:
        output.out.print(f"  {problem['field']}: {problem['problem']}", markup=False)
    if proposed["done"]:
        where = f"--where 'skill = {skill.name}'"
        output.out.print(
            f"Look at them with weft changes list {where}; then weft changes approve {where}, and weft changes apply {where}.",
            markup=False,
        )


def _show_value(name: str, value: Any, depth: int = 0) -> None:
    pad = "  " * depth
    label = name.replace("_", " ")
    if isinstance(value, dict) and value.keys() == _SPAN:
        output.out.print(f"{pad}{label}: {_span(value)}", markup=False)
    elif isinstance(value, dict):
        output.out.print(f"{pad}{label}:", markup=False)
        for key, inner in value.items():
            if inner not in (None, [], {}, ""):
                _show_value(str(key), inner, depth + 1)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        output.out.print(f"{pad}{label}:", markup=False)
        for item in value:
            # The bounds of a price stand in what it says, in the units that people write.
            told = [inner for key, inner in item.items() if key not in _SPAN or not item.get("currency")]
            line = " · ".join(said for inner in told if (said := _said(inner)))
            output.out.print(f"{pad}  {line}", markup=False, soft_wrap=True)
    else:
        text = (
            ", ".join(map(str, value))
            if isinstance(value, list)
            else f"{value:g}"
            if isinstance(value, float)
            else value
        )
        output.out.print(f"{pad}{label}: {text}", markup=False)


def _span(value: Mapping[str, Any]) -> str:
    """Two amounts of one currency for a person."""
    from weft.money import decimal

    low, high = (decimal(value[name], value["currency"]) for name in ("min", "max"))
    return f"{low} {value['currency']}" if low == high else f"{low} to {high} {value['currency']}"


def _said(value: Any) -> str:
    """One value of an item on its line: texts, figures, amounts of money and reasons; what has parts of its own is for --json."""
    from weft.store.fields import words

    if isinstance(value, dict):
        amount = value.get("amount")
        return words(value) if isinstance(amount, int) else str(value.get("says") or "")
    if isinstance(value, list):
        return ", ".join(map(str, value)) if value and not any(isinstance(one, dict | list) for one in value) else ""
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None or isinstance(value, bool) else str(value)


def _why(edit: Mapping[str, Any]) -> str:
    whys = [str(fact["why"]) for fact in edit["facts"] if isinstance(fact, dict) and fact.get("why")]
    return _short(whys[0]) if whys else ""


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:59] + "…"
