"""The log as typed columns: one lazy Polars frame per event type, as known at any position."""

from shnor_engine.tables.shape import ENVELOPE, Shape, shape_of
from shnor_engine.tables.tables import Snapshot, Tables

__all__ = ["ENVELOPE", "Shape", "Snapshot", "Tables", "shape_of"]
