"""The example as a reader sees it: what is assumed stands before any figure, and without the extra it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

import simulate_2025_2030 as example
from shnor_engine.simulate import ask


def test_the_example_prints_its_assumptions_before_any_figure_and_writes_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    example.main(tmp_path, 200)
    shown = capsys.readouterr().out
    assert shown.startswith("## Что принято")
    assert "Сколько школ в районе на самом деле, источник не говорит" in shown[: shown.index("## Главное")]
    assert "вероятност" not in shown[: shown.index("## Главное")]
    assert "Эффект программы по этим данным не определить" in shown
    assert "осторожн" not in shown  # nobody asked for caution
    assert (tmp_path / "simulation" / "manifest.json").exists()


def test_without_the_extra_the_example_goes_without_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ask, "find_spec", lambda name: None)
    example.main(tmp_path, 400)
    shown = capsys.readouterr()
    assert "[sim]" in shown.err
    assert shown.out == ""
    assert not list(tmp_path.iterdir())
