"""Sentences about what stands beside the facts: other rules, states, placements, groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from shnor_engine.reasoning.evaluate_others import OtherRead, StatusRead
from shnor_engine.reasoning.evaluate_rank import GroupRead
from shnor_engine.reasoning.explanation import Pairs, Reason
from shnor_engine.reasoning.language import LANGUAGES, OUTCOME, join, name_of, period_name, pick, span_text
from shnor_engine.reasoning.placements import Placement
from shnor_engine.reasoning.trace import Step
from shnor_engine.rules.others import Decision
from shnor_engine.rules.rule import RuleTree
from shnor_engine.rules.status import Status

if TYPE_CHECKING:
    from shnor_engine.reasoning.reasons import Teller

DIGITS = 12


def tell(teller: Teller, step: Step) -> Reason | None:
    """The sentence for a decision of another rule or for a state; None for any other step."""
    if step.about is None:
        return None
    if isinstance(step.expr, Decision) and isinstance(step.about, OtherRead):
        return _other(teller, step, step.about)
    if isinstance(step.expr, Status) and isinstance(step.about, StatusRead):
        return _state(teller, step)
    return None


# --- another rule -----------------------------------------------------------------------------------


def rule_name(tree: RuleTree, language: str) -> str:
    """The title of a rule with its id and version."""
    title = (tree.titles or {}).get(language, "")
    own = f"{tree.id} {tree.version}"
    return f"«{title}» ({own})" if title else own


def _other(teller: Teller, step: Step, read: OtherRead) -> Reason:
    expr, found, tree = step.expr, read.decided, read.tree
    if not isinstance(expr, Decision) or tree is None or found is None:
        said = Pairs("правило ещё не действовало", "the rule was not in force yet")
        return teller.reason(step, _by_rule(teller, step, said), ())
    outcome = Pairs(*OUTCOME[found.outcome])
    if found.error:
        outcome = Pairs(f"{outcome.ru} ({found.error})", f"{outcome.en} ({found.error})")
    if found.placed:
        return teller.reason(step, _by_rule(teller, step, outcome), tuple(placed(teller, found.placed, read.keys)))
    if expr.clause != "verdict":
        texts = (f"{expr.clause}: {teller.value_of(step, language)}" for language in LANGUAGES)
        outcome = Pairs(*texts)
    inner = teller.of(tree, read.keys).reasons(step.kids)
    return teller.reason(step, _by_rule(teller, step, outcome), inner)


def _by_rule(teller: Teller, step: Step, said: Pairs) -> Pairs:
    expr, read = step.expr, step.about
    tree = read.tree or (expr.rule if isinstance(expr, Decision) else None)
    texts = []
    for language in LANGUAGES:
        name = rule_name(tree, language) if tree is not None else ""
        texts.append(
            f"{teller.place(step, language)}{pick(('по правилу', 'by rule'), language)} {name}: {said[language]}"
        )
    return Pairs(*texts)


# --- states -----------------------------------------------------------------------------------------


def _state(teller: Teller, step: Step) -> Reason:
    settled = _settled(step)
    if teller.in_state:
        return teller.reason(step, _stands(teller, step, settled), ())
    teller.in_state = True
    because = [*_origin(teller, settled), *(_kept(teller, step) if settled is not step else ())]
    teller.in_state = False
    return teller.reason(step, _stands(teller, step, settled), tuple(because))


def _settled(step: Step) -> Step:
    """The step of the period in which the state came to be what it is."""
    while _carried(step):
        step = step.terms[0]
    return step


def _carried(step: Step) -> bool:
    read = step.about
    outside = isinstance(read, StatusRead) and (read.placed or read.published or read.moved is not None)
    return not outside and bool(step.terms) and step.terms[0].value == step.value and len(step.value or ()) == 1


def _stands(teller: Teller, step: Step, settled: Step) -> Pairs:
    texts = []
    for language in LANGUAGES:
        names = [f"«{name_of(code, teller.names, language)}»" for code in sorted(step.value or ())]
        state = (" или " if language == "ru" else " or ").join(names)
        word = pick(("состояние", "state"), language)
        since = ""
        if settled is not step:
            period = period_name(teller.tree, settled.keys, language)
            since = f" ({pick(('не изменилось с периода', 'unchanged since'), language)} {period})"
        texts.append(f"{teller.place(step, language)}{word}: {state}{since}")
    return Pairs(*texts)


def _origin(teller: Teller, step: Step) -> Iterator[Reason]:
    """Why the state became what it is: placed, published, moved by a condition, or there from the start."""
    read = step.about
    if not isinstance(read, StatusRead):
        return
    if read.placed:
        yield from placed(teller, read.placed, step.keys)
    elif read.published:
        yield teller.reason(step, _published(teller, step), ())
    elif read.moved is not None:
        yield from teller.reasons([read.moved])
    elif step.terms:
        yield from _left_open(teller, step)
    else:
        known = _START if len(step.value or ()) == 1 else _NO_START
        texts = (f"{teller.place(step, lang)}{pick(known, lang)}" for lang in LANGUAGES)
        yield teller.reason(step, Pairs(*texts), ())


def _left_open(teller: Teller, step: Step) -> Iterator[Reason]:
    """What leaves a state open: the conditions nobody can answer, since the last period in which it was known."""
    chain = [step]
    while chain[-1].terms and len(chain[-1].terms[0].value or ()) != 1:
        chain.append(chain[-1].terms[0])
    yield from teller.reasons([kid for state in chain for kid in state.kids if kid.value is None])
    if not chain[-1].terms:
        yield from _origin(teller, chain[-1])


_START = ("исходное состояние", "the state at the start")
_NO_START = ("исходное состояние неизвестно", "the state at the start is not known")


def _kept(teller: Teller, step: Step) -> Sequence[Reason]:
    """Why the state is kept in the period itself: the moves that were not taken, or the rule not applying."""
    return teller.reasons([kid for kid in step.kids if kid.value is False])


def _published(teller: Teller, step: Step) -> Pairs:
    texts = []
    for language in LANGUAGES:
        period = period_name(teller.tree, step.keys, language)
        texts.append(f"{pick(('опубликовано за', 'published for'), language)} {period}")
    return Pairs(*texts)


# --- placements -------------------------------------------------------------------------------------


def placed(teller: Teller, placements: Sequence[Placement], keys: Any) -> Iterator[Reason]:
    """One sentence a placement: who decided what, on which ground."""
    for item in placements:
        texts = []
        for language in LANGUAGES:
            named = OUTCOME.get(item.value)
            value = pick(named, language) if named else f"«{name_of(item.value, teller.names, language)}»"
            head = pick(("установлено решением", "set by"), language)
            texts.append(f"{head}: {item.by(language)} ({item.why(language)}) – {value}")
        yield Reason(
            clause="",
            keys=tuple(keys.items()),
            value=item.value,
            text=Pairs(*texts),
            events=tuple(sorted(item.events)),
        )


def placed_reasons(teller: Teller, placements: Sequence[Placement], own: Reason) -> tuple[Reason, ...]:
    """The placement as the explanation, and beside it what the rule itself would have said."""
    return (*placed(teller, placements, teller.verdict.keys), own)


def would_have_said(teller: Teller, because: tuple[Reason, ...]) -> Reason:
    """What the rule itself says of the verdict of this teller, with its reasons."""
    verdict = teller.verdict
    states = []
    for language in LANGUAGES:
        codes = [verdict.values.get(name) for name in verdict.rule.statuses]
        named = [name_of(code, teller.names, language) for code in codes if isinstance(code, str)]
        outcome = pick(OUTCOME[verdict.outcome], language)
        said = join([*(f"«{name}»" for name in named), outcome], language)
        head = pick(("само правило дало бы", "the rule itself would have said"), language)
        states.append(f"{head}: {said}" + (f" ({verdict.error})" if verdict.error else ""))
    events = tuple(sorted({event for reason in because for event in reason.events}))
    return Reason("", tuple(verdict.keys.items()), verdict.outcome, Pairs(*states), events, because=because)


# --- groups -----------------------------------------------------------------------------------------


def group_note(step: Step, language: str) -> str:
    """« (группа: 287, отпечаток 1a2b3c)» of a place within a group or a cut of it; empty for any other step."""
    read = step.about
    if not isinstance(read, GroupRead):
        return ""
    size = span_text(read.size, language)
    words = ("группа", "отпечаток") if language == "ru" else ("group of", "digest")
    colon = ":" if language == "ru" else ""
    return f" ({words[0]}{colon} {size}, {words[1]} {read.digest[:DIGITS]})"
