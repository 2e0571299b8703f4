"""A methodology as prose for signature: every clause a numbered point, every value with its source and dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shnor_engine.errors import NoValue
from shnor_engine.law.dated import Dated
from shnor_engine.law.law import Law
from shnor_engine.reasoning import phrases
from shnor_engine.reasoning.language import LIMIT, LIMIT_DAY, TRUTH, day_text, label, pick, value_text
from shnor_engine.reasoning.phrases_values import phrase_of
from shnor_engine.rules import tree as nodes
from shnor_engine.rules.rule import Rule, RuleTree
from shnor_engine.rules.status import Before
from shnor_engine.rules.tree import Expr, kind_of


def describe(
    rule: type[Rule] | RuleTree,
    law: Law,
    *,
    on: date,
    language: str = "ru",
    codes: Mapping[str, str] | None = None,
    title: str = "",
    decides: str = "",
) -> str:
    """The rule as numbered points in "ru" or "en", with the values in force on a day.

    `codes` gives the words for codes («watch»: «под наблюдением»), `title` a heading other than the rule's own.
    Points on which nothing that is decided rests say so; `decides` is a clause that decides beside the verdict.
    """
    tree = rule if isinstance(rule, RuleTree) else rule.tree
    writer = Writer(tree, law, on, language, codes or {}, decides)
    return "\n".join([*_head(tree, language, title), *writer.points(), *writer.values()])


def say_clause(
    tree: RuleTree, law: Law, name: str, *, on: date, language: str = "ru", codes: Mapping[str, str] | None = None
) -> str:
    """One clause as the description says it; other clauses are called by the numbers of their points."""
    return Writer(tree, law, on, language, codes or {}).say(tree.clauses[name])


def _head(tree: RuleTree, language: str, title: str) -> list[str]:
    name = title or (tree.titles or {}).get(language, "")
    own = (f"{tree.id}, версия {tree.version}", f"{tree.id}, version {tree.version}")
    name = f"{name} ({pick(own, language)})" if name else pick(own, language)
    known = tree.in_force > date.min
    since = day_text(tree.in_force, language) if known else ""
    source = f" {pick(('Основание', 'Ground'), language)}: {tree.ref.cite(language)}." if tree.ref else ""
    if language == "ru":
        begins = f"Действует с {since}." if known else "День вступления в силу не указан."
        return [f"{name}. {begins}{source}", "", "Правила"]
    begins = f"In force since {since}." if known else "The day from which it is in force is not said."
    return [f"{name}. {begins}{source}", "", "Rules"]


def _reading_order(tree: RuleTree) -> list[str]:
    """The clauses as one reads them: each after those it refers to, the verdict last, else in the author's order."""
    order: list[str] = []

    def visit(name: str) -> None:
        if name not in order:
            for node in nodes.walk(tree.clauses[name]):
                if isinstance(node, nodes.ClauseRef):
                    visit(node.name)
            order.append(name)

    for name in sorted(tree.clauses, key=lambda name: name == "verdict"):
        visit(name)
    return order


def _decisive(tree: RuleTree, *roots: str) -> frozenset[str]:
    """The clauses on which a decision rests, directly or through others."""
    found: set[str] = set()

    def visit(name: str) -> None:
        if name in tree.clauses and name not in found:
            found.add(name)
            for node in nodes.walk(tree.clauses[name]):
                if isinstance(node, nodes.ClauseRef | Before):
                    visit(node.status if isinstance(node, Before) else node.name)

    for root in roots:
        visit(root)
    return frozenset(found)


class Writer:
    """Says one rule in one language."""

    def __init__(
        self,
        tree: RuleTree,
        law: Law,
        on: date,
        language: str,
        codes: Mapping[str, str],
        decides: str = "",
    ) -> None:
        self.tree, self.law, self.on, self.language, self.codes = tree, law, on, language, codes
        self.decisive = _decisive(tree, "applies", "verdict", decides)
        self.numbers = {name: number for number, name in enumerate(_reading_order(tree), start=1)}

    def points(self) -> list[str]:
        """Every clause as a numbered point."""
        heads = {
            "applies": self._("Правило применяется", "The rule applies"),
            "verdict": self._met(self.codes.get("met")),
        }
        return [self._point(name, number, heads.get(name, "")) for name, number in self.numbers.items()]

    def _met(self, word: str | None) -> str:
        if word is None:
            return self._("Условия выполнены", "The conditions are met")
        return self._(f"Решение «{word}»", f"The decision is «{word}»")

    def _point(self, name: str, number: int, head: str) -> str:
        clause = self.tree.clauses[name]
        said = self.say(clause)
        if head and isinstance(clause, nodes.Case):
            return f"{number}. {head}: {said}."
        if head:
            joined = isinstance(clause, nodes.And | nodes.Or) and not self._one_sentence(clause)
            return f"{number}. {head}{self._(', если', ' if')}{':' * joined} {said}."
        title = self._title(name)
        if name not in self.decisive:
            aside = self._("для сведения", "for information")
            title = f"{title} ({aside})" if title else f"{aside[:1].upper()}{aside[1:]}"
        return f"{number}. {title}: {said}." if title else f"{number}. {said[:1].upper()}{said[1:]}."

    def _title(self, name: str) -> str:
        """What the author calls a point."""
        said = self.tree.texts.get(name)
        title = said.in_(self.language).title if said else ""
        return title[:1].upper() + title[1:]

    def values(self) -> list[str]:
        """Every parameter with its value, source and dates."""
        if not self.tree.parameters:
            return []
        return ["", self._("Значения", "Values"), *(f"– {self._value(param)}." for param in self.tree.parameters)]

    def _value(self, param: Dated[Any]) -> str:
        said = param.labels[self.language] or param.key
        try:
            valued = self.law.value(param, at=self.on)
        except NoValue:
            return f"{said.replace('{value}', '…')}: {self._('значения на этот день нет', 'no value on this day')}"
        value = self._value_text(valued.value)
        sentence = said.replace("{value}", value) if "{value}" in said else f"{said} – {value}"
        since = self._("действует с ", "in force since ") + day_text(valued.since, self.language)
        cited = valued.clause.cite(self.language) if valued.clause else self._("источник не указан", "no source")
        own = [self._("регион может установить своё", "a region may set its own")] * param.region_may_override
        review = (
            []
            if param.review_by is None
            else [self._("пересмотреть до ", "review by ") + day_text(param.review_by, self.language)]
        )
        return f"{sentence} ({', '.join([cited, since, *own, *review])})"

    def _value_text(self, value: Any) -> str:
        """A value, codes by their words."""
        if isinstance(value, tuple):
            return "; ".join(self.codes.get(code, code) for code in value)
        return self.codes.get(value, value) if isinstance(value, str) else value_text(value, self.language)

    def _(self, russian: str, english: str) -> str:
        return russian if self.language == "ru" else english

    # --- one phrase a node ------------------------------------------------------------------------

    def say(self, expr: Expr[Any]) -> str:
        """The phrase for an expression."""
        if (said := phrase_of(self, expr)) is not None:
            return said
        match expr:
            case nodes.Constant(value=str(code)):
                return f"«{self.codes.get(code, code)}»"
            case nodes.ClauseRef():
                return self._reference(expr, True)
            case nodes.ParamRef():
                return self._parameter(expr)
            case nodes.Compare():
                return self._compare(expr)
            case nodes.IsIn():
                return self._is_in(expr)
            case nodes.And():
                return self._joined(expr)
            case nodes.Or():
                return self._joined(expr)
            case nodes.Not(item=nodes.ClauseRef() as item):
                return self._reference(item, False)
            case nodes.Not(item=item):
                return f"{self._('неверно, что', 'it is not so that')} {self.inner(item)}"
            case nodes.IsKnown(item=item):
                return self._known(item)
            case nodes.IsPresent(item=item):
                return f"{self._('есть значение', 'there is a value of')} {self._named(item)}"
            case nodes.Assume(item=item, value=value):
                what = self._("если неизвестно, принимается", "if not known, taken as")
                return f"{self.say(item)} ({what}: {self.say(value)})"
            case nodes.Ratio():
                return self._ratio(expr)
            case nodes.Arithmetic():
                sign = {"+": "+", "-": "−", "*": "×"}[expr.op]
                return f"{self._term(expr.left, expr.op)} {sign} {self._term(expr.right, expr.op)}"
            case nodes.Extreme():
                what = pick(
                    ("наименьшее", "the least") if expr.which == "min" else ("наибольшее", "the largest"),
                    self.language,
                )
                return f"{what} {self._('из', 'of')}: {'; '.join(self.say(item) for item in expr.items)}"
            case nodes.Case():
                return self._case(expr)
            case nodes.Rows():
                return self._rows(expr)
            case nodes.Previous(item=item, steps=steps):
                return self._earlier(item, steps)
            case nodes.AtLeast():
                return self._window(expr)
        return phrases.say(self, expr) or label(expr, self.language)

    def _reference(self, expr: nodes.ClauseRef[Any], holds: bool) -> str:
        """Another point: that it holds or does not, or its value."""
        if kind_of(expr) != "truth":
            return self._named(expr)
        if self.language == "ru":
            return f"{'выполнен' if holds else 'не выполнен'} {self._named(expr)}"
        return f"{self._named(expr)} {'holds' if holds else 'does not hold'}"

    def _known(self, item: Expr[Any]) -> str:
        if kind_of(item) == "truth":
            holds = self._named(item)
            return f"известно, выполнен ли {holds}" if self.language == "ru" else f"it is known whether {holds} holds"
        return f"{self._('известно значение', 'the value is known of')} {self._named(item)}"

    def _named(self, expr: Expr[Any]) -> str:
        if isinstance(expr, nodes.ClauseRef):
            return f"{self._('п.', 'point')} {self.numbers[expr.name]}"
        return f"«{self.say(expr)}»" if isinstance(expr, nodes.FieldRef) else f"({self.say(expr)})"

    def inner(self, expr: Expr[Any]) -> str:
        """The phrase, in brackets where it joins several."""
        said = self.say(expr)
        several = isinstance(expr, nodes.And | nodes.Or | nodes.Case) and not self._one_sentence(expr)
        several = several or (isinstance(expr, nodes.IsIn) and len(expr.codes) > 1)
        return f"({said})" if several else said

    def _joined(self, expr: nodes.And | nodes.Or) -> str:
        """«выполнены п. 1 и п. 4»; what is not a point stands in full, a subordinate clause closed by a comma."""
        both = isinstance(expr, nodes.And)
        word = self._("и", "and") if both else self._("или", "or")
        if self._one_sentence(expr):
            points = f" {word} ".join(self._named(item) for item in expr.items)
            if self.language == "ru":
                return f"{'выполнены' if both else 'выполнен'} {points}"
            return f"{points} {'hold' if both else 'holds'}"
        said = [
            self.inner(item) + "," * (self.language == "ru" and number < len(expr.items) and _subordinate(item))
            for number, item in enumerate(expr.items, start=1)
        ]
        return f" {word} ".join(said)

    @staticmethod
    def _one_sentence(expr: Expr[Any]) -> bool:
        """Whether nothing but points is joined, so that one verb speaks of all."""
        return isinstance(expr, nodes.And | nodes.Or) and all(
            isinstance(item, nodes.ClauseRef) and kind_of(item) == "truth" for item in expr.items
        )

    def _compare(self, expr: nodes.Compare) -> str:
        limits = LIMIT_DAY if kind_of(expr.left) == "date" else LIMIT
        left, limit = self.say(expr.left), pick(limits[expr.op], self.language)
        if self.language != "ru":
            return f"{left} {limit} {self.say(expr.right)}"
        return f"{left}{',' * _subordinate(expr.left)} – {limit} {self.say(expr.right)}"

    def _ratio(self, expr: nodes.Ratio) -> str:
        part, whole = expr.part, expr.whole
        if isinstance(whole, nodes.Constant):
            said = self.say(part) if isinstance(part, nodes.FieldRef) else self._term(part, "*")
            return f"{said} / {self.say(whole)}"
        if not expr.part_of:
            return (
                f"{self._('отношение', 'the ratio of')} {self._named(part)} {self._('к', 'to')} {self._named(whole)}"
            )
        if isinstance(part, nodes.FieldRef) and isinstance(whole, nodes.FieldRef):
            return f"{self._('доля', 'the share')} «{label(expr, self.language)}»"
        return f"{self._('доля', 'the share of')} {self._named(part)} {self._('в', 'in')} {self._named(whole)}"

    def _term(self, expr: Expr[Any], op: str) -> str:
        """A number inside a formula: names in quotes, a sum inside a product in brackets."""
        if isinstance(expr, nodes.Constant | nodes.ParamRef | nodes.ClauseRef | nodes.Previous):
            return self.say(expr)
        if isinstance(expr, nodes.Arithmetic) and (expr.op == "*" or op == "+"):
            return self.say(expr)
        return self._named(expr)

    def _earlier(self, item: Expr[Any], steps: int) -> str:
        kind = self.tree.period.period if self.tree.period is not None else ""
        ago, said = phrases.earlier_text(kind, steps, self.language), self.inner(item)
        if kind_of(item) != "truth":
            return f"{said} ({ago})"
        return f"{ago}: {said}" if said.startswith("(") or self.language != "ru" else f"{ago} {said}"

    def _parameter(self, expr: nodes.ParamRef[Any]) -> str:
        try:
            said = self._value_text(self.law.value(expr.param, at=expr.day or self.on).value)
        except NoValue:
            said = pick(TRUTH[None], self.language)
        if expr.instant == "decision":
            said += self._(" (на день решения)", " (on the day of the decision)")
        return said

    def _is_in(self, expr: nodes.IsIn) -> str:
        codes = [f"«{self.codes.get(code, code)}»" for code in expr.codes]
        return f"{self.inner(expr.item)} – {self._(' или ', ' or ').join(codes)}"

    def _case(self, expr: nodes.Case[Any]) -> str:
        rows = [
            f"{self._('если', 'if')} {self.say(asked)}, {self._('то', 'then')} {self._chosen(value)}"
            for asked, value in expr.rows
        ]
        if expr.otherwise is not None:
            rows.append(f"{self._('иначе', 'otherwise')} {self._chosen(expr.otherwise)}")
        return "; ".join(rows)

    def _chosen(self, value: Expr[Any]) -> str:
        """The value of a row; a truth that is no plain «да» or «нет» is said as its condition."""
        if kind_of(value) != "truth" or isinstance(value, nodes.Constant):
            return self.say(value)
        return f"{self._('да, если', 'yes if')} {self.say(value)}"

    def _rows(self, expr: nodes.Rows[Any]) -> str:
        if self.language == "ru" and (said := self._rows_in_words(expr)):
            return said
        what = f"«{expr.fact.labels[self.language] or expr.fact.__name__}»"
        which = "" if expr.filter is None else self.say(expr.filter)
        if expr.item is None:
            where = self._(f", для которых {which}", f" (for which {which})") if which else ""
            return f"{self._('число записей', 'the number of rows of')} {what}{where}"
        where = f" ({self._('для которых', 'for which')} {which})" if which else ""
        head = pick(_FOLD[expr.how], self.language)
        weight = "" if expr.weight is None else f" ({self._('вес', 'weight')}: {self.say(expr.weight)})"
        return f"{head} {what}{where}: {self.inner(expr.item)}{weight}"

    def _rows_in_words(self, expr: nodes.Rows[Any]) -> str:
        """«число оценочных процедур, для которых выполнен п. 7»: where the author says how rows are counted."""
        of = expr.fact.labels.get("ru_of")
        which = "" if expr.filter is None else self.inner(expr.filter)
        if not of:
            return ""
        if expr.how == "count":
            return f"число {of}{f', для которых {self.say(expr.filter)}' if expr.filter is not None else ''}"
        if expr.item is None or expr.how not in ("any", "all"):
            return ""
        said = self.inner(expr.item)
        if expr.how == "any":
            asked = f"{which} и {said}" if which else self.say(expr.item)
            return f"есть {expr.fact.labels['ru']}, для которых {asked}"
        return f"для всех {of}{f', для которых {which},' if which else ''} {said}"

    def _window(self, expr: nodes.AtLeast) -> str:
        said = self.inner(expr.item)
        if expr.least is None:
            span = phrases.one_of_window(self, expr.window, every=True)
            return f"{span or self._('в каждом из ', 'in each of ') + phrases.window_text(self, expr.window)}: {said}"
        least = self.say(expr.least)
        span = phrases.window_text(self, expr.window)
        if least == "1":
            one = phrases.one_of_window(self, expr.window, every=False)
            return f"{one or self._('хотя бы в одном из ', 'in at least one of ') + span}: {said}"
        return f"{self._('не менее чем в', 'in at least')} {least} {self._('из', 'of')} {span}: {said}"


def _subordinate(expr: Expr[Any]) -> bool:
    """Whether the Russian phrase ends inside a subordinate clause, which a comma has to close."""
    if isinstance(expr, nodes.IsKnown):
        return kind_of(expr.item) == "truth"
    if not isinstance(expr, nodes.Rows):
        return False
    counted = expr.item is None and expr.filter is not None
    return counted or (expr.how == "any" and "ru_of" in expr.fact.labels)


_FOLD: Mapping[str, tuple[str, str]] = {
    "sum": ("сумма по записям", "the sum over the rows of"),
    "min": ("наименьшее по записям", "the least over the rows of"),
    "max": ("наибольшее по записям", "the largest over the rows of"),
    "weighted": ("взвешенное среднее по записям", "the weighted mean over the rows of"),
    "mean": ("среднее по записям", "the mean over the rows of"),
    "only": ("единственное по записям", "the only one in the rows of"),
    "any": ("хотя бы в одной записи", "in at least one of the rows of"),
    "all": ("в каждой записи", "in each of the rows of"),
}
