"""Files of every kind → sheets of cells; what is no table is refused by name, whatever its ending says."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.intake.workbooks import ods, xlsx

from shnor_engine.errors import BadInput
from shnor_engine.intake.files import read_grid
from shnor_engine.intake.grid import Limits, Sheet, a1, column_of, letters

FILES = Path(__file__).parent / "files"


def only(path: Path) -> Sheet:
    (sheet,) = read_grid(path).sheets
    return sheet


# --- the kinds of file ----------------------------------------------------------------------------


def test_a_workbook_gives_values_as_they_show(tmp_path: Path) -> None:
    rows = [["Школа", "доля", "код", "день", "цифры"], ["№ 6", (0.512, "0.0%"), "01611", dt.date(2024, 3, 5), 45.0]]
    sheet = only(xlsx(tmp_path / "a.xlsx", {"Лист1": [[], *rows[:1], [*rows[1], (1611, "00000")]]}))
    assert sheet.rows[1] == rows[0], "rows keep their numbers, also below empty ones"
    assert sheet.rows[2] == ["№ 6", "51.2%", "01611", dt.date(2024, 3, 5), 45, "01611"]
    assert type(sheet.rows[2][4]) is int
    assert sheet.address(2, 1) == "Лист1!B3"


def test_columns_keep_their_letters_beside_empty_ones(tmp_path: Path) -> None:
    sheet = only(xlsx(tmp_path / "a.xlsx", {"Лист1": [[], [None, None, "Школа"]]}))
    assert list(sheet.filled()) == [(1, 2)]


def test_error_cells_and_formulas_without_a_value_are_no_values(tmp_path: Path) -> None:
    rows = [["a", ("=1/0", "#DIV/0!"), ("=1+1", 2), ("=A1", ""), "#Н/Д"]]
    sheet = only(xlsx(tmp_path / "a.xlsx", {"Лист1": rows}))
    assert sheet.rows[0] == ["a", None, 2, None, None]
    assert sheet.errors == {(0, 1): "#DIV/0!", (0, 3): "формула без вычисленного значения", (0, 4): "#Н/Д"}


def test_a_covered_cell_shows_its_origin_and_remembers_it(tmp_path: Path) -> None:
    sheet = only(xlsx(tmp_path / "a.xlsx", {"Лист1": [["шапка", None], ["x", "y"]]}, merged=[(0, 0, 0, 1)]))
    assert (sheet.value(0, 1), sheet.origin(0, 1)) == ("шапка", (0, 0))
    assert sheet.origin(1, 1) == (1, 1)


def test_an_old_workbook_is_read_with_its_errors_and_merged_cells() -> None:
    results, second = read_grid(FILES / "results.xls").sheets
    assert results.name == "Итоги ВПР"
    assert results.rows[1] == ["СОШ №6", "математика", 45, 12]
    assert results.errors == {(3, 2): "#DIV/0!"}
    assert (second.value(0, 1), second.rows[1]) == ("Шапка", ["01611", 3])


def test_an_old_workbook_shows_percents_and_codes_as_they_are_shown_and_cells_in_a_run_too() -> None:
    sheet = only(FILES / "percents.xls")
    assert [sheet.rows[row][1] for row in range(1, 6)] == ["50%", "51.2%", "35%", "100%", "59.05%"]
    assert [sheet.rows[row][3] for row in range(1, 5)] == ["01611", "01612", "00007", "70000"]
    assert [sheet.rows[row][2] for row in range(1, 5)] == [20] * 4
    assert sheet.rows[7] == ["25%", "50%", "75%"]


def test_an_open_document_is_read_with_its_percents_errors_and_merged_cells(tmp_path: Path) -> None:
    percent = (
        '<table:table-cell office:value-type="percentage" office:value="0.512"><text:p>51,2%</text:p>'
        "</table:table-cell>"
    )
    error = (
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
    )
    wide = (
        '<table:table-cell table:number-columns-spanned="2" office:value-type="string"><text:p>шапка</text:p>'
        "</table:table-cell><table:covered-table-cell/>"
    )
    sheet = only(ods(tmp_path / "a.ods", {"Лист": [[wide], ["01611", 45], [percent, error]]}))
    assert sheet.value(0, 1) == "шапка"
    assert sheet.rows[1] == ["01611", 45]
    assert sheet.rows[2][0] == "51.2%"
    assert sheet.errors == {(2, 1): "#DIV/0!"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_csv_is_read_in_its_encoding_and_with_its_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    lines = [["Школа", "Код", "Доля"], ["МБОУ «СОШ №6»", "01611", '"76,4"' if separator == "," else "76,4"]]
    path = tmp_path / "итоги.csv"
    path.write_text("\r\n".join(separator.join(line) for line in lines), encoding=encoding, newline="")
    assert only(path).rows == {0: ["Школа", "Код", "Доля"], 1: ["МБОУ «СОШ №6»", "01611", "76,4"]}


# --- what is no table -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xlsx", b"hello", "не книга .xlsx"),
        ("a.xlsx", b"", "не книга .xlsx"),
        ("a.xls", b"PK\x03\x04 nothing", "повреждена"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "повреждена"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "повреждена"),
        ("a.csv", b"a;b\n\0\0\0", "двоичный"),
        ("a.csv", 'школа;"не закрыта'.encode(), "кавычки"),
    ],
)
def test_what_is_no_table_is_refused_by_name(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput, match=reason) as found:
        read_grid(path)
    assert found.value.source == name


def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(BadInput, match="не книга"):
        read_grid(tmp_path / "a.xlsx")


def test_a_file_without_a_single_value_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="ни одной заполненной ячейки"):
        read_grid(xlsx(tmp_path / "a.xlsx", {"Лист1": [], "Лист2": []}))
    (tmp_path / "a.csv").write_text("", encoding="utf-8")
    with pytest.raises(BadInput, match="ни одной заполненной ячейки"):
        read_grid(tmp_path / "a.csv")


def test_a_line_that_names_the_separator_is_no_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sep=,\nШкола,Доля\n№ 6,1\n", encoding="utf-8")
    assert only(tmp_path / "a.csv").rows == {0: ["Школа", "Доля"], 1: ["№ 6", "1"]}


@pytest.mark.parametrize("cut", [100, 1_000, 3_000])
def test_a_workbook_that_is_cut_off_is_refused(tmp_path: Path, cut: int) -> None:
    whole = xlsx(tmp_path / "whole.xlsx", {"Лист1": [["a", "b"]] * 50}).read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[:-cut])
    with pytest.raises(BadInput, match="повреждена"):
        read_grid(tmp_path / "cut.xlsx")


def test_a_locked_workbook_is_refused() -> None:
    with pytest.raises(BadInput, match="защищена паролем"):
        read_grid(FILES / "locked.xlsx")


# --- what is too big ------------------------------------------------------------------------------


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with path.open("wb") as file:
        file.truncate(100 * 2**20)  # a sparse file: nothing is written
    with pytest.raises(BadInput, match="больше 64 МБ"):
        read_grid(path)


def test_a_million_empty_rows_cost_nothing(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(3, 1_000_001))
    path = _patched(xlsx(tmp_path / "a.xlsx", {"Лист1": [["Школа"], ["№ 6"]]}), rows)
    assert only(path).rows == {0: ["Школа"], 1: ["№ 6"]}


def test_a_cell_far_away_is_refused_before_room_is_made_for_it(tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    path = _patched(xlsx(tmp_path / "a.xlsx", {"Лист1": [["Школа"]]}), far)
    assert _peak_megabytes(path, "занимает 1048576 × 16384 ячеек") < 300


def test_an_archive_that_unfolds_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (30 * 2**20))
    assert path.stat().st_size < 2**20
    with pytest.raises(BadInput, match="больше 20 МБ"):
        read_grid(path, limits=Limits(unpacked_bytes=20 * 2**20))


def test_an_open_document_with_rows_repeated_without_end_is_refused(tmp_path: Path) -> None:
    row = (
        '<table:table-row table:number-rows-repeated="1048576">'
        '<table:table-cell table:number-columns-repeated="1000" office:value-type="float" office:value="1">'
        "<text:p>1</text:p></table:table-cell></table:table-row>"
    )
    path = ods(tmp_path / "a.ods", {"Лист": [["a"]]}, rows_xml=row)
    assert _peak_megabytes(path, "занимает больше") < 300


def test_empty_rows_of_an_open_document_cost_nothing(tmp_path: Path) -> None:
    row = (
        '<table:table-row table:number-rows-repeated="1048570"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert only(ods(tmp_path / "a.ods", {"Лист": [["a"]]}, rows_xml=row)).rows == {0: ["a"]}


def test_limits_are_the_callers(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"Лист1": [["a"] * 10] * 10})
    with pytest.raises(BadInput, match="ячеек"):
        read_grid(path, limits=Limits(cells=99))
    assert len(read_grid(path, limits=Limits(cells=100)).sheets[0].rows) == 10
    text = tmp_path / "a.csv"
    text.write_text("a;b\n" * 50, encoding="utf-8")
    with pytest.raises(BadInput, match="больше 99 ячеек"):
        read_grid(text, limits=Limits(cells=99))


def test_entities_are_not_unfolded(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", {"Лист1": [["a"]]})
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><workbook>&a;</workbook>'
    with zipfile.ZipFile(path, "a") as archive:
        names = archive.namelist()
    other = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(other, "w") as copy:
        for name in names:
            copy.writestr(name, bomb if name == "xl/workbook.xml" else archive.read(name))
    with pytest.raises(BadInput, match="DTD"):
        read_grid(other)


@pytest.mark.parametrize("number", [0, 25, 26, 701, 702, 16_383])
def test_letters_of_a_column_lead_back_to_it(number: int) -> None:
    assert column_of(letters(number)) == number


def test_addresses_are_those_of_a_spreadsheet() -> None:
    assert [a1(0, 0), a1(6, 25), a1(99, 26)] == ["A1", "Z7", "AA100"]


def _patched(path: Path, rows: str) -> Path:
    """The workbook with more rows in its sheet."""
    patched = path.with_name("patched.xlsx")
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(patched, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in archive.namelist():
            content = archive.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b"</sheetData>", rows.encode() + b"</sheetData>")
            copy.writestr(name, content)
    return patched


def _peak_megabytes(path: Path, reason: str) -> float:
    """The peak memory of a process that is refused the file for this reason."""
    code = (
        "import sys; from pathlib import Path; from shnor_engine.errors import BadInput\n"
        "from shnor_engine.intake.files import read_grid\n"
        "try: read_grid(Path(sys.argv[1]))\n"
        "except BadInput as e: said = str(e)\n"
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "print(sys.argv[2] in said, peak.split()[1])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path), reason], capture_output=True, text=True, check=True)
    refused, peak = done.stdout.split()
    assert refused == "True"
    return int(peak) / 1024
