"""The transcript holds every word of the report, in its place, and no word that is not printed."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "examples" / "data" / "severskiy"
TEXT = (DATA / "report.txt").read_bytes().decode("utf-8")
LAYOUT = re.compile(r"(?:\s|\*\*|(?<=\n)- |(?<=\n)\d\. )*")  # bold, list marks, space: how it looks, not what it says


def rows(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def prose() -> list[str]:
    return [f["text"] for f in tomllib.loads((DATA / "prose.toml").read_text(encoding="utf-8"))["fragment"]]


def region(first: str, last: str) -> str:
    """The text of a table: from its head to its last printed cell."""
    start = TEXT.index(first)
    return TEXT[start : TEXT.index(last, start) + len(last)]


REGIONS = {
    "lists.csv": region("\tШколы ШНОР\t", "МАОУ лицей пгт Афипского\t\t\t"),
    "table_1.csv": region("Направления Профилактической", "Сентябрь 2024г."),
}

LIST_ROWS = ["title", "head", *"12345678"]
TABLE_ROWS = ["head", *"123", "3", *"456789"]  # row 3 goes on in a second line


def assert_covers(text: str, fragments: list[str]) -> None:
    """Fragments stand in `text` in their order, and between them is nothing but layout."""
    at = 0
    for fragment in fragments:
        start = text.find(fragment, at)
        assert start >= 0, f"not printed after position {at}: {fragment!r}"
        assert LAYOUT.fullmatch(text, at, start), f"left out before {fragment!r}: {text[at:start]!r}"
        at = start + len(fragment)
    assert LAYOUT.fullmatch(text, at), f"left out at the end: {text[at:]!r}"


@pytest.mark.parametrize("file", REGIONS)
def test_the_cells_of_a_table_cover_it_byte_for_byte(file: str) -> None:
    assert_covers(REGIONS[file], [row["text"] for row in rows(file)])


@pytest.mark.parametrize("file", REGIONS)
def test_every_cell_stands_in_the_column_that_the_transcript_says(file: str) -> None:
    printed = [
        (column, text)
        for line in REGIONS[file].split("\n")
        for column, text in enumerate(line.split("\t"), start=1)
        if text
    ]
    assert [(int(row["column"]), row["text"]) for row in rows(file)] == printed


@pytest.mark.parametrize(("file", "order"), [("lists.csv", LIST_ROWS), ("table_1.csv", TABLE_ROWS)])
def test_one_printed_line_is_one_row_but_for_the_line_of_the_broken_cell(file: str, order: list[str]) -> None:
    lines = [line for line in REGIONS[file].split("\n") if line.strip()]
    cells = iter(rows(file))
    by_line = [[next(cells)["row"] for text in line.split("\t") if text] for line in lines]
    assert [set(numbers) for numbers in by_line] == [{number} for number in order]


def test_the_printed_row_numbers_of_the_list_table_are_its_rows() -> None:
    assert [(r["row"], r["text"]) for r in rows("lists.csv") if r["column"] == "1"] == [
        (str(n), str(n)) for n in range(1, 9)
    ]


def test_only_one_cell_is_broken_and_the_transcript_says_so() -> None:
    for file, broken in (("lists.csv", []), ("table_1.csv", [("3", "3")])):
        places = [(row["row"], row["column"]) for row in rows(file)]
        assert [place for n, place in enumerate(places) if place in places[:n]] == broken
    (rest,) = [row for row in rows("table_1.csv") if row["text"] == "Афипского"]
    assert rest["oddity"] == "the rest of the broken cell, printed after the dates"


def test_prose_and_tables_together_cover_the_whole_report() -> None:
    outside = TEXT
    for table in REGIONS.values():
        outside = outside.replace(table, "\n")
    assert_covers(outside, prose())


def test_a_word_that_the_transcript_leaves_out_is_noticed() -> None:
    for n in range(len(prose())):
        outside = TEXT
        for table in REGIONS.values():
            outside = outside.replace(table, "\n")
        with pytest.raises(AssertionError):
            assert_covers(outside, prose()[:n] + prose()[n + 1 :])


def test_there_is_no_column_for_2021() -> None:
    heads = [row["text"] for row in rows("lists.csv") if row["row"] == "head"]
    assert heads == ["2020 год", "2022 год", "2023год", "2024год"]
    assert "2021" not in REGIONS["lists.csv"]


def test_the_report_names_no_person() -> None:
    assert re.findall(r"[А-ЯЁ][а-яё]+ [А-ЯЁ]\. ?[А-ЯЁ]\.", TEXT) == []
    assert "[руководитель]" in TEXT
