"""Low results of a school in OpenFisca: a result is a person, a school is the group of its results."""

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import YEAR
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

RESULT = build_entity("result", "results", "a result", is_person=True)
SCHOOL = build_entity("school", "schools", "a school", roles=[{"key": "of", "plural": "all", "label": "a result"}])
FORMULAS = {
    ("counted", RESULT): lambda one, year: one("participants", year) >= 10,
    ("low", RESULT): lambda one, year: one("below_min", year) * 100 >= 30 * one("participants", year),
    ("applies", SCHOOL): lambda all_, year: all_.any(all_.members("counted", year)),
    ("verdict", SCHOOL): lambda all_, y: all_.sum(all_.members("counted", y) * all_.members("low", y)) >= 2,
}


def compile_rule():
    said, system = {"definition_period": YEAR, "label": "of the rule"}, TaxBenefitSystem([RESULT, SCHOOL])
    for name in ("participants", "below_min"):
        system.add_variable(type(name, (Variable,), said | {"value_type": int, "entity": RESULT}))
    for (name, entity), told in FORMULAS.items():
        system.add_variable(type(name, (Variable,), said | {"value_type": bool, "entity": entity, "formula": told}))
    return system


def load(system, facts):
    builder, schools, many = SimulationBuilder(), np.unique(facts["school"]), len(facts["school"])
    builder.create_entities(system)
    builder.declare_person_entity("result", np.arange(many))
    builder.join_with_persons(builder.declare_entity("school", schools), facts["school"], np.repeat("of", many))
    return schools, builder.build(system), facts


def decide(system, loaded):
    schools, simulation, facts = loaded
    _ = [simulation.set_input(name, 2024, facts[name]) for name in ("participants", "below_min")]
    return schools, np.where(simulation.calculate("applies", 2024), 1 + simulation.calculate("verdict", 2024), 0)
