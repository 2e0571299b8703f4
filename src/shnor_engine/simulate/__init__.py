"""Simulated futures, judged by the very rules that judge real schools. Needs the extra `sim` (numpy, scipy, PyYAML).

`Engine.simulate` is the front door. For more: `run` (an order carried out, a manifest run again), `paths` (scenarios
over many paths), `calibrate`, `backtest`, `optimise`, `identify`, `uncertainty`, `materialise`, and the model itself.
"""
