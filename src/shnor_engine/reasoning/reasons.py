"""From the decisive steps of a trace to sentences: the author's words where there are some, plain ones elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Any

from shnor_engine.reasoning import tell_others
from shnor_engine.reasoning.decide import Verdict, plain_value
from shnor_engine.reasoning.decisive import End, Grounds, decisive, walk_decisive
from shnor_engine.reasoning.evaluate_rank import GroupRead
from shnor_engine.reasoning.evaluate_values import UNSEEN
from shnor_engine.reasoning.explanation import Pairs, Reason
from shnor_engine.reasoning.facts import KeyValue
from shnor_engine.reasoning.language import (
    LANGUAGES,
    LIMIT,
    LIMIT_DAY,
    TRUTH,
    Names,
    is_share,
    label,
    name_of,
    pick,
    span_text,
    value_text,
)
from shnor_engine.reasoning.margin import margin_of
from shnor_engine.reasoning.places import place_text
from shnor_engine.reasoning.said import condition_text, step_text, table_text
from shnor_engine.reasoning.tell_others import group_note
from shnor_engine.reasoning.trace import Step
from shnor_engine.reasoning.values import Span
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.marginals import Marginal
from shnor_engine.rules.opaque import Opaque
from shnor_engine.rules.over_time import Periods, Run
from shnor_engine.rules.ranking import Rank
from shnor_engine.rules.rule import RuleTree, spelled_out
from shnor_engine.rules.tables import Table, is_listing
from shnor_engine.rules.texts import Said, Wording
from shnor_engine.rules.tree import Expr, kind_of
from shnor_engine.rules.values import Round


class Teller:
    """Tells why, for one verdict."""

    def __init__(self, verdict: Verdict, names: Names) -> None:
        self.verdict, self.tree, self.names = verdict, verdict.rule, names
        self.grounds = Grounds()
        self.in_state = False  # while a state is told, the states before it are named but not told again
        self._told: dict[tuple[int, End | None, bool, bool], tuple[Reason, ...]] = {}
        self._labels: dict[tuple[int, str], str] = {}
        self._clauses = {id(expr): name for name, expr in self.tree.clauses.items()}

    def reasons(self, roots: Sequence[Step]) -> tuple[Reason, ...]:
        """The decisive sentences of these steps, each once, in the order in which the rule reads them."""
        return _once(reason for root in roots for reason in self._tell(root, None, quiet=False))

    def of(self, tree: RuleTree, keys: Mapping[str, KeyValue]) -> Teller:
        """One who tells of another rule for the same verdict, and knows the same names and grounds."""
        other = Teller(replace(self.verdict, rule=tree, keys=dict(keys)), self.names)
        other.grounds, other.in_state = self.grounds, self.in_state
        return other

    def value_of(self, step: Step, language: str) -> str:
        """The value of a step in words."""
        return value_text(step.value, language, share=self._share(step))

    def _tell(self, step: Step, end: End | None, *, quiet: bool) -> tuple[Reason, ...]:
        """The sentences of a step, made once: windows and states share the periods they look at."""
        asked = (id(step), end, quiet, self.in_state)
        if (told := self._told.get(asked)) is None:
            told = self._told[asked] = self._sentences(step, end, quiet=quiet)
        return told

    def _sentences(self, step: Step, end: End | None, *, quiet: bool) -> tuple[Reason, ...]:
        name = self._name(step)
        said = self.tree.texts.get(name) if name else None
        if name and said and _sentence(said.ru, step.value):
            return (self._said(name, said, step, end),)
        if isinstance(step.expr, Opaque) and step.about:
            return self._given(step, end)
        if (other := tell_others.tell(self, step)) is not None:
            return (other,)
        below = self._below(step, end, quiet=quiet)
        if not quiet and type(step.expr) in PLAIN and (reason := self._plain(step, name, below)) is not None:
            return (reason,)
        return below

    def _below(self, step: Step, end: End | None, *, quiet: bool) -> tuple[Reason, ...]:
        told = [self._tell(kid, kid_end, quiet=quiet) for kid, kid_end in _worth_telling(step, end)]
        some = [reasons for reasons in told if reasons]
        return some[0] if len(some) == 1 else _once(reason for reasons in some for reason in reasons)

    def _name(self, step: Step) -> str:
        """The clause that this step is, whether referred to or standing at the root."""
        if isinstance(step.expr, nodes.ClauseRef):
            return step.expr.name
        return "" if step.row else self._clauses.get(id(step.expr), "")

    # --- the author's words -----------------------------------------------------------------------

    def _said(self, name: str, said: Said, step: Step, end: End | None) -> Reason:
        texts = [_sentence(said.in_(language), step.value) for language in LANGUAGES]
        many = [_sentence(said.in_(language), step.value, many=True) for language in LANGUAGES]
        slots = [self._slots(step, language) for language in LANGUAGES]
        if (why := _disagreement(step)) is not None:
            texts = [text and f"{text}: {why[language]}" for text, language in zip(texts, LANGUAGES, strict=True)]
            many = [text and f"{text}: {why[language]}" for text, language in zip(many, LANGUAGES, strict=True)]
        return Reason(
            clause=name,
            keys=tuple((name, value) for name, value in step.keys.items() if value != UNSEEN),
            value=plain_value(step),
            text=Pairs(*(text.format_map(slot) for text, slot in zip(texts, slots, strict=True))),
            events=tuple(sorted(self.grounds.events(step, end))),
            many=Pairs(*(text.format_map(_Keep(slot)) for text, slot in zip(many, slots, strict=True))),
            margin=margin_of(_through(step)),
            because=self._below(_through(step), end, quiet=True),
        )

    def _slots(self, step: Step, language: str) -> dict[str, str]:
        slots = {name: self._called(value, language) for name, value in step.keys.items()}
        for item in walk_decisive(step):
            if isinstance(item.expr, nodes.ParamRef):
                slots[item.expr.param.key.rpartition(".")[2]] = step_text(item, language, share=self._share(item))
        asked = _through(step)
        if isinstance(asked.expr, nodes.Compare):
            slots |= self._numbers(asked, language)
        return slots

    def _called(self, value: KeyValue, language: str) -> str:
        if value == UNSEEN:
            return pick(("любая другая строка", "any other row"), language)
        return name_of(value, self.names, language)

    def _numbers(self, step: Step, language: str) -> dict[str, str]:
        left, right = step.kids
        share = self._share(left) or self._share(right)
        slots = {
            "value": _number(left, language, share, right),
            "threshold": step_text(right, language, share=share),
        }
        ratio = _through(left)
        if isinstance(ratio.expr, nodes.Ratio):
            slots |= {"part": _number(ratio.kids[0], language), "whole": _number(ratio.kids[1], language)}
        return slots

    def _share(self, step: Step) -> bool:
        return is_share(step.expr, self.tree)

    def _given(self, step: Step, end: End | None) -> tuple[Reason, ...]:
        """The reasons that a function gave, each under its own name, all resting on what the function was given."""
        clause = self._name(step) or (step.expr.name if isinstance(step.expr, Opaque) else "")
        below = self._below(step, end, quiet=True)
        return tuple(
            replace(
                self.reason(step, Pairs(self.place(step, "ru") + why.ru, self.place(step, "en") + why.en), below),
                clause=f"{clause}.{why.name}",
            )
            for why in step.about
        )

    # --- plain words ------------------------------------------------------------------------------

    def _plain(self, step: Step, name: str, below: tuple[Reason, ...]) -> Reason | None:
        expr = step.expr
        if isinstance(expr, nodes.Compare):
            rows = isinstance(_through(step.kids[0]).expr, WITH_ROWS)
            return self.reason(step, self._comparison(step, name), below) if rows or not below else None
        if isinstance(expr, Table):
            texts = Pairs(*(self.place(step, lang) + table_text(step, lang, self.tree) for lang in LANGUAGES))
            told = is_listing(expr) and isinstance(expr.inputs[0], nodes.FieldRef | nodes.KeyRef)
            return self.reason(step, texts, () if told else below)
        if isinstance(expr, nodes.OnScale | nodes.Has):
            texts = Pairs(*(self.place(step, lang) + condition_text(step, lang) for lang in LANGUAGES))
            return self.reason(step, texts, below)
        if below or step.row:
            return None
        if isinstance(expr, nodes.IsIn):
            return self.reason(step, self._about(step, expr.item, step.kids[0].value), ())
        if isinstance(expr, nodes.FieldRef) and not isinstance(step.value, Span):
            return self.reason(step, self._about(step, expr, step.value), ())
        if (said := _nothing_there(step)) is not None:
            return self.reason(step, self._silent(step, name, said), ())
        return None

    def _silent(self, step: Step, name: str, said: tuple[str, str]) -> Pairs:
        """What decided although there is nothing below it to tell: no row fits, a value is not there."""
        texts = []
        for language in LANGUAGES:
            titles = self.tree.texts.get(name) if name else None
            what = titles.in_(language).title if titles else ""
            if not what:
                what = _rows_of(step.expr, language) or self._label(next(iter(nodes.children(step.expr))), language)
            texts.append(f"{self.place(step, language)}{what}: {pick(said, language)}")
        return Pairs(*texts)

    def reason(self, step: Step, text: Pairs, below: tuple[Reason, ...]) -> Reason:
        """A sentence about a step, with what it rests on."""
        return Reason(
            clause=self._name(step),
            keys=tuple((name, value) for name, value in step.keys.items() if value != UNSEEN),
            value=plain_value(step),
            text=text,
            events=tuple(sorted(self.grounds.events(step))),
            margin=margin_of(step),
            because=below,
            group=_group(step),
        )

    def _about(self, step: Step, what: Expr[Any], value: Any) -> Pairs:
        return Pairs(
            *(f"{self.place(step, lang)}{self._label(what, lang)}: {value_text(value, lang)}" for lang in LANGUAGES)
        )

    def _titled(self, step: Step, language: str) -> str:
        """What a step is called: by the title of its clause where the author gave one, else by what it stands for."""
        while isinstance(step.expr, nodes.ClauseRef):
            said = self.tree.texts.get(step.expr.name)
            if said is not None and (title := said.in_(language).title):
                return title
            step = step.kids[0]
        return self._label(step.expr, language)

    def _label(self, expr: Expr[Any], language: str) -> str:
        """What an expression is called, clauses inside it by what they stand for; found out once."""
        asked = (id(expr), language)
        if asked not in self._labels:
            self._labels[asked] = label(spelled_out(self.tree, expr), language)
        return self._labels[asked]

    def _comparison(self, step: Step, name: str) -> Pairs:
        expr, left = step.expr, step.kids[0]
        op = expr.op if isinstance(expr, nodes.Compare) else ""
        texts = []
        for language in LANGUAGES:
            numbers = self._numbers(step, language)
            value = numbers["value"]
            if "part" in numbers and left.known:
                value = f"{numbers['part']} {pick(('из', 'of'), language)} {numbers['whole']} ({value})"
            elif "part" in numbers and left.present is False:  # a share of nobody
                no_share = pick(("доли нет", "no share"), language)
                value = f"{numbers['part']} {pick(('из', 'of'), language)} {numbers['whole']}, {no_share}"
            limits = LIMIT_DAY if kind_of(left.expr) == "date" else LIMIT
            need = (
                pick(("условие: ", "condition: "), language) + f"{pick(limits[op], language)} {numbers['threshold']}"
            )
            met = pick(_MET[step.value], language)
            what, note = self._titled(left, language), group_note(_through(left), language)
            texts.append(f"{self.place(step, language)}{what}: {value}{note}; {need} – {met}")
        return Pairs(*texts)

    def place(self, step: Step, language: str) -> str:
        """Where a step stands beside the verdict, with a colon; empty at the verdict's own keys."""
        words = place_text(step.keys, self.verdict, self.names, language)
        return f"{words}: " if words else ""


# What can be said in plain words of its own; anything else passes on what is below it.
PLAIN = (
    nodes.Compare,
    Table,
    nodes.OnScale,
    nodes.Has,
    nodes.IsIn,
    nodes.IsPresent,
    nodes.FieldRef,
    nodes.Rows,
)
# A comparison of these is said itself, with what decides below it.
WITH_ROWS = (nodes.Rows, Periods, Run, Rank, Table, Marginal, Round, nodes.Arithmetic, nodes.Extreme)
_MET: dict[bool | None, tuple[str, str]] = {
    True: ("выполнено", "met"),
    False: ("не выполнено", "not met"),
    None: ("сказать нельзя", "cannot be said"),
}


class _Keep(dict[str, str]):
    """Slots of which the unknown ones stay in the text, to be filled when periods are put together."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def _nothing_there(step: Step) -> tuple[str, str] | None:
    """The words for a truth that was decided because something is not there; None for any other."""
    expr = step.expr
    if isinstance(expr, nodes.IsPresent) and step.value is False:
        return TRUTH[False]
    if not isinstance(expr, nodes.Rows) or step.row:
        return None
    if expr.how == "any" and step.value is False:
        return "ни одной подходящей записи", "no row fits"
    return ("исключений нет", "no exception") if expr.how == "all" and step.value is True else None


def _rows_of(expr: Expr[Any], language: str) -> str:
    return (expr.fact.labels[language] or expr.fact.__name__) if isinstance(expr, nodes.Rows) else ""


def _group(step: Step) -> GroupRead | None:
    """The group of the place that a comparison asks for."""
    about = _through(step.kids[0]).about if isinstance(step.expr, nodes.Compare) else None
    return about if isinstance(about, GroupRead) else None


def _through(step: Step) -> Step:
    while isinstance(step.expr, nodes.ClauseRef):
        step = step.kids[0]
    return step


def _disagreement(step: Step) -> Pairs | None:
    """What to add to a sentence about a field that is unknown because its sources disagree; which, `missing` says."""
    asked = _through(step)
    if not isinstance(asked.expr, nodes.FieldRef) or not asked.conflict:
        return None
    return Pairs("источники противоречат друг другу", "the sources contradict each other")


def _sentence(wording: Wording, value: Any, *, many: bool = False) -> str:
    """The author's sentence for a truth; for a number or code the first one."""
    if value is None:
        return wording.unknown_many if many else wording.unknown
    if value is False:
        return wording.no_many if many else wording.no
    return wording.yes_many if many else wording.yes


def _number(step: Step, language: str, share: bool = False, beside: Step | None = None) -> str:
    if step.present is False or not isinstance(step.value, Span):
        return pick(("не существует", "does not exist"), language)
    says_nothing = Span(0, inf) if _counts(_through(step).expr) else Span(0, 1) if share else None
    if step.value == says_nothing:  # «не менее 0», «от 0 % до 100 %»
        return pick(TRUTH[None], language)
    if kind_of(step.expr) == "date":
        return step_text(step, language)
    if isinstance(step.expr, nodes.FieldRef) and not step.known and (step.conflict or _says_nothing(step.expr, step)):
        return pick(TRUTH[None], language)
    limit = beside.value.lo if beside is not None and isinstance(beside.value, Span) and beside.value.exact else None
    return span_text(step.value, language, share=share, beside=limit)


def _says_nothing(field: nodes.FieldRef[Any], step: Step) -> bool:
    """Whether a number may be anything that its field can hold, and nobody told its whole percents."""
    declared = field.fact.fields()[field.field]
    low, high = declared.limits
    told = Span(-inf if low is None else low, inf if high is None else high)
    return bool(step.value == told) or (step.present is not True and not declared.whole_percent)


def _counts(expr: Expr[Any]) -> bool:
    return isinstance(expr, nodes.Rows) and expr.how == "count"


def _worth_telling(step: Step, end: End | None) -> list[tuple[Step, End | None]]:
    """Decisive steps, of an open one those that leave it open; of a case the rows down to the one that matters."""
    if isinstance(step.expr, nodes.Case):
        first = next((place for place, kid in enumerate(step.kids) if kid.value is not False), len(step.kids))
        chosen = step.terms if step.hit is not None else ()
        return [(kid, None) for kid in (*step.kids[: first + 1], *chosen)]
    below = decisive(step, end)
    if step.value is None and isinstance(step.expr, nodes.And | nodes.Or | nodes.AtLeast):
        return [(kid, kid_end) for kid, kid_end in below if kid.value is None]
    return below


def _once(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    found: dict[tuple[Any, ...], Reason] = {}
    for reason in reasons:
        found.setdefault((reason.clause, reason.keys, reason.text), reason)
    return tuple(found.values())
