"""Why a field cannot be so, in Russian: what pydantic finds, and what the classes of events find themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SAID = {
    "missing": "обязательное поле, его нет",
    "extra_forbidden": "такого поля у события нет",
    "string_type": "нужен текст",
    "string_too_short": "нужен непустой текст (знаков не меньше {min_length})",
    "string_too_long": "слишком длинный текст (знаков не больше {max_length})",
    "string_pattern_mismatch": "такая запись здесь невозможна; образец {pattern}",
    "int_type": "нужно целое число",
    "int_parsing": "нужно целое число",
    "int_from_float": "нужно целое число",
    "float_type": "нужно число",
    "float_parsing": "нужно число",
    "decimal_type": "нужно число",
    "decimal_parsing": "нужно число",
    "finite_number": "нужно конечное число",
    "bool_type": "нужно true или false",
    "bool_parsing": "нужно true или false",
    "date_type": "нужна дата вида 2024-12-23",
    "date_parsing": "нужна дата вида 2024-12-23",
    "date_from_datetime_parsing": "нужна дата вида 2024-12-23",
    "date_from_datetime_inexact": "нужна дата без времени, вида 2024-12-23",
    "literal_error": "возможно только: {expected}",
    "enum": "возможно только: {expected}",
    "greater_than": "должно быть больше {gt}",
    "greater_than_equal": "должно быть не меньше {ge}",
    "less_than": "должно быть меньше {lt}",
    "less_than_equal": "должно быть не больше {le}",
    "too_short": "нужно элементов не меньше {min_length}",
    "too_long": "слишком много элементов (не больше {max_length})",
    "list_type": "нужен список",
    "tuple_type": "нужен список",
    "dict_type": "нужен объект с полями",
    "model_type": "нужен объект с полями",
    "model_attributes_type": "нужен объект с полями",
}


class Impossible(ValueError):
    """What fields say together cannot be, in both languages."""

    def __init__(self, en: str, ru: str) -> None:
        self.ru = ru
        super().__init__(en)


def reason_ru(kind: str, context: Mapping[str, Any]) -> str:
    """What pydantic's error of a kind says, in Russian; empty where we have no words for it."""
    if kind == "value_error":
        return str(getattr(context.get("error"), "ru", ""))
    said = {name: str(value).replace(" or ", ", ") for name, value in context.items()}
    return _SAID.get(kind, "").format_map(said)
