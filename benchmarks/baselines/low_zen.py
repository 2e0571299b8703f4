"""Low results of a school in zen-engine: a decision of one expression node, and a batch of schools."""

import zen

LOW = "#.participants >= 10 and #.below_min * 100 >= 30 * #.participants"
OUTCOME = f"not some(results, #.participants >= 10) ? 0 : count(results, {LOW}) >= 2 ? 2 : 1"


def compile_rule():
    kinds = {"in": "inputNode", "rule": "expressionNode", "out": "outputNode"}
    nodes = [{"id": name, "name": name, "type": kind} for name, kind in kinds.items()]
    nodes[1]["content"] = {"expressions": [{"id": "1", "key": "outcome", "value": OUTCOME}]}
    pairs = (("in", "rule"), ("rule", "out"))
    edges = [{"id": f"{one}-{two}", "sourceId": one, "targetId": two, "type": "edge"} for one, two in pairs]
    rule = {"nodes": nodes, "edges": edges}
    return zen.ZenEngine({"loader": {"type": "static", "content": {"low": rule}}})


def load(engine, facts):
    schools = {}
    for school, whole, part in zip(facts["school"], facts["participants"], facts["below_min"], strict=True):
        schools.setdefault(school, []).append({"participants": whole, "below_min": part})
    return schools, [{"key": "low", "context": {"results": results}} for results in schools.values()]


def decide(engine, loaded):
    schools, requests = loaded
    return list(schools), [answer["data"]["result"]["outcome"] for answer in engine.evaluate_batch(requests)]
