"""Runs a program of `baselines/` on facts from a file, wherever its engine is installed: `run.py PROGRAM FACTS OUT`.

It stands alone: the environment of a peer knows nothing of ours. Timed apart, on the clock and on the processors:
compile (the rule becomes what the engine runs), load (the facts become what the engine reads), decide.
"""

import gc
import importlib.util
import json
import sys
import time


def program(path):
    """The module of a file."""
    spec = importlib.util.spec_from_file_location("program", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def timed(call, *given):
    """What a call gives, and its seconds by the clock and by the processors."""
    gc.collect()
    clock, processors = time.perf_counter(), time.process_time()
    found = call(*given)
    return found, [time.perf_counter() - clock, time.process_time() - processors]


def given(engine, facts):
    """The facts as columns: arrays where the engine lives on arrays."""
    return {name: engine.np.array(values) for name, values in facts.items()} if hasattr(engine, "np") else facts


def main(path, facts, out):
    """Outcomes by school and the seconds of each step, as JSON."""
    engine = program(path)
    with open(facts, encoding="utf-8") as file:
        columns = given(engine, json.load(file))
    rule, compiled = timed(engine.compile_rule)
    engine.decide(rule, engine.load(rule, {name: values[:300] for name, values in columns.items()}))  # warm
    loaded, load = timed(engine.load, rule, columns)
    (schools, outcomes), decide = timed(engine.decide, rule, loaded)
    answer = {str(school): int(outcome) for school, outcome in zip(schools, outcomes, strict=True)}
    with open(out, "w", encoding="utf-8") as file:
        json.dump({"outcomes": answer, "compile": compiled, "load": load, "decide": decide}, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
