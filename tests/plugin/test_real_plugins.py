"""The plugins of this repository, installed as anybody would: found by name, no clash, in whatever order."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shnor_engine import Engine
from shnor_engine.packs import builtin_packs
from shnor_fictional import plugin as fictional
from shnor_krasnodar import plugin as krasnodar
from shnor_novosibirsk import plugin as novosibirsk
from shnor_oryol import plugin as oryol
from shnor_ryazan import plugin as ryazan
from shnor_studies import plugin as studies

ROOT = Path(__file__).parents[2]
NAMES = ("fictional", "krasnodar", "novosibirsk", "oryol", "ryazan", "studies")
ALL = (fictional, krasnodar, novosibirsk, oryol, ryazan, studies)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of them as packages in a folder of their own."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target"]
    sources = [str(ROOT / "plugins" / f"shnor-{name}") for name in NAMES]
    done = subprocess.run([*command, str(folder), *sources], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def shnor(site: Path, *arguments: object) -> str:
    """What the command line says where only these are installed beside the library."""
    path = os.pathsep.join((str(ROOT / "src"), str(site)))
    environ = {**os.environ, "PYTHONPATH": path, "XDG_CACHE_HOME": str(site / "cache")}
    environ.pop("SHNOR_PLUGINS", None)
    command = [sys.executable, "-m", "shnor_engine.cli", *map(str, arguments)]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True, cwd=site).stdout


@pytest.mark.slow
def test_all_are_found_loaded_and_their_packs_are_sound(site: Path) -> None:
    found = json.loads(shnor(site, "plugins", "--json"))["plugins"]
    assert [(item["name"], item["distribution"], item["state"], item["error"]) for item in found] == [
        (name, f"shnor-{name}", "loaded", None) for name in NAMES
    ]
    packs = json.loads(shnor(site, "--strict", "packs", "list", "--json"))["packs"]
    mine = {item["id"] for item in packs if item["plugin"]}
    assert {"ru.lakes.care", "ru.23.severskiy.monitoring", "ru.57.subject", "ru.62.lowest"} <= mine
    assert {"ru.54.three-lists", "ru.persistent-3"} <= mine
    assert {item["status"] for item in packs} == {"active", "draft", "superseded"}
    assert "lakes-readers" in shnor(site, "--help")


@pytest.mark.slow
def test_the_texts_and_examples_travel_with_the_package(site: Path) -> None:
    for pack in ("ru.57.subject", "ru.62.lowest.floor", "ru.54.three-lists", "ru.persistent-3", "ru.lakes.care"):
        checked = json.loads(shnor(site, "packs", "check", pack, "--json"))
        assert checked["ok"]
        assert {item["code"] for item in checked["findings"]} <= {"by-hand"}


def test_in_whatever_order_they_come_the_packs_are_the_same() -> None:
    seen = set()
    for order in (ALL, ALL[::-1], ALL[3:] + ALL[:3]):
        with Engine.open(":memory:", plugins=order) as engine:
            assert engine.plugins.troubled == ()
            seen.add(
                tuple((item.pack.id, item.pack.version, item.state, item.pack.digest) for item in engine.pack_states)
            )
    (packs,) = seen
    assert len(packs) == len(builtin_packs()) + 4 + 1 + 1 + 1 + 4 + 1
