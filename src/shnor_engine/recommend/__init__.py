"""From facts and decisions to what to do next: recommendations that name their ground.

Each rule is a module of its own with one `RULE`; `rules.RULES` lists them in the order in which they speak.
"""

from shnor_engine.recommend.advice import Advice, Recommendation
from shnor_engine.recommend.rules import RULES, advise

__all__ = ["RULES", "Advice", "Recommendation", "advise"]
