"""The page of events says what the classes say."""

from __future__ import annotations

import runpy
from pathlib import Path


def test_the_page_lists_every_event_field_and_code_as_the_classes_have_them() -> None:
    reference = runpy.run_path(str(Path(__file__).with_name("reference.py")))
    page = reference["PAGE"].read_text(encoding="utf-8")
    printed = page.split(reference["BEGIN"])[1].split(reference["END"])[0]
    assert printed.strip() == reference["generated"]().strip(), "run python tests/events/reference.py"
