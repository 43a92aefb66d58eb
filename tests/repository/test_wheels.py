"""The wheels that people get, and that these tests run on: complete, ours, one version."""

import json
import re
import sys
import zipfile
from importlib import import_module
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

import pytest

IMPORTS = {
    "datalab-kernel-core": "datalab_kernel",
    "datalab-kernel-standalone": "datalab_kernel_standalone",
    "datalab-kernel-live": "datalab_kernel_live",
    "datalab-kernel-spec": "datalab_kernel_spec",
    "datalab-kernel-interactive": "datalab_kernel_interactive",
    "datalab-kernel-formats": "datalab_kernel_formats",
    "datalab-kernel-client": "datalab_kernel_client",
    "datalab-kernel-channel": "datalab_kernel_channel",
    "datalab-kernel-lite": "datalab_kernel_lite",
    "datalab-kernel-dask": "datalab_kernel_dask",
}
OPTIONAL = {
    f"datalab-kernel-{name}" for name in ("interactive", "formats", "client", "channel", "dask")
}
MARKERS = {
    "datalab-kernel-spec": "; sys_platform != 'emscripten'",
    "datalab-kernel-lite": "; sys_platform == 'emscripten'",
}
"""What the metapackage brings to computers or to browsers alone."""
OURS = [*IMPORTS, "datalab-kernel"]


@pytest.fixture(scope="module")
def wheels(root: Path) -> dict[str, list[str]]:
    """Return the files in each wheel that the runner built."""
    folder = root / ".run" / "wheels"
    if not folder.is_dir():
        pytest.skip("only tools/run.py keeps the built wheels, in .run/wheels; pixi does not")
    return {
        path.name.split("-")[0].replace("_", "-"): zipfile.ZipFile(path).namelist()
        for path in folder.glob("*.whl")
    }


def installed_from(name: str) -> dict[str, Any]:
    text = distribution(name).read_text("direct_url.json")
    assert text is not None, f"{name} was installed by name, from an index; it must come by path"
    return json.loads(text)


def test_every_package_has_a_wheel(wheels: dict[str, list[str]]) -> None:
    assert sorted(wheels) == sorted(OURS)


@pytest.mark.parametrize("name", OURS)
def test_a_wheel_holds_the_licence(wheels: dict[str, list[str]], name: str) -> None:
    assert [path for path in wheels[name] if path.endswith(".dist-info/licenses/LICENSE")]


@pytest.mark.parametrize(("name", "module"), IMPORTS.items())
def test_a_wheel_says_that_it_is_typed(
    wheels: dict[str, list[str]], name: str, module: str
) -> None:
    assert f"{module}/py.typed" in wheels[name]


@pytest.mark.parametrize("name", OURS)
def test_a_wheel_holds_no_tests(wheels: dict[str, list[str]], name: str) -> None:
    assert [path for path in wheels[name] if re.search(r"(^|/)(tests/|test_|conftest)", path)] == []


def test_the_metapackage_holds_no_code(wheels: dict[str, list[str]]) -> None:
    assert [path for path in wheels["datalab-kernel"] if ".dist-info/" not in path] == []


@pytest.mark.parametrize("name", OURS)
def test_the_version_is_the_one_of_the_file_version(name: str, version: str) -> None:
    assert distribution(name).version == version


@pytest.mark.parametrize("name", OURS)
def test_siblings_are_pinned_to_exactly_this_version(name: str, version: str) -> None:
    requires = distribution(name).requires or []
    siblings = [item for item in requires if item.startswith("datalab-kernel")]
    assert all(item.split(";")[0].strip().endswith(f"=={version}") for item in siblings)


def test_the_metapackage_brings_every_package_but_those_that_not_everybody_needs(
    version: str,
) -> None:
    brought = IMPORTS.keys() - OPTIONAL
    requires = distribution("datalab-kernel").requires or []
    always = {item.replace('"', "'") for item in requires if "extra ==" not in item}
    assert always == {f"{name}=={version}{MARKERS.get(name, '')}" for name in brought}


@pytest.mark.parametrize("extra", ["client", "channel", "formats"])
def test_the_metapackage_brings_more_by_the_name_of_an_extra(version: str, extra: str) -> None:
    found = distribution("datalab-kernel")
    assert extra in found.metadata.get_all("Provides-Extra", [])
    wanted = f"datalab-kernel-{extra}=={version}; extra == '{extra}'"
    assert wanted in [item.replace('"', "'") for item in found.requires or []]


@pytest.mark.parametrize("name", OURS)
def test_a_package_of_the_same_name_on_an_index_is_never_taken(name: str, root: Path) -> None:
    url = installed_from(name)["url"]
    assert url.startswith(f"{root.as_uri()}/")


@pytest.mark.parametrize("name", OURS)
def test_a_package_is_installed_from_a_wheel_and_not_editable(name: str) -> None:
    assert not installed_from(name).get("dir_info", {}).get("editable", False)


@pytest.mark.parametrize("name", OURS)
def test_what_is_installed_is_what_was_recorded(name: str) -> None:
    found: Distribution = distribution(name)
    assert found.files
    assert [str(path) for path in found.files if not Path(str(path.locate())).is_file()] == []


@pytest.mark.parametrize("module", IMPORTS.values())
def test_the_installed_package_is_tested_and_not_the_source_tree(module: str, root: Path) -> None:
    path = Path(import_module(module).__file__ or "").resolve()
    assert path.is_relative_to(Path(sys.prefix).resolve())
    assert not path.is_relative_to(root / "packages")


def test_no_source_folder_is_on_the_path(root: Path) -> None:
    entries = [Path(entry).resolve() for entry in sys.path]
    within = [entry for entry in entries if entry.is_relative_to(root / "packages")]
    assert [entry for entry in within if entry.name != "tests"] == []


@pytest.mark.parametrize("name", ["h5py", "sigima"])
def test_what_the_browser_lacks_isnt_required_there(name: str) -> None:
    requires = distribution("datalab-kernel-core").requires or []
    [found] = [item for item in requires if item.startswith(name)]
    assert re.search(r"""sys_platform != ['"]emscripten['"]""", found)
