"""From what was read to what the schema holds, with a sentence for everything that does not fit."""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Any, TypeVar, cast, get_args

from pydantic import BaseModel, ValidationError, create_model
from pydantic_core import ErrorDetails

from marchland.case.files import LinedList, LinedMap
from marchland.case.naming import suggestion
from marchland.case.schema import COUNTED, Row
from marchland.case.settings import KINDS_OF_CHANGE
from marchland.errors import Problem

R = TypeVar("R", bound=Row)
Location = tuple[int | str, ...]
_LONGEST = 60


def build(model: type[R], raw: LinedMap, file: str, problems: list[Problem]) -> R | None:
    """Make a row of the schema, and report what does not fit.

    Where a part does not fit, the rest still comes back, so that the rules across files can be
    checked on it in the same pass.

    Parameters
    ----------
    model : type of Row
        The class of the row.
    raw : LinedMap
        What the file says.
    file : str
        The file, for the problems.
    problems : list of Problem
        Receives what does not fit.
    """
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        details = error.errors(include_url=False)
    problems.extend(Problem(file, _line(raw, d["loc"]), _sentence(d, model, raw)) for d in details)
    return _rest(model, raw, [detail["loc"] for detail in details])


def _rest(model: type[R], raw: LinedMap, bad: list[Location]) -> R | None:
    """Read what is left once the bad parts are taken out, each as deep down as can be."""
    draft = _draft(model)
    while bad:
        paths = {_path(raw, location) for location in bad}
        if () in paths:
            return None
        raw = _pruned(raw, paths)
        try:
            return cast(R, draft.model_validate(raw))
        except ValidationError as error:
            bad = [detail["loc"] for detail in error.errors(include_url=False)]
    return None


@lru_cache(maxsize=64)
def _draft(model: type[Row]) -> type[Row]:
    """Give a class like the model in which every field may be missing."""
    fields: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        if info.is_required():
            loose = copy.copy(info)
            loose.default = None
            fields[name] = (info.annotation, loose)
    return create_model(model.__name__, __base__=model, **fields)


def _path(raw: Any, location: Location) -> Location:
    """Give the part of a location that exists in what was read; tags of unions are skipped."""
    path: list[int | str] = []
    previous: int | str | None = None
    for part in location:
        # Inside a list the first name may be the tag of a union, which may also be a key there.
        is_tag = isinstance(previous, int) and part in KINDS_OF_CHANGE
        previous = part
        if is_tag:
            continue
        if isinstance(raw, dict) and part in raw:
            raw = raw[str(part)]
            path.append(part)
        elif isinstance(raw, list) and isinstance(part, int) and part < len(raw):
            raw = raw[part]
            path.append(part)
    return tuple(path)


def _line(raw: Any, location: Location) -> int:
    line = int(raw.line)
    for part in _path(raw, location):
        if isinstance(raw, LinedMap):
            line = raw.lines.get(str(part), line)
        elif isinstance(raw, LinedList) and isinstance(part, int):
            line = raw.lines[part]
        raw = raw[part]
    return line


def _pruned(raw: Any, paths: set[Location]) -> Any:
    """Give a copy without the parts at some paths."""
    gone = {path[0] for path in paths if len(path) == 1}
    deeper = {path[0] for path in paths if len(path) > 1} - gone

    def below(key: int | str, value: Any) -> Any:
        if key not in deeper:
            return value
        return _pruned(value, {path[1:] for path in paths if len(path) > 1 and path[0] == key})

    if isinstance(raw, LinedMap):
        kept = {key: below(key, value) for key, value in raw.items() if key not in gone}
        return LinedMap(kept, raw.line, raw.lines)
    indices = [index for index in range(len(raw)) if index not in gone]
    lines = raw.lines if isinstance(raw, LinedList) else [0] * len(raw)
    line = raw.line if isinstance(raw, LinedList) else 0
    return LinedList([below(i, raw[i]) for i in indices], line, [lines[i] for i in indices])


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _sentence(detail: ErrorDetails, model: type[Row], raw: Any) -> str:
    """Say what the rule is, what was written and what to write."""
    location, kind, context = detail["loc"], detail["type"], detail.get("ctx", {})
    names = [str(part) for part in location if isinstance(part, str) and part != "[key]"]
    field = names[-1] if names else "the entry"
    got = _shown(detail["input"])
    match kind:
        case "missing":
            return f'"{field}" is missing; it must be given'
        case "extra_forbidden":
            return f'unknown key "{field}"{suggestion(field, _fields_at(model, location))}'
        case "literal_error":
            choices = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
            what = "key" if location[-1] == "[key]" else field
            return f'unknown {what} "{got}"{suggestion(got, choices) or _from(choices)}'
        case "float_parsing" | "float_type" | "finite_number":
            return f'{field} must be a number, but got "{got}"'
        case "int_parsing" | "int_type" | "int_from_float" | "int_parsing_size":
            return f'{field} must be a whole number, but got "{got}"'
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            sign = ">" if kind.startswith("greater") else "<"
            sign += "=" if kind.endswith("equal") else ""
            bound = next(iter(context.values()))
            return f"{field} {sign} {bound:g} must hold, but got {field}={got}"
        case "value_error":
            return str(context["error"])
        case _:
            return _other_sentence(kind, field, got, detail)


def _other_sentence(kind: str, field: str, got: str, detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    match kind:
        case "string_pattern_mismatch" | "string_too_long" | "string_too_short":
            return f'"{got}" cannot be a name; use up to 80 letters, digits, "_" and "-"'
        case "union_tag_not_found" | "union_tag_invalid":
            return "a change must have one of the keys rule, driver and switch"
        case "too_short" | "too_long":
            rule = "at least" if kind == "too_short" else "at most"
            bound = context.get("min_length", context.get("max_length"))
            return f"{field} takes {rule} {bound} entries, but got {context['actual_length']}"
        case "string_type":
            return f'{field} must be a text, but got "{got}"'
        case "list_type" | "tuple_type":
            return f'{field} must be a list, but got "{got}"'
        case "dict_type" | "model_type" | "model_attributes_type":
            return f'{field} must be a mapping of `key: value`, but got "{got}"'
        case _:
            message = detail["msg"]
            return f'{field}: {message[:1].lower()}{message[1:]}, but got "{got}"'


def _from(choices: list[str]) -> str:
    return f"; choose from {', '.join(choices)}"


def _fields_at(model: type[Row], location: Location) -> list[str]:
    """Keys that may stand where an unknown one was found."""
    models: list[type[BaseModel]] = [model]
    for part in location[:-1]:
        inner = [
            found
            for candidate in models
            if part in candidate.model_fields
            for found in _models_in(candidate.model_fields[str(part)].annotation)
        ]
        tagged = [candidate for candidate in models if part in candidate.model_fields]
        models = inner or tagged or models
    names = {info.alias or name for m in models for name, info in m.model_fields.items()}
    return sorted(names - set(COUNTED))


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in get_args(annotation) for found in _models_in(part)]
