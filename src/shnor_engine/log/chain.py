"""The hashes that make a change visible: leaf of a row, digest of a batch, chain over the batches.

Format 1, to be recomputed by anyone in any language. A text is written as its length in UTF-8 bytes, a colon
and the bytes; NULL is a single minus, so it differs from the empty text `0:`; a number is written as its decimal
text. Bytes (digests) are written as they are, they are always 32 long.

- leaf   = SHA-256("log.leaf/1" and `LEAF_COLUMNS` in that order)
- digest = SHA-256(the leaves of the batch in order)
- chain  = SHA-256("log.chain/1", chain before, log id, batch, first, last, recorded_at, written_at,
  request_id, digest); before the first batch the chain is 32 zero bytes

The log id is `log_identity` of 6 random bytes, zone and `created_at`, so the links bind those two as well.

`position` and `batch` of a row are not in its leaf, so a digest can be made before the lock is taken; the chain
binds them through `first`, `last` and the order. Nothing is salted: bodies hold no personal data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

LEAF_COLUMNS = (
    "event_id",
    "type",
    "version",
    "subject",
    "actor",
    "source",
    "causation",
    "correlation",
    "corrects",
    "correction",
    "reason",
    "body",
)
EMPTY_CHAIN = bytes(32)
LEAF_FORMAT = b"log.leaf/1"
IDENTITY_FORMAT = b"log.identity/1"
CHAIN_FORMAT = b"log.chain/1"


def log_identity(noise: str, *, zone: str, created_at: str) -> str:
    """The id of a log as a UUIDv8 (RFC 9562): 12 hexadecimal digits that nobody has, then the hash of what it keeps.

    >>> log_identity("0123456789ab", zone="UTC", created_at="2025-01-10T09:00:00.000000+00:00")
    '01234567-89ab-8749-87ff-e2a6c1315096'
    """
    h = sha256(IDENTITY_FORMAT + b"".join(map(prefixed, (noise, zone, created_at)))).hexdigest()
    return f"{noise[:8]}-{noise[8:]}-8{h[:3]}-{'89ab'[int(h[3], 16) & 3]}{h[4:7]}-{h[7:19]}"


def prefixed(value: str | bytes | int | None) -> bytes:
    """One column as it is hashed.

    >>> prefixed("ab"), prefixed(""), prefixed(None), prefixed(12)
    (b'2:ab', b'0:', b'-', b'2:12')
    """
    if value is None:
        return b"-"
    raw = value.encode() if isinstance(value, str) else value if isinstance(value, bytes) else b"%d" % value
    return b"%d:%b" % (len(raw), raw)


def leaf(columns: Sequence[str | bytes | int | None]) -> bytes:
    """The leaf of one row, its columns in the order of `LEAF_COLUMNS`."""
    return sha256(LEAF_FORMAT + b"".join(map(prefixed, columns))).digest()


def batch_digest(leaves: Iterable[bytes]) -> bytes:
    """The digest of a batch over its leaves in order."""
    return sha256(b"".join(leaves)).digest()


def link(
    before: bytes,
    *,
    log_id: str | bytes,
    batch: int,
    first: int,
    last: int,
    recorded_at: str | bytes,
    written_at: str | bytes,
    request_id: str | bytes | None,
    digest: bytes,
) -> bytes:
    """The chain after a batch, given the chain before it."""
    said = map(prefixed, (log_id, batch, first, last, recorded_at, written_at, request_id))
    return sha256(b"".join((CHAIN_FORMAT, before, *said, digest))).digest()
