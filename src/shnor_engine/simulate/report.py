"""The part of a report in Russian that the head of a district office reads: assumptions first, bands always.

Nothing is said to be the effect of anything, no school is ranked, and what the data cannot tell has a section of its
own. One text, two forms: Markdown, and a single HTML page that needs no network.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import TYPE_CHECKING, Any

from shnor_engine.reasoning.phrases import russian_form
from shnor_engine.simulate.backtest import METHODS
from shnor_engine.simulate.blocks import PAGE, Block, Bullets, Heading, Picture, Table, Text
from shnor_engine.simulate.blocks import html as in_page
from shnor_engine.simulate.blocks import markdown as in_markdown
from shnor_engine.simulate.identify import check_wording, effect_words
from shnor_engine.simulate.observation import FAR
from shnor_engine.simulate.reliability import needed_shift, noise_table
from shnor_engine.simulate.words import percent

if TYPE_CHECKING:
    from shnor_engine.simulate.observation import Observed
    from shnor_engine.simulate.optimise import Answer
    from shnor_engine.simulate.run import Simulation

SCHOOL = ("школа", "школы", "школ")
TIMES = ("раз", "раза", "раз")
PROCEDURE = ("процедуру", "процедуры", "процедур")
FEW = 6  # listed schools that have a table each
NO_RESULTS = (
    "Не повезло школе или результаты в ней действительно низкие, по этому журналу сказать нельзя: в нём нет числа "
    "участников и числа не преодолевших минимум за {year} год (result.recorded). С ними здесь стояла бы вероятность "
    "того, что настоящая доля не ниже порога."
)
PARTS = {
    "parameter": "не знаем параметров модели",
    "process": "не знаем, что случится со школами",
    "sampling": "случайность того, кто писал работу",
}
WAYS = {
    "none": "никому ничего",
    "equal": "всем поровну, пока хватает",
    "listed_only": "только школам перечня",
    "greedy": "по вероятности попасть в перечень",
    "random": "наугад",
    "neutral": "по среднему, без осторожности",
}


def markdown(simulation: Simulation) -> str:
    """The report as Markdown."""
    return "\n\n".join(in_markdown(block) for block in blocks(simulation)) + "\n"


def html(simulation: Simulation) -> str:
    """The report as one page without anything from outside."""
    body = "\n".join(filter(None, map(in_page, blocks(simulation))))
    return PAGE.format(title=escape(_title(simulation)), body=body)


def blocks(simulation: Simulation) -> list[Block]:
    """The whole text; raises `ReportError` where a sentence would claim a cause."""
    return [block for _, part in parts(simulation) for block in part]


def parts(simulation: Simulation) -> list[tuple[str, list[Block]]]:
    """The sections by their names, each beginning with its heading; one that has nothing to say is left out."""
    sections = {
        "opening": _opening,
        "assumptions": _assumptions,
        "main": _main,
        "by_year": _by_year,
        "differences": _differences,
        "listed": _listed,
        "named": _named,
        "cost": _cost,
        "choice": _choice,
        "unknown": _unknown,
        "backtest": _backtest,
        "noise": _noise,
        "foot": _foot,
    }
    found = [(name, list(section(simulation))) for name, section in sections.items()]
    for block in (block for _, part in found for block in part):
        for text in _texts(block):
            check_wording(text)
    return [(name, part) for name, part in found if part]


def _texts(block: Block) -> tuple[str, ...]:
    """What a block says in sentences."""
    if isinstance(block, Bullets):
        return block.items
    return (block.text,) if isinstance(block, Text) else ()


def assumptions_text(simulation: Simulation) -> str:
    """What is assumed, for a terminal: before any figure."""
    return "\n\n".join(in_markdown(block) for block in _assumptions(simulation))


# --- sections -------------------------------------------------------------------------------------


def _title(simulation: Simulation) -> str:
    return f"Что может быть с перечнем ШНОР в {simulation.order.first}–{simulation.order.last} годах"


def _opening(simulation: Simulation) -> Iterator[Block]:
    yield Heading(_title(simulation), 1)
    yield Text(
        "Это расчёт для планирования, а не предсказание и не оценка школ. Смоделированные результаты судит та же "
        "методика, что и настоящие. Везде указаны границы: одной цифры будущее не имеет."
    )


def _assumptions(simulation: Simulation) -> Iterator[Block]:
    p, history = simulation.parameters, simulation.history
    named = len(simulation.order.schools)
    pack = simulation.task.judge.pack
    yield Heading("Что принято")
    gaps = f"; за {_list(history.unknown)} год перечня нет, он не выдумывается" if history.unknown else ""
    yield Bullets(
        (
            f"В районе {_count(len(history.schools), SCHOOL)}: {named} названы в журнале, остальные добавлены без "
            "номеров. Сколько школ в районе на самом деле, источник не говорит.",
            f"Каждая школа проходит {_count(len(simulation.task.world.procedures), PROCEDURE)} в год; в процедуре "
            f"обычно около {p['cohort_median']:g} участников (от {p['cohort_floor']:g}). Настоящих данных о "
            "числе участников нет.",
            f"Кто попадает в перечень, решает методика «{pack.title['ru']}» ({pack.id} {pack.version}).",
            f"Прошлое: перечни {_list(history.years)} годов – {_list(history.sizes)} школ{gaps}.",
            "Программа прошлых лет в прошлое не вложена отдельно: её действие, каким бы оно ни было, уже внутри "
            "этих перечней.",
            "Действие поддержки взято из зарубежных исследований. За год без поддержки от него остаётся "
            f"{percent(p['fade_kept'])}; за год из школы уходит {percent(p['turnover'])} учителей и уносит "
            f"{percent(p['turnover_loss'])} своей части; из задуманного выполняется {percent(p['fidelity'])}. "
            "У части школ поддержка не помогает или вредит.",
            "«80 % расчётов» значит: из ста расчётов восемьдесят лежат внутри этих границ, десять ниже и десять "
            "выше. «Школо-год» – одна школа один год в перечне.",
        )
    )
    rows = [(scenario.title, _given(scenario), scenario.note) for scenario in simulation.scenarios]
    yield Table(("Вариант", "Что даётся одной школе за год", "Пояснение"), tuple(rows))
    yield from _levers(simulation)


def _levers(simulation: Simulation) -> Iterator[Block]:
    """Which number was taken for each kind of support that the scenarios give."""
    policies = simulation.policies.values()
    levers = list(dict.fromkeys(lever for policy in policies for lever in policy.levers))
    rows = [
        (GIVEN.get(lever.name, lever.name), _number(lever.mean, 2), f"±{_number(lever.spread, 2)}")
        for lever in levers
    ]
    if rows:
        yield Text(
            "Какое действие принято: на сколько стандартных отклонений в среднем растут результаты учеников школы "
            "при полном объёме поддержки, и насколько школы в этом различаются. Откуда каждое число, сказано в файле "
            "параметров."
        )
        yield Table(("Вид поддержки", "В среднем", "Различие школ"), tuple(rows))


def _given(scenario: Any) -> str:
    whom = {"listed": "школам перечня", "all": "всем школам"}
    said = [
        f"{GIVEN.get(one.name, one.name)}, {one.hours:g} ч – "
        f"{whom[one.to] if isinstance(one.to, str) else ', '.join(one.to)}"
        for one in scenario.given
    ]
    if scenario.advised:
        return "что советуют правила рекомендаций по перечню, прошлым годам и уже оказанной поддержке"
    return "; ".join(said) or "ничего"


def _main(simulation: Simulation) -> Iterator[Block]:
    frames, order, history = simulation.frames, simulation.order, simulation.history
    first = next(row for row in _sizes(simulation, "none") if row["year"] == order.first)
    grows = _grows(simulation).mean()
    later = (frames.future("none").sum(axis=1).max(axis=1) > history.sizes[-1]).mean()
    yield Heading("Главное")
    yield Bullets(
        (
            f"В {history.years[-1]} году в перечне {_count(history.sizes[-1], SCHOOL)}. Без программы в "
            f"{order.first} году следует ждать {_band(first)}; вероятность, что перечень вырастет, {percent(grows)}, "
            f"а что он вырастет хотя бы однажды до {order.last} года – "
            f"{_share(later, len(simulation.futures))}. Так бывает и без ухудшения школ: короткий "
            "перечень – отчасти удача, и он возвращается к обычному размеру.",
            _leaving(simulation),
            _best(simulation),
        )
    )
    from shnor_engine.simulate.pictures import fan_svg

    yield Picture(
        "fan",
        "Размер перечня: ромбы – настоящие перечни; светлая полоса – где лежат 80 % расчётов, тёмная – 50 %; "
        "пунктир – середина; тонкие линии – несколько расчётов целиком, от самых лёгких до самых тяжёлых.",
        fan_svg(simulation),
    )


def _share(share: float, count: int) -> str:
    """A share of a few calculations: all of them is not certainty."""
    return f"близка к 100 % (так во всех {count} расчётах)" if share == 1 else percent(share)


def _leaving(simulation: Simulation) -> str:
    none = next(row for row in simulation.frames.differences.to_dicts() if row["scenario"] == "none")
    return (
        f"За один год из перечня и без программы выходит {percent(none['leave_in_a_year'])} школ. Любую долю "
        "вышедших надо сравнивать с этим числом."
    )


def _best(simulation: Simulation) -> str:
    rows = [row for row in simulation.frames.differences.to_dicts() if row["scenario"] != "none"]
    if not rows:
        return "Других вариантов не задано."
    best = max(rows, key=lambda row: (row["mean"], row["scenario"]))
    title = next(one.title for one in simulation.scenarios if one.name == best["scenario"])
    return (
        f"В модели больше всего перечень сокращает вариант «{title}»: за {len(simulation.horizon)} лет на "
        f"{_number(best['mean'])} школо-лет меньше, чем без программы (80 % расчётов: от {_number(best['q10'])} до "
        f"{_number(best['q90'])}); в {percent(best['more'])} расчётов при нём больше, чем без него."
    )


def _by_year(simulation: Simulation) -> Iterator[Block]:
    yield Heading("Перечень по годам")
    years = tuple(str(year) for year in simulation.horizon)
    rows = [
        (scenario.title, *(_cell(row) for row in _sizes(simulation, scenario.name)))
        for scenario in simulation.scenarios
    ]
    yield Table(("Вариант", *years), tuple(rows))
    yield Text("В клетке: в среднем; в скобках – границы, между которыми 80 % расчётов.")
    from shnor_engine.simulate.pictures import distribution_svg

    yield Picture(
        "distribution",
        f"Сколько школ может быть в перечне {simulation.order.last} года: столбец – доля расчётов; последний – "
        "столько школ и больше.",
        distribution_svg(simulation),
    )


def _differences(simulation: Simulation) -> Iterator[Block]:
    rows = [
        (
            next(one.title for one in simulation.scenarios if one.name == row["scenario"]),
            f"{_number(row['school_years'])}",
            f"{_number(row['mean'])} ({_number(row['q10'])}…{_number(row['q90'])})",
            f"{percent(row['fewer'])} / {percent(row['same'])} / {percent(row['more'])}",
            percent(row["leave_in_a_year"]),
        )
        for row in simulation.frames.differences.to_dicts()
    ]
    word = effect_words(None)
    yield Heading("Сравнение вариантов")
    yield Table(
        (
            "Вариант",
            f"Школо-лет в перечне за {simulation.order.first}–{simulation.order.last}",
            "На сколько меньше, чем без программы (80 %)",
            "Меньше / столько же / больше",
            "Выходят за год",
        ),
        tuple(rows),
    )
    yield Text(
        f"Варианты сравниваются на одних и тех же случайностях, поэтому видна {word}. Это не доказательство того, "
        "что программа действует: действие принято заранее."
    )


def _listed(simulation: Simulation) -> Iterator[Block]:
    """What awaits each school of the last list, and whether it was unlucky."""
    history = simulation.history
    yield Heading(f"Школы перечня {history.years[-1]} года")
    if not simulation.order.results:
        yield Text(NO_RESULTS.format(year=history.years[-1]))
    if len(history.listed) > FEW:
        yield from _listed_together(simulation)
    else:
        for school in history.listed:
            yield from _listed_alone(simulation, school)
    yield Picture("exits", "Вероятность быть вне перечня по годам и вариантам: чем темнее, тем больше.")
    shares = ", ".join(f"с {percent(share)} – {_number(needed_shift(share), 2)}" for share in (0.35, 0.4, 0.45, 0.5))
    yield Text(
        "Чтобы доля не преодолевших минимум опустилась ниже 30 %, результаты должны вырасти на столько стандартных "
        f"отклонений: {shares}. Медиана хороших программ в исследованиях – 0,10."
    )


def _listed_alone(simulation: Simulation, school: str) -> Iterator[Block]:
    """A school of its own: its past, luck or lowness, and its chances by scenario and year."""
    history, years = simulation.history, simulation.horizon
    off = {
        (row["scenario"], row["year"]): row for row in simulation.frames.exits.to_dicts() if row["school"] == school
    }
    again = 1 - off["none", years[0]]["off"]
    yield Text(
        f"{history.names.get(school, school)}: была в перечнях {_list(_years_on(history, school))}. Если ничего не "
        f"делать, то в {years[0]} году снова окажется в перечне с вероятностью {percent(again)}."
        f"{_luck(simulation, school)} Вероятность быть вне перечня:"
    )
    table = [
        (
            scenario.title,
            *(percent(off[scenario.name, year]["off"]) for year in years),
            percent(off[scenario.name, years[-1]]["off_two_lists"] or 0.0),
        )
        for scenario in simulation.scenarios
    ]
    yield Table(("Вариант", *map(str, years), "устойчиво (два перечня подряд)"), tuple(table))


def _luck(simulation: Simulation, school: str) -> str:
    """Luck or lowness of a school, where there are numbers; that there are none is said once for all."""
    if not simulation.order.results:
        return ""
    return " " + next(one for one in simulation.reliability if one.school == school).text()


def _listed_together(simulation: Simulation) -> Iterator[Block]:
    """Many schools in one table: luck or lowness, the next list without a programme, the last one by scenario."""
    history, (first, last) = simulation.history, (simulation.horizon[0], simulation.horizon[-1])
    off = {(row["scenario"], row["school"], row["year"]): row["off"] for row in simulation.frames.exits.to_dicts()}
    truly = {one.school: one.truly_low for one in simulation.reliability}
    rows = [
        (
            history.names.get(school, school),
            _list(_years_on(history, school)),
            *([_chance(truly[school])] if simulation.order.results else []),
            percent(1 - off["none", school, first]),
            *(percent(off[scenario.name, school, last]) for scenario in simulation.scenarios),
        )
        for school in history.listed
    ]
    head = (
        "Школа",
        "Была в перечне",
        *(["Действительно низкая"] if simulation.order.results else []),
        f"Снова в перечне {first} года, если ничего не делать",
        *(f"Вне перечня {last} года: {scenario.title}" for scenario in simulation.scenarios),
    )
    yield Table(head, tuple(rows))


def _years_on(history: Any, school: str) -> list[int]:
    return [year for year in history.years if school in history.lists[year]]


def _chance(value: float | None) -> str:
    return "данных нет" if value is None else percent(value)


def _named(simulation: Simulation) -> Iterator[Block]:
    """Schools that were listed before: their chances next year, in the order of their ids, never a ranking."""
    history = simulation.history
    before = {school for members in history.lists.values() for school in members} - set(history.listed)
    chances = {
        (row["school"], row["year"]): row["chance"]
        for row in simulation.frames.schools.to_dicts()
        if row["scenario"] == "none"
    }
    from shnor_engine.assessment import order

    luck = {one.school: one.truly_low for one in simulation.reliability} if simulation.order.results else {}
    rows = [
        (
            history.names.get(school, school),
            _list(_years_on(history, school)),
            *([_chance(luck[school])] if luck else []),
            percent(chances[school, simulation.order.first]),
            percent(chances[school, simulation.order.last]),
        )
        for school in sorted(before, key=order)
    ]
    yield Heading("Школы, которые были в перечне раньше")
    yield Text(
        "Порядок – по номерам, это не рейтинг. Вероятности попасть в перечень относятся к школам с такой историей "
        "перечня: результатов самих школ модель не учитывает, поэтому школы с одинаковой историей не различает."
    )
    first, last = simulation.order.first, simulation.order.last
    low = ["Действительно низкая"] if luck else []
    yield Table(("Школа", "Была в перечне", *low, f"В перечне {first} года", f"В перечне {last} года"), tuple(rows))
    if luck:
        yield Text(
            f"«Действительно низкая» – вероятность того, что по результатам {history.years[-1]} года настоящая доля "
            "не преодолевших минимум не ниже 30 % хотя бы в двух процедурах, то есть дело не в случайности."
        )


def _cost(simulation: Simulation) -> Iterator[Block]:
    yield Heading("Сколько это стоит")
    rows = []
    for scenario in simulation.scenarios:
        if not scenario.helps:
            continue
        said = [row for row in simulation.frames.budget.to_dicts() if row["scenario"] == scenario.name]
        mean = sum(row["hours_mean"] for row in said) / len(said)
        money = sum(row["roubles"] or 0 for row in said) / len(said)
        dearest = max(said, key=lambda row: row["hours_q90"])
        cut = max(row["cut"] for row in said)
        rows.append(
            (
                scenario.title,
                _number(mean, 0),
                f"{_number(dearest['hours_q90'], 0)} ({dearest['year']})",
                f"{money:,.0f}".replace(",", " ") if money else "цена часа не задана",
                percent(cut) if scenario.budget.staff_hours or scenario.budget.roubles else "бюджет не задан",
            )
        )
    yield Table(
        (
            "Вариант",
            "Часов специалистов в год, в среднем",
            "В тяжёлый год (9 из 10 расчётов не дороже)",
            "Рублей в год",
            "Бюджета не хватает, доля расчётов в худший год",
        ),
        tuple(rows),
    )
    if rows:
        yield Picture("budget", "Часы специалистов по годам: знак – в среднем, черта – 80 % расчётов.")


def _no_better(answer: Answer) -> str:
    """Said where a simple way does as well on fresh chance: the choice is then worth nothing."""
    best = max(answer.ways, key=lambda name: answer.ways[name])
    if answer.ways[best] < answer.fresh:
        return ""
    return f" На новых расчётах этот выбор не лучше простого способа «{WAYS[best]}»."


def _choice(simulation: Simulation) -> Iterator[Block]:
    answer = simulation.honesty.answer
    if answer is None:
        return
    titles = {option.name: option.title for option in answer.options}
    names = simulation.history.names
    yield Heading("Кому что дать")
    yield Text(
        f"На {_number(answer.staff_hours, 0)} часов работы специалистов в год; каждой школе перечня – хотя бы одна "
        f"поддержка. Ожидаемо {_number(answer.fresh)} школо-лет меньше (90 % расчётов: от "
        f"{_number(answer.interval[0])} до {_number(answer.interval[1])}); в худших 10 % "
        f"расчётов в среднем {_number(answer.tail)}; при выборе обещано было {_number(answer.expected)}, "
        f"разница {_number(answer.optimism)} – обычное преувеличение выбора по тем же данным.{_no_better(answer)}"
    )
    if answer.caution:
        yield Text(
            f"Выбор осторожный: среднее весит {percent(1 - answer.caution)}, худшие 10 % расчётов – "
            f"{percent(answer.caution)}. В худших 10 % обещано было {_number(answer.tail_expected, 2)}, на новых "
            f"расчётах вышло {_number(answer.tail, 2)}; выбор только по среднему оставил бы там "
            f"{_number(answer.tails['neutral'], 2)}, а в среднем дал бы {_number(answer.ways['neutral'], 2)} против "
            f"{_number(answer.fresh, 2)}."
        )
    chosen = [
        (names.get(school, school), titles[option])
        for school, option in answer.choice.items()
        if not school.startswith("unnamed/")
    ]
    others = [titles[option] for school, option in answer.choice.items() if school.startswith("unnamed/")]
    rows = [*chosen, *((f"ещё {others.count(title)} без номера", title) for title in dict.fromkeys(others))]
    yield Table(("Школа", "Поддержка"), tuple(rows))
    yield Table(
        ("Другой способ", "Школо-лет меньше", "Хуже лучшего на", "В худших 10 % расчётов"),
        tuple(
            (WAYS[name], _number(value), _number(answer.regret[name]), _number(answer.tails[name]))
            for name, value in answer.ways.items()
        ),
    )


def _taught(overlap: Mapping[str, float]) -> str:
    """Which parameters the lists have narrowed, by how much of the range is left."""
    least = percent(min(overlap.values()))
    named = [name for name, share in overlap.items() if share < 0.75]
    if not named:
        return f"ни один параметр заметно не уточнился (с исходными допущениями совпадает не менее {least})"
    return (
        f"заметно уточнилось только это: {_list(named)} (с исходными допущениями совпадает {least}), остальное "
        "осталось как было принято"
    )


def _unknown(simulation: Simulation) -> Iterator[Block]:
    honesty, posterior = simulation.honesty, simulation.posterior
    yield Heading("Чего по этим данным сказать нельзя")
    overlap = posterior.overlap()
    points = [
        f"Из {posterior.table.size} смоделированных районов на настоящий похожи {len(posterior.paths)} "
        f"({percent(posterior.acceptance)}); перечни научили модель немногому: {_taught(overlap)}.",
    ]
    points.append(_basis(simulation))
    if honesty.meter is not None:
        points.append(honesty.meter.text())
    if honesty.rollout is not None:
        points.append("Как узнать. " + honesty.rollout.text())
    if honesty.splits:
        shares = honesty.splits[-1].shares()
        said = "; ".join(f"{PARTS[name]} – {percent(share)}" for name, share in shares.items())
        points.append(f"Из чего в модели складывается неопределённость, если последнего перечня не знать: {said}.")
    if honesty.worth:
        best = max(honesty.worth, key=lambda name: honesty.worth[name])
        points.append(
            f"Если бы точно знать один параметр, больше всего дал бы «{_note(simulation, best)}»: неопределённость "
            f"уменьшилась бы на {percent(honesty.worth[best])}."
        )
    yield Bullets(tuple(points))
    yield from _observation(simulation)
    if honesty.drivers:
        yield Text("Что сильнее всего двигает ответ (метод Морриса, школо-лет на шаг по принятому диапазону):")
        yield Table(
            ("Параметр", "Диапазон", "Сдвиг", "Разброс сдвига"),
            tuple(
                (
                    _note(simulation, d.name),
                    f"{d.low:g}…{d.high:g}".replace(".", ",").replace("-", "−"),
                    _number(d.size),
                    _number(d.spread),
                )
                for d in honesty.drivers[:5]
            ),
        )
    if honesty.parts:
        yield Text(
            "Какую долю разброса ответа создают эти параметры (индексы Соболя; ± – границы 95 %): сам по себе и "
            "вместе со всем, с чем он действует сообща. Диапазоны те же; другие диапазоны дали бы другие доли."
        )
        yield Table(
            ("Параметр", "Сам по себе", "Вместе с другими"),
            tuple(
                (
                    _note(simulation, part.name),
                    f"{_number(part.alone, 2)} ± {_number(part.alone_error, 2)}",
                    f"{_number(part.whole, 2)} ± {_number(part.whole_error, 2)}",
                )
                for part in honesty.parts
            ),
        )


OBSERVATION = {"binomial": "каждый ученик сам по себе", "beta_binomial": "ученики похожи"}


def _observation(simulation: Simulation) -> Iterator[Block]:
    """Binomial or Beta-binomial: what the real lists say, and whether each model would do what was real."""
    observed = simulation.honesty.observed
    if not observed:
        return
    one, other = observed
    both = one.near + other.near
    alike = bool(simulation.task.theta["overdispersion"].any())
    yield Text(
        "Проверка допущения о случайности в классе: каждый ученик не преодолевает минимум сам по себе (биномиальный "
        "закон), или ученики одной школы в одной процедуре похожи (бета-биномиальный закон). В этом расчёте принято "
        f"{'второе' if alike else 'первое'}. Из {both} самых похожих на настоящий районов по первому допущению "
        f"получены {one.near}, по второму {other.near}{_undecided(one.near, both)} {_foretells(one, other)}"
    )
    yield Table(
        (
            "Что было",
            "Настоящее",
            *(f"{OBSERVATION[each.model].capitalize()}: 90 % новых районов" for each in observed),
        ),
        tuple(
            (a.label, f"{a.real:g}", *(f"{c.low:.0f}–{c.high:.0f}{_strange(c.tail)}" for c in (a, b)))
            for a, b in zip(one.checks, other.checks, strict=True)
        ),
    )


def _undecided(near: int, both: int) -> str:
    """Whether a split into two halves could be a toss of a coin."""
    if abs(near - both / 2) <= both**0.5:
        return ": это почти поровну, перечни между ними не выбирают."
    return "."


def _foretells(one: Observed, other: Observed) -> str:
    """Which of the two would have foretold the known lists better; less than a point says nothing."""
    scores = f"сумма логарифмических баллов {_number(one.log_score, 2)} и {_number(other.log_score, 2)}"
    if abs(one.log_score - other.log_score) < 1:
        return f"Известные перечни оба предсказывают почти одинаково ({scores})."
    better = max((one, other), key=lambda each: each.log_score)
    return f"Известные перечни лучше предсказывает допущение «{OBSERVATION[better.model]}» ({scores})."


def _strange(tail: float) -> str:
    return f" (настоящее – редкость: {percent(tail)})" if tail < FAR else ""


def _basis(simulation: Simulation) -> str:
    """How many pasts and futures the shares rest on, what of the spread lies between pasts, and the exactness."""
    pasts, count = simulation.pasts, len(simulation.futures)
    parted = simulation.frames.parted("none")[-1]
    if parted.within is None:
        return (
            f"Расчётов {count}: у каждого похожего района одно продолжение, поэтому доли меняются шагом "
            f"{percent(1 / count)} (больше продолжений – дольше расчёт)."
        )
    between = parted.between / ((parted.between + parted.within) or 1.0)
    grows = simulation.frames.in_parts("", _grows(simulation))
    return (
        f"Расчётов {count}: каждый из {pasts} похожих районов продолжен в будущее {_count(simulation.each, TIMES)}. "
        "Разброс числа школо-лет: между районами (каковы параметры и сами школы, неизвестно уже сегодня) – "
        f"{percent(between)}, внутри района (что случится дальше и кто будет писать работу) – "
        f"{percent(1 - between)}. По точности среднего это как {_number(parted.effective, 0)} независимых расчётов; "
        f"вероятность, что перечень вырастет в {simulation.order.first} году, сосчитана с точностью до "
        f"±{_number(200 * grows.error, 0)} процентных пунктов – это неточность счёта, а не неопределённость будущего."
    )


def _grows(simulation: Simulation) -> Any:
    """Whether the first list is longer than the last real one, by future, without a programme."""
    return simulation.frames.future("none").sum(axis=1)[:, 0] > simulation.history.sizes[-1]


def _note(simulation: Simulation, name: str) -> str:
    return PARAMETERS.get(name, name)


def _backtest(simulation: Simulation) -> Iterator[Block]:
    rows = [
        (
            f"{score.until} → {score.year}",
            METHODS[score.method],
            _number(score.mean_size),
            str(score.real_size),
            _number(score.log_score, 2),
            _number(score.crps, 2),
            _number(score.brier, 3),
        )
        for score in simulation.scores
    ]
    if not rows:
        return
    yield Heading("Проверка на прошлом")
    yield Text(
        "Модель, не зная последних перечней, предсказывает их; рядом – простые способы. Логарифмический балл тем "
        "лучше, чем больше, остальные – чем меньше: CRPS – промах в размере перечня, в школах; балл Брайера – промах "
        "по отдельной школе, от 0 до 1. Печатается и тогда, когда модель проигрывает. " + _verdict(simulation)
    )
    yield Table(
        ("Знаем по → год", "Способ", "Ждали школ", "Было", "Лог. балл", "CRPS", "Брайер на школу"), tuple(rows)
    )


def _verdict(simulation: Simulation) -> str:
    """How often the model was the best of the four, score by score."""
    years = sorted({score.year for score in simulation.scores})
    won = 0
    for year in years:
        mine = [score for score in simulation.scores if score.year == year]
        model = next(score for score in mine if score.method == "model")
        won += sum(
            (
                model.log_score >= max(score.log_score for score in mine),
                model.crps <= min(score.crps for score in mine),
                model.brier <= min(score.brier for score in mine),
            )
        )
    return f"Модель лучше всех в {won} из {3 * len(years)} сравнений."


def _noise(simulation: Simulation) -> Iterator[Block]:
    yield Heading("Случайность в малых школах")
    yield Text(
        "Вероятность оказаться в перечне по шести процедурам, если настоящая доля не преодолевших минимум во всех "
        "процедурах одинакова: две и более процедуры за год / и хотя бы одна из них второй год подряд."
    )
    table = noise_table()
    shares = list(next(iter(table.values())))
    yield Table(
        ("Участников", *(f"доля {percent(share)}: вероятность, %" for share in shares)),
        tuple(
            (str(size), *(f"{_tenth(c.a)} / {_tenth(c.a_and_b)}" for c in row.values()))
            for size, row in table.items()
        ),
    )


def _tenth(share: float) -> str:
    """To a tenth of a percent, halves up."""
    return f"{Decimal(repr(100 * share)).quantize(Decimal('0.1'), ROUND_HALF_UP)}".replace(".", ",")


def _foot(simulation: Simulation) -> Iterator[Block]:
    order, manifest = simulation.order, simulation.manifest
    yield Heading("Как повторить")
    known = f"; журнал до записи {order.position}" if order.position is not None else ""
    yield Text(
        f"Расчёт {simulation.run_id}, зерно {order.seed}, районов {order.draws}, оставлено "
        f"{simulation.pasts}, продолжений {len(simulation.futures)}{known}. Методика "
        f"{manifest['packs'][order.pack][:12]}, параметры {manifest['parameters'][:12]}, модель "
        f"{manifest['model'][:12]}. Файл manifest.json содержит всё, чтобы получить те же байты."
    )


# --- words ----------------------------------------------------------------------------------------

GIVEN = {
    "coaching": "наставник",
    "pd": "обучение педагогов",
    "tutoring": "занятия с отстающими",
    "whole_school": "программа перехода в эффективный режим",
    "leadership": "поддержка управленческой команды",
    "partnership": "партнёрство школ",
    "inspection": "проверка",
    "contests": "конкурсы",
    "information": "мониторинг",
    "working_group": "рабочая группа",
    "methodical_landing": "методический десант",
    "thematic_seminar": "семинары",
    "meeting": "совещания",
    "internship": "стажировка",
    "consultation": "консультации",
    "route_design": "разработка ИОМ",
    "contest": "конкурсы",
    "audit": "аудит",
    "monitoring": "мониторинг",
    "report": "отчёт",
    "control_interview": "контрольные собеседования",
}

PARAMETERS = {
    "cohort_median": "сколько участников в процедуре",
    "cohort_sigma": "насколько школы различаются размером",
    "cohort_jitter": "колебания числа участников",
    "cohort_floor": "наименьшее число участников",
    "level": "общий уровень трудности",
    "procedure_sd": "различие процедур по трудности",
    "school_sd": "постоянные различия школ",
    "drift_sd": "медленные изменения школ",
    "drift_memory": "как долго держатся изменения школы",
    "year_sd": "трудные и лёгкие годы",
    "cohort_sd": "особенности отдельного класса",
    "overdispersion": "сходство учеников одной школы в процедуре",
    "half_dose": "часы до половины действия",
    "fade_kept": "что остаётся через год",
    "turnover": "уход учителей",
    "posts": "учителей в школе",
    "turnover_loss": "что уходит с учителем",
    "fidelity": "доля выполненного как задумано",
    "fidelity_sd": "различие школ в выполнении",
    "covered": "доля охваченных занятиями",
    "effect_scale": "сила всех видов поддержки",
}


def _sizes(simulation: Simulation, scenario: str) -> list[dict[str, Any]]:
    return [row for row in simulation.frames.sizes.to_dicts() if row["scenario"] == scenario]


def _cell(row: dict[str, Any]) -> str:
    return f"{_number(row['mean'])} ({row['q10']:.0f}–{row['q90']:.0f})"


def _band(row: dict[str, Any]) -> str:
    return f"от {row['q10']:.0f} до {row['q90']:.0f} школ (80 % расчётов; в среднем {_number(row['mean'])})"


def _number(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}".replace(".", ",").replace("-", "−")


def _list(items: Iterable[object]) -> str:
    return ", ".join(PARAMETERS.get(str(item), str(item)) for item in items)


def _count(number: int, forms: Sequence[str]) -> str:
    """«1 школа», «2 школы», «5 школ»."""
    return f"{number} {russian_form(number, forms)}"
