"""The hashes are a format for decades: what they are made of is written out here once more, by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from shnor_engine.events.base import Source
from shnor_engine.log import SqliteLog
from shnor_engine.log.chain import LEAF_COLUMNS, batch_digest, leaf
from shnor_engine.testing.fakes import FixedClock, Noted

columns = st.tuples(*[st.none() | st.text() | st.integers() for _ in LEAF_COLUMNS])


def test_format_1_is_what_it_always_was() -> None:
    clock = FixedClock(datetime(2024, 6, 1, 12, tzinfo=UTC))
    with SqliteLog.open(":memory:", clock=clock, ids=lambda now, count: ["id-1"]) as log:
        log.append([Noted(about="щ", value=1)], actor="me", source=Source(type="note"), request_id="r")
        (row,) = log.read()
        head, log_id = log.head(), log.log_id
    said = (
        b"log.leaf/1" + b"4:id-1" + b"10:test.noted" + b"1:1" + "2:щ".encode() + b"2:me" + b'15:{"type":"note"}'
        b"-----" + f"{len(row.body.encode())}:{row.body}".encode()
    )
    digest = sha256(sha256(said).digest()).digest()
    moment = b"32:2024-06-01T12:00:00.000000+00:00"
    link = b"log.chain/1" + bytes(32) + f"36:{log_id}".encode() + b"1:11:11:1" + moment + moment + b"1:r" + digest
    assert head.chain == sha256(link).digest()


def test_a_leaf_once_published_does_not_change() -> None:
    row = ("id-1", "test.noted", 1, "a", "me", None, "", None, None, None, None, '{"about":"a"}')
    assert leaf(row).hex() == sha256(b'log.leaf/14:id-110:test.noted1:11:a2:me-0:----13:{"about":"a"}').hexdigest()
    assert leaf(row).hex() == "79dc0052cfb7216ad4b6adae65614f8845bc30b78a2e38d251970eaa9dc2adbf"
    assert batch_digest([]) == sha256(b"").digest()


@given(columns, columns)
def test_different_rows_have_different_leaves(one: tuple[object, ...], other: tuple[object, ...]) -> None:
    def as_stored(row: tuple[object, ...]) -> list[str | None]:
        return [None if column is None else str(column) for column in row]

    assert (leaf(one) == leaf(other)) == (as_stored(one) == as_stored(other))  # type: ignore[arg-type]


@given(st.lists(st.none() | st.text(max_size=3), min_size=12, max_size=12), st.integers(0, 11), st.integers(0, 11))
def test_moving_a_character_to_another_column_changes_the_leaf(row: list[str | None], a: int, b: int) -> None:
    moved = list(row)
    if a == b or not moved[a]:
        return
    moved[b] = (moved[b] or "") + str(moved[a])[-1]
    moved[a] = str(moved[a])[:-1]
    assert leaf(moved) != leaf(row)
