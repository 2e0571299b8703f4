"""What authors of back ends, packs and plugins test with: contract suites, models and fakes.

Each lives in a module of its own: `fakes` (clock, ids, a small event), `log_contract` (`LogContract`: tests that
every log passes), `model_log` (`ModelLog`: the log as a plain list). They need pytest and hypothesis only.
"""
