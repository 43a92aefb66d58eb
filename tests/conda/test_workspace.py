"""The dependencies of pixi.toml can be had together, as far as the local channel holds them."""

import json
import sys
import tomllib
from typing import Any

import pytest

from conda._prefix import solved
from conda._source import ROOT
from offline_channel._channel import LocalChannel

PIXI = tomllib.loads((ROOT / "pixi.toml").read_text(encoding="utf-8"))
OWN_SERIES = f"{sys.version_info.major}.{sys.version_info.minor}.*"
HELD = {"core", "standalone", "live", "spec", "interactive", "client", "channel"}
"""Features of which the channel holds everything: our packages' dependencies."""
EARLIER = {"lite-before": {"jupyterlab_widgets"}}
"""What an environment wants in an earlier version: the channel holds the newest alone."""


def specs_of(features: list[str]) -> dict[str, str]:
    """Return what features depend on; the channel has only one Python, and not its version's limits."""
    tables = [PIXI["feature"][name].get("dependencies", {}) for name in features]
    return {name: f"{name} {limit}" for table in tables for name, limit in table.items()}


def series(features: list[str]) -> set[str]:
    limits = {PIXI["feature"][name].get("dependencies", {}).get("python") for name in features}
    return {limit for limit in limits if limit and limit.endswith(".*")}


ENVIRONMENTS = {
    name: content["features"]
    for name, content in PIXI["environments"].items()
    if series(content["features"]) <= {OWN_SERIES}
}


@pytest.fixture(scope="module")
def names(channel: LocalChannel) -> set[str]:
    """Return the names of what the channel holds."""
    documents: list[dict[str, Any]] = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in (channel.folder / "base").glob("*/repodata.json")
    ]
    return {
        record["name"]
        for document in documents
        for record in [*document["packages"].values(), *document["packages.conda"].values()]
    }


def test_the_channel_holds_what_our_packages_depend_on(names: set[str]) -> None:
    assert specs_of(sorted(HELD & PIXI["feature"].keys())).keys() <= names


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_of_pixi_toml_can_be_had(
    channel: LocalChannel, names: set[str], environment: str
) -> None:
    held = names - EARLIER.get(environment, set())
    wanted = {
        name: spec for name, spec in specs_of(ENVIRONMENTS[environment]).items() if name in held
    }
    found = {record.name.normalized for record in solved(list(wanted.values()), [channel.base])}
    assert found >= wanted.keys()


def test_a_limit_that_nothing_keeps_is_found(channel: LocalChannel) -> None:
    with pytest.raises(Exception, match="numpy"):
        solved([*specs_of(["python", "core"]).values(), "numpy <1.26"], [channel.base])
