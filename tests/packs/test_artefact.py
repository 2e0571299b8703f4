"""A pack as one JSON document decides, explains and reads byte by byte as the pack itself, without its Python."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from tests.packs.methodologies.benefit import benefit
from tests.packs.methodologies.coasting import coasting_secondary
from tests.packs.methodologies.rating import rating

from severskiy_history import history
from shnor_engine import Engine
from shnor_engine.errors import ArtefactError, RuleError
from shnor_engine.packs import Pack, build, builtin_packs, load_artefact
from shnor_engine.packs.artefact import FORMAT
from shnor_engine.packs.builtin.monitoring import MunicipalMonitoring
from shnor_engine.rules import opaque
from shnor_engine.rules.form import dump
from shnor_engine.testing.pack_facts import Case, cases
from shnor_engine.testing.packs import the_artefact_decides_alike

ON = date(2024, 12, 23)
PACKS = {pack.id: pack for pack in (*builtin_packs(), benefit(), rating(), coasting_secondary())}


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)
def test_a_pack_reads_back_as_it_was(pack: Pack) -> None:
    again = load_artefact(build(pack).text())
    assert again.digest == pack.digest
    assert again.law.digest == pack.law.digest
    assert build(again).text() == build(pack).text()
    assert again.needs().to_dict() == pack.needs().to_dict()
    for language in ("ru", "en"):
        assert again.describe(on=ON, language=language) == pack.describe(on=ON, language=language)
    assert [item.code for item in again.manifest(on=ON).findings] == [
        item.code for item in pack.manifest(on=ON).findings
    ]
    assert pack.diff(again, on=ON).empty


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)
def test_every_word_of_a_rule_names_its_place_in_the_document(pack: Pack, tmp_path: Path) -> None:
    path = tmp_path / "pack.json"
    build(pack).write(path)
    whole = json.loads(path.read_text("utf-8"))
    for node in load_artefact(path).tree.nodes():
        file, _, pointer = node.where.partition("#/")
        assert file == str(path)
        found = whole
        for step in pointer.split("/"):
            found = found[int(step) if isinstance(found, list) else step]
        assert found == dump(node)


def test_a_finding_about_a_document_names_the_file_and_the_clause_in_it(tmp_path: Path) -> None:
    from tests.testing.authored import pack

    path = tmp_path / "mine.json"
    build(pack(rule="unsaid")).write(path)
    (found,) = [item for item in load_artefact(path).manifest(on=ON).findings if item.code == "translation-missing"]
    assert found.where == f"{path}#/content/rules/0/form/clauses/applies/left"
    (alone,) = [item for item in load_artefact(path.read_text("utf-8")).check(on=ON) if item.where]
    assert alone.where == "artefact#/content/rules/0/form/clauses/applies/left"


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)
def test_the_document_decides_and_explains_as_the_pack_on_any_facts(pack: Pack) -> None:
    from shnor_engine.testing.packs import PackContract

    @given(cases(pack, on=ON))
    @settings(max_examples=15)
    def on_facts(case: Case) -> None:
        the_artefact_decides_alike(PackContract(), pack, case)

    on_facts()


def test_an_engine_on_the_document_alone_gives_the_same_bytes(tmp_path: Path) -> None:
    pack = builtin_packs()[0]
    renamed = replace(pack, id="ru.test.document")
    build(renamed).write(tmp_path / "pack.json")
    with Engine.open(":memory:", artefacts=[tmp_path / "pack.json"]) as engine:
        engine.append(history(), actor="test")
        theirs = engine.assess(pack="ru.test.document", year=2024, on=ON).to_json()
        ours = engine.assess(year=2024, on=ON).to_json()
    assert json.dumps(theirs["decisions"]) == json.dumps(ours["decisions"])


def test_loading_a_document_imports_nobodys_module() -> None:
    text = build(benefit()).text()
    code = (
        "import sys, json\nfrom shnor_engine.packs import load_artefact\n"
        "load_artefact(json.loads(sys.stdin.read()))\n"
        "print([name for name in sys.modules if 'methodologies' in name or 'benefit' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], input=text, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


class Calls(MunicipalMonitoring, id="test.calls"):
    on_known_list = opaque(
        lambda listed: listed, name="same", version="1", reads={"listed": MunicipalMonitoring.on_list}, kind="truth"
    )


def test_a_pack_that_calls_a_function_cannot_be_a_document_and_the_clause_is_named() -> None:
    pack = replace(builtin_packs()[0], id="test.calls", rule=Calls)
    with pytest.raises(ArtefactError, match=r"clause «on_known_list» calls the function same .*test_artefact.py"):
        build(pack)


def document() -> dict[str, Any]:
    return json.loads(build(builtin_packs()[0]).text())  # type: ignore[no-any-return]


def forged(**changes: Any) -> dict[str, Any]:
    """A document whose content was changed and whose digest was made to fit."""
    from shnor_engine.packs.artefact import _digest

    content = {**document()["content"], **changes}
    return {"format": FORMAT, "digest": _digest(content), "content": content}


def test_a_document_that_was_changed_is_refused() -> None:
    changed = document()
    changed["content"]["law"]["parameters"]["Monitoring.clean_years"]["entries"][0]["value"] = 3
    with pytest.raises(ArtefactError, match="was changed after it was built"):
        load_artefact(changed)
    reordered = document()
    reordered["content"] = dict(sorted(reordered["content"].items(), reverse=True))
    with pytest.raises(ArtefactError, match="was changed after it was built"):
        load_artefact(reordered)


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ("not json {", "no JSON"),
        ("{", "no JSON"),
        ("[1]", "no JSON"),
        ({"format": "other/1"}, "format 'other/1' is not"),
        ({"format": FORMAT, "digest": "0", "content": None}, "was changed"),
        (forged(rules=[]), "this is no pack: IndexError"),
        (forged(decisions={}), "this is no pack: PackError"),
        (forged(version="9.9"), "reads back otherwise"),
        (forged(law={"parameters": {}, "overrides": [], "regions": {}}), "this is no pack: RuleError"),
    ],
)
def test_what_is_no_document_of_a_pack_is_refused_with_the_reason(given_: Any, said: str, tmp_path: Path) -> None:
    if isinstance(given_, str) and not given_.startswith("{"):
        path = tmp_path / "given.json"
        path.write_text(given_, encoding="utf-8")
        given_, said = path, said.replace("[1]", "no artefact")
    with pytest.raises(ArtefactError, match="no JSON|no artefact" if said == "no JSON" else said):
        load_artefact(given_)


def test_a_document_can_call_no_function_even_if_it_names_one() -> None:
    content = document()["content"]
    form = content["rules"][0]["form"]
    form["clauses"]["on_list"] = {
        "node": "opaque",
        "name": "evil",
        "version": "1",
        "function": {"function": "system"},
        "reads": [],
        "of_kind": "truth",
        "low": None,
        "high": None,
        "among": [],
    }
    with pytest.raises(ArtefactError, match="the rule calls the function system") as told:
        load_artefact(forged(rules=content["rules"]))
    assert isinstance(told.value.__cause__, RuleError)


def test_two_facts_of_one_name_cannot_be_told_apart_in_a_document() -> None:
    from shnor_engine.packs import Binding
    from shnor_engine.packs.builtin.monitoring import Membership
    from shnor_engine.rules import Fact, Field

    other = type(Fact)("Membership", (Fact,), {"x": Field[int]("x", en="x")}, grain=("school",))
    pack = builtin_packs()[0]
    twice = replace(pack, bindings={Membership: Binding("membership"), other: Binding("membership")})
    with pytest.raises(ArtefactError, match="two facts are called Membership"):
        build(twice)
