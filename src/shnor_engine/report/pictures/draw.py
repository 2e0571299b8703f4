"""Vega-Lite to SVG and PNG, with `vl-convert` of the extra `report`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from shnor_engine.errors import MissingExtra

if TYPE_CHECKING:
    from shnor_engine.report.document import Figure

T = TypeVar("T")

VERSION = "5.21"  # of Vega-Lite; fixed, so that a newer converter draws the same
OFFLINE: list[str] = []  # a picture may not fetch anything


def svg(spec: Mapping[str, Any]) -> str:
    """The picture as SVG text; the same text for the same specification. Raises `MissingExtra`."""
    said: str = _converter().vegalite_to_svg(text(spec), vl_version=VERSION, allowed_base_urls=OFFLINE)
    return said


def png(spec: Mapping[str, Any], *, scale: float = 2.0) -> bytes:
    """The picture as PNG bytes, by default in twice its size for print. Raises `MissingExtra`."""
    drawn: bytes = _converter().vegalite_to_png(
        text(spec), vl_version=VERSION, scale=scale, allowed_base_urls=OFFLINE
    )
    return drawn


def attempt(figure: Figure, draw: Callable[[Mapping[str, Any]], T]) -> T | None:
    """The picture as `draw` makes it; None for one of a plugin that cannot be drawn. One of ours raises."""
    try:
        return draw(figure.spec)
    except (KeyboardInterrupt, MissingExtra):
        raise
    except BaseException:  # the converter panics with errors that are no Exception
        if not figure.whose:
            raise
        return None


def text(spec: Mapping[str, Any]) -> str:
    """The specification as JSON text with its keys in a fixed order."""
    return json.dumps(spec, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _converter() -> Any:
    try:
        import vl_convert
    except ImportError as error:
        raise MissingExtra("drawing pictures", "report") from error
    return vl_convert


def drawn(spec: Mapping[str, Any], to: str) -> bytes:
    """The picture as the bytes of a file: `svg`, `png`, or `vl.json`, which is its text. Raises `MissingExtra`."""
    if to == "png":
        return png(spec)
    return (svg(spec) if to == "svg" else text(spec)).encode()
