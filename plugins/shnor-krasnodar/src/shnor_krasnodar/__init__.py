"""Krasnodar Krai and the Seversky municipal monitoring as a plugin of shnor-engine."""
