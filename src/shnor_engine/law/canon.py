"""One canonical text per value, so that equal content has one digest in every run and on every machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from fractions import Fraction
from hashlib import sha256
from typing import Any


def plain(value: Any) -> Any:
    """The JSON form of a value: a fraction as {"fraction": "3/10"}, a day as {"day": "2020-01-01"}."""
    match value:
        case None | bool() | int() | str():
            return value
        case Fraction():
            return {"fraction": f"{value.numerator}/{value.denominator}"}
        case date():
            return {"day": value.isoformat()}
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case frozenset() | set():
            return sorted((plain(item) for item in value), key=canonical)
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"no canonical form for {type(value).__name__}")


def unplain(value: Any) -> Any:
    """What `plain` wrote, read back: fractions and days restored, lists as tuples."""
    match value:
        case {"fraction": str(text)}:
            return Fraction(text)
        case {"day": str(text)}:
            return date.fromisoformat(text)
        case list():
            return tuple(unplain(item) for item in value)
    return value


def canonical(value: Any) -> str:
    """JSON text with sorted keys and no spaces."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, in hex."""
    return sha256(canonical(value).encode()).hexdigest()
