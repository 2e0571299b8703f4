"""The closed lists of codes that events use, with their Russian and English terms.

Closed, so that a misspelt code is an error and no silent new thing; extensible, because a plugin may add codes to
the registry. The forms and directions are those of the Seversky report of 2024; the risk factors those of the
project «500+» (factors of 2021 and of 2022 on).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One code: its Russian and English name, and the codes of another list that it belongs to.

    A form belongs to the tasks of the programme that it serves.
    """

    ru: str
    en: str
    of: tuple[str, ...] = ()


TASKS = {
    "addressed_support": Term("адресная методическая поддержка", "addressed methodical support"),
    "plans_and_growth": Term(
        "сопровождение программ перехода в эффективный режим и учительского роста",
        "accompaniment of transition plans and teacher-growth programmes",
    ),
    "diagnostics_and_training": Term(
        "диагностика дефицитов, ИОМ и повышение квалификации", "diagnostics, individual routes and training"
    ),
    "partnership": Term("межшкольное партнёрство и сетевое взаимодействие", "partnership between schools"),
    "spread_of_practice": Term("распространение эффективных практик", "spread of effective practice"),
}

FORMS = {
    "working_group": Term("заседание рабочей группы", "working group", ("addressed_support", "plans_and_growth")),
    "methodical_landing": Term(
        "методический десант", "methodical landing", ("addressed_support", "spread_of_practice")
    ),
    "thematic_seminar": Term(
        "тематический семинар", "thematic seminar", ("diagnostics_and_training", "spread_of_practice")
    ),
    "meeting": Term("совещание", "meeting", ("addressed_support", "plans_and_growth")),
    "internship": Term("стажировка", "internship", ("partnership", "spread_of_practice")),
    "consultation": Term("консультирование", "consultation", ("addressed_support", "diagnostics_and_training")),
    "route_design": Term("разработка ИОМ", "design of individual routes", ("diagnostics_and_training",)),
    "contest": Term("участие в конкурсах профессионального мастерства", "contests", ("spread_of_practice",)),
    "audit": Term("аудит", "audit", ("plans_and_growth",)),
    "monitoring": Term("мониторинг", "monitoring", ("addressed_support",)),
    "report": Term("отчёт", "report", ("plans_and_growth",)),
    "control_interview": Term("контрольные собеседования", "control interviews", ("plans_and_growth",)),
}

DIRECTIONS = {
    "prevention": Term("реализация профилактических мероприятий", "carrying out prevention"),
    "evaluation": Term(
        "оценка эффективности профилактики, корректировка дальнейшей работы", "evaluation and correction"
    ),
}

TOPICS = {
    "management_team": Term("формирование управленческой команды", "management team"),
    "teacher_context": Term("сбор контекстных данных по каждому учителю", "context data per teacher"),
    "school_roadmap": Term(
        "разработка и утверждение школьной дорожной карты повышения качества образования", "school roadmap"
    ),
    "transition_plan": Term(
        "разработка плана мероприятий по переходу школы в эффективный режим работы", "plan of transition"
    ),
    "struggling_pupils_plans": Term(
        "разработка рабочих программ, планов работы со слабоуспевающими", "plans for work with struggling pupils"
    ),
    "internal_quality_system": Term(
        "разработка внутренней системы оценки качества образования", "internal quality assessment"
    ),
    "pastoral_staff": Term("совместная работа со штабом воспитательной работы", "work with the pastoral staff"),
}

FACTORS = {
    "low_equipment": Term("низкий уровень оснащения школы", "low equipment"),
    "staff_shortage": Term("дефицит педагогических кадров", "staff shortage"),
    "weak_teacher_competence": Term(
        "недостаточная предметная и методическая компетентность педагогов", "weak teacher competence"
    ),
    "high_share_special_needs": Term("высокая доля обучающихся с ОВЗ", "high share of special-needs pupils"),
    "language_culture_barriers": Term(
        "низкое качество преодоления языковых и культурных барьеров", "language and culture barriers"
    ),
    "low_motivation": Term("низкая учебная мотивация", "low motivation"),
    "low_school_wellbeing": Term("пониженный уровень школьного благополучия", "low school wellbeing"),
    "low_discipline": Term("низкий уровень дисциплины в классе", "low discipline"),
    "low_process_adaptability": Term("риски низкой адаптивности учебного процесса", "low process adaptability"),
    "no_internal_pd_system": Term(
        "несформированность внутришкольной системы повышения квалификации", "no in-school training system"
    ),
    "weak_environment": Term(
        "пониженный уровень качества образовательной и воспитательной среды", "weak educational environment"
    ),
    "pupils_at_risk": Term(
        "высокая доля обучающихся с рисками учебной неуспешности", "high share of pupils at risk of failure"
    ),
    "low_parent_involvement": Term("низкий уровень вовлечённости родителей", "low parent involvement"),
}

PREVENTION_LINES = {
    "mastery": Term("профессиональное мастерство педагогов и руководителей", "mastery of teachers and heads"),
    "individualisation": Term("индивидуализация образовательного процесса", "individualisation"),
    "climate": Term("благоприятный климат в школе", "school climate"),
    "psychological_service": Term("психолого-педагогическое сопровождение", "psychological-pedagogical services"),
    "assessment_practice": Term("совершенствование оценочной деятельности", "better assessment"),
    "exchange_of_experience": Term("обмен опытом педагогов", "exchange of experience"),
}

PLAN_KINDS = {
    "transition_programme": Term("программа перехода в эффективный режим работы", "transition programme"),
    "teacher_growth_programme": Term("программа учительского роста", "teacher-growth programme"),
    "development_concept": Term("концепция развития", "development concept"),
    "medium_term_programme": Term("среднесрочная программа развития", "medium-term programme"),
    "anti_risk_programme": Term("антирисковая программа", "anti-risk programme"),
}

BODY_KINDS = {
    "methodical_centre": Term("информационно-методический центр", "methodical centre"),
    "mentoring_centre": Term("наставнический центр", "mentoring centre"),
    "tutor_point": Term("тьюторский консультационный пункт", "tutor point"),
    "subject_association": Term("районное методическое объединение", "subject association"),
    "working_group": Term("рабочая группа", "working group"),
    "pd_centre": Term("ЦНППМ", "centre of professional development"),
}

SCHOOL_KINDS = {
    "secondary": Term("СОШ", "secondary school"),
    "basic": Term("ООШ", "basic school"),
    "primary": Term("НОШ", "primary school"),
    "lyceum": Term("лицей", "lyceum"),
    "gymnasium": Term("гимназия", "gymnasium"),
    "evening": Term("вечерняя (сменная) школа", "evening school"),
    "special": Term("специальная (коррекционная) школа", "special school"),
}

CATEGORIES = {
    "low_results": Term("ШНОР", "low educational results"),
    "adverse_conditions": Term("ШНСУ", "adverse social conditions"),
    "resilient": Term("резильентная школа", "resilient school"),
    "at_risk": Term("группа риска", "at risk"),
}

PROCEDURE_KINDS = {
    "vpr": Term("ВПР", "all-Russian check work"),
    "oge": Term("ОГЭ", "basic state exam"),
    "ege": Term("ЕГЭ", "unified state exam"),
    "gve": Term("ГВЭ", "state final exam"),
    "diagnostic": Term("диагностическая работа", "diagnostic work"),
}

DISCIPLINES = {
    "russian": Term("русский язык", "Russian"),
    "mathematics": Term("математика", "mathematics"),
    "physics": Term("физика", "physics"),
    "chemistry": Term("химия", "chemistry"),
    "biology": Term("биология", "biology"),
    "geography": Term("география", "geography"),
    "history": Term("история", "history"),
    "social_studies": Term("обществознание", "social studies"),
    "literature": Term("литература", "literature"),
    "informatics": Term("информатика", "informatics"),
    "foreign_language": Term("иностранный язык", "foreign language"),
    "world_around": Term("окружающий мир", "the world around"),
    "reading": Term("литературное чтение", "reading"),
    "all": Term("все предметы", "all subjects"),
}

ROLES = {
    "head": Term("руководитель школы", "head of school"),
    "deputy_head": Term("заместитель руководителя", "deputy head"),
    "teacher": Term("педагог", "teacher"),
    "management_team": Term("управленческая команда", "management team"),
    "curator": Term("куратор", "curator"),
    "mentor": Term("наставник", "mentor"),
    "tutor": Term("тьютор", "tutor"),
    "methodologist": Term("методист", "methodologist"),
    "municipal_coordinator": Term("муниципальный координатор", "municipal coordinator"),
    "pupil": Term("обучающийся", "pupil"),
    "parent": Term("родитель (законный представитель)", "parent"),
    "centre_head": Term("руководитель методического центра", "head of the methodical centre"),
}

CODE_LISTS: Mapping[str, Mapping[str, Term]] = {
    "activity.direction": DIRECTIONS,
    "activity.form": FORMS,
    "audit.topic": TOPICS,
    "body.kind": BODY_KINDS,
    "discipline": DISCIPLINES,
    "plan.kind": PLAN_KINDS,
    "prevention.line": PREVENTION_LINES,
    "procedure.kind": PROCEDURE_KINDS,
    "programme.task": TASKS,
    "risk.factor": FACTORS,
    "role": ROLES,
    "school.category": CATEGORIES,
    "school.kind": SCHOOL_KINDS,
}
