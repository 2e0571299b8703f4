"""An explanation as prose for the head of an institution: what was decided, why, by which rule, on which ground."""

from __future__ import annotations

from collections.abc import Sequence

from shnor_engine.reasoning.explanation import Explanation, Missing, Reason, Threshold
from shnor_engine.reasoning.language import day_text, join, pick, value_text
from shnor_engine.reasoning.margin import DAYS, Margin


def prose(explanation: Explanation, language: str, *, events: bool) -> str:
    """The whole text; raises `ValueError` for a language other than "ru" and "en"."""
    if language not in ("ru", "en"):
        raise ValueError(f"no language {language!r}; there are ru and en")
    lines = [_headline(explanation, language)]
    lines += _because(explanation, language)
    lines += _rule(explanation, language)
    lines += _missing(explanation, language)
    lines += [f"{pick(('Примечание', 'Note'), language)}: {note[language]}." for note in explanation.notes]
    lines.append(_ground(explanation, language))
    if events and explanation.events:
        lines += _events(explanation, language)
    return "\n".join(line for line in lines if line)


def one_line(explanation: Explanation, language: str) -> str:
    """The decisive sentences in one line."""
    if explanation.error and not explanation.because:
        return explanation.error
    return "; ".join(_sentences(explanation.because, language))


def _headline(explanation: Explanation, language: str) -> str:
    about = ", ".join(part for part in (explanation.names[language], explanation.period[language]) if part)
    means = explanation.means[language]
    return f"{about}: {explanation.label[language]}." + (f" {_capital(means)}." if means else "")


def _because(explanation: Explanation, language: str) -> list[str]:
    if explanation.error and not explanation.because:
        return [f"{pick(('Причина', 'Reason'), language)}: {explanation.error}"]
    if not explanation.in_force and not explanation.because:
        return [pick(("В этом периоде правило ещё не действовало.", "The rule was not in force then."), language)]
    if not explanation.measured and not explanation.because:
        return [pick(("В этом периоде ничего не измеряется.", "In this period nothing is measured."), language)]
    if not explanation.because:
        return []
    lines = bullets(explanation.because, language)
    lines[-1] = lines[-1].rstrip(";") + "."
    return [pick(("Почему:", "Why:"), language), *lines]


def bullets(reasons: Sequence[Reason], language: str, indent: str = "") -> list[str]:
    """Reasons as a list of lines, what each rests on indented below it."""
    lines = []
    for group in _grouped(reasons):
        inner = bullets(group[0].because, language, indent + "  ")
        lines.append(f"{indent}– {_group_text(group, language)}{':' if inner else ';'}")
        lines += inner
    return lines


def _sentences(reasons: Sequence[Reason], language: str) -> list[str]:
    return [_group_text(group, language) for group in _grouped(reasons)]


def _grouped(reasons: Sequence[Reason]) -> list[list[Reason]]:
    """Reasons that say the same of several periods put together, at the place of the first."""
    groups: dict[object, list[Reason]] = {}
    for place, reason in enumerate(reasons):
        same = (reason.clause, reason.many) if reason.many.ru and not reason.because else place
        groups.setdefault(same, []).append(reason)
    return list(groups.values())


def _group_text(group: Sequence[Reason], language: str) -> str:
    if len(group) == 1:
        return group[0].text[language] + _margin(group[0].margin, language)
    values = [dict(reason.keys) for reason in group]
    slots = {
        f"{key}s": join([str(value) for value in sorted({keys[key] for keys in values})], language)
        for key in values[0]
        if len({type(keys[key]) for keys in values}) == 1
    }
    return group[0].many[language].format_map(slots)


def _margin(margin: Margin | None, language: str) -> str:
    if margin is None:
        return ""
    named = pick((margin.unit, margin.unit_en), language)
    unit = f" {named}" if named else ""
    days = (margin.unit, margin.unit_en) == DAYS
    if language == "ru":
        more, fewer = ("позже", "раньше") if days else ("больше", "меньше")
        return f" (изменится, если будет на {margin.units}{unit} {more if margin.up else fewer})"
    more, fewer = ("later", "earlier") if days else ("more", "fewer")
    return f" (turns with {margin.units}{unit} {more if margin.up else fewer})"


def _rule(explanation: Explanation, language: str) -> list[str]:
    if not explanation.thresholds:
        return []
    said = [threshold_text(item, language) for item in explanation.thresholds]
    return [f"{pick(('По правилу', 'By the rule'), language)}: {'; '.join(said)}."]


def threshold_text(item: Threshold, language: str) -> str:
    """A value of the law in its words, with its clause and since when it counts."""
    since = pick((f"действует с {day_text(item.since, 'ru')}", f"in force since {item.since}"), language)
    if item.until is not None:
        since += pick((f" до {day_text(item.until, 'ru')}", f" until {item.until}"), language)
    if item.known is not None:
        since += pick((f", известно с {day_text(item.known, 'ru')}", f", known since {item.known}"), language)
    cited = item.clause.cite(language) if item.clause else ""
    source = ", ".join(part for part in (cited, _chain(item.chain, language), since) if part)
    value, said = value_text(item.value, language), item.label[language]
    sentence = said.replace("{value}", value) if "{value}" in said else f"{said} – {value}"
    return f"{sentence} ({source})"


def _chain(chain: Sequence[str], language: str) -> str:
    """Whose value it is and who was asked before and set none: «severskiy → ru.23 → страна»."""
    if not any(chain):
        return ""
    return " → ".join(place or pick(("страна", "country"), language) for place in chain)


def _missing(explanation: Explanation, language: str) -> list[str]:
    if not explanation.missing:
        return []
    what = join([_missing_text(item, explanation, language) for item in explanation.missing], language)
    if explanation.open:
        return [f"{pick(('Чтобы решить, нужно знать', 'To decide one has to know'), language)}: {what}."]
    after = pick(
        ("Когда это станет известно, решение может измениться.", "Once this is known the decision may change."),
        language,
    )
    return [f"{pick(('Осталось неизвестным', 'Still not known'), language)}: {what}. {after}"]


def _missing_text(item: Missing, explanation: Explanation, language: str) -> str:
    if not item.conflict:
        return item.text[language]
    sources = explanation.sources
    which = join([f"«{sources[event]}»" if event in sources else event for event in item.conflict], language)
    return item.text[language] + pick((f" (сведения расходятся: {which})", f" (events disagree: {which})"), language)


def _ground(explanation: Explanation, language: str) -> str:
    on = day_text(explanation.on, language)
    pack = explanation.pack
    method = f"«{pack.title[language]}» ({pack.id} {pack.version})" if pack else explanation.rule["id"]
    text = pick((f"Решение на {on} по методике {method}", f"Decided on {on} by {method}"), language)
    if explanation.position is not None:
        text += pick(
            (f", по журналу до записи {explanation.position}", f", log position {explanation.position}"), language
        )
    return text + "."


def _events(explanation: Explanation, language: str) -> list[str]:
    head = pick(("События журнала, на которых держится решение:", "Events that the decision rests on:"), language)
    named = [(event, explanation.sources.get(event, "")) for event in explanation.events]
    return [head, *(f"  {event}{f' – {source}' if source else ''}" for event, source in named)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
