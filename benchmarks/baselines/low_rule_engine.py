"""Low results of a school in rule-engine: two rules, matched with a school at a time."""

from rule_engine import Context, DataType, Rule, type_resolver_from_dict

COUNTED = "one['participants'] >= 10"
LOW = f"{COUNTED} and one['below_min'] * 100 >= 30 * one['participants']"


def compile_rule():
    result = DataType.MAPPING(DataType.STRING, DataType.FLOAT)
    context = Context(type_resolver=type_resolver_from_dict({"results": DataType.ARRAY(result)}))
    applies = Rule(f"[one for one in results if {COUNTED}].length >= 1", context=context)
    return applies, Rule(f"[one for one in results if {LOW}].length >= 2", context=context)


def load(rules, facts):
    schools = {}
    for school, whole, part in zip(facts["school"], facts["participants"], facts["below_min"], strict=True):
        schools.setdefault(school, []).append({"participants": whole, "below_min": part})
    return list(schools), [{"results": results} for results in schools.values()]


def decide(rules, loaded):
    schools, things = loaded
    applies, verdict = rules
    return schools, [(2 if verdict.matches(thing) else 1) if applies.matches(thing) else 0 for thing in things]
