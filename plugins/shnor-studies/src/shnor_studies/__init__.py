"""Criteria that studies of schools with low results used, as a plugin of shnor-engine."""
