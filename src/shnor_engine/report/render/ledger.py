"""A document as JSON: every sentence and cell with its evidence, for a machine to check."""

from __future__ import annotations

import json

from shnor_engine.report.document import Document


def ledger(document: Document) -> str:
    """JSON text, UTF-8, keys in the order of reading."""
    return json.dumps(document.to_json(), ensure_ascii=False, indent=1) + "\n"
