"""`python -m shnor_engine.cli` is the same as `shnor`."""

from shnor_engine.cli import main

main()
