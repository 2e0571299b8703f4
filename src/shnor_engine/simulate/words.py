"""How figures are said in Russian."""

from __future__ import annotations


def percent(share: float) -> str:
    """«41 %», «0,7 %», «менее 0,1 %»; «–» for what is no number."""
    if share != share:
        return "–"
    value = 100 * float(share)
    if 0 < value < 0.1:
        return "менее 0,1 %"
    digits = 1 if 0 < value < 1 or 99 < value < 99.95 else 0
    return f"{value:.{digits}f}".replace(".", ",") + " %"
