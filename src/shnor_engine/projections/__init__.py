"""Named questions to the tables: registry, lists and flow, activities, audit, coverage, passport."""

from shnor_engine.projections.projection import ALL, Frames, Projection, ask
from shnor_engine.projections.registry import PROJECTIONS, project, reads

__all__ = ["ALL", "PROJECTIONS", "Frames", "Projection", "ask", "project", "reads"]
