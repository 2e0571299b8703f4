"""One document, many formats: each module turns a `Document` into bytes and decides nothing."""
