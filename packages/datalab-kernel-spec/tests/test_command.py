"""``python -m datalab_kernel_spec install|uninstall|list``, in folders of the test's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from datalab_kernel_spec.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path


def kernels(prefix: Path) -> Path:
    return prefix / "share/jupyter/kernels"


def spec(prefix: Path, name: str = "datalab") -> dict[str, object]:
    content: dict[str, object] = json.loads((kernels(prefix) / name / "kernel.json").read_text())
    return content


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    return tmp_path / "préfix with blanks"


def test_install_writes_this_python_by_its_absolute_path(prefix: Path) -> None:
    assert main(["install", "--prefix", str(prefix)]) == 0
    assert spec(prefix)["argv"] == [
        sys.executable,
        "-m",
        "datalab_kernel_spec.launcher",
        "-f",
        "{connection_file}",
    ]
    assert spec(prefix)["display_name"] == "DataLab"


def test_install_brings_the_logos(prefix: Path) -> None:
    main(["install", "--prefix", str(prefix)])
    files = {file.name for file in (kernels(prefix) / "datalab").iterdir()}
    assert files == {"kernel.json", "logo-32x32.png", "logo-64x64.png", "logo-svg.svg"}


def test_install_sets_a_mode_and_shows_it(prefix: Path) -> None:
    assert main(["install", "--prefix", str(prefix), "--mode", "standalone"]) == 0
    assert spec(prefix)["env"] == {"DATALAB_KERNEL_MODE": "standalone"}
    assert spec(prefix)["display_name"] == "DataLab (standalone)"


def test_install_under_another_name(prefix: Path) -> None:
    main(["install", "--prefix", str(prefix), "--name", "datalab-2", "--display-name", "Lab 2"])
    assert spec(prefix, "datalab-2")["display_name"] == "Lab 2"


def test_install_sets_environment_variables(prefix: Path) -> None:
    command = ["install", "--prefix", str(prefix), "--mode", "live"]
    assert main([*command, "--env", "A=1 = one", "--env", "_B2=é $C", "--env", "EMPTY="]) == 0
    assert spec(prefix)["env"] == {
        "DATALAB_KERNEL_MODE": "live",
        "A": "1 = one",
        "_B2": "é $C",
        "EMPTY": "",
    }


def test_install_for_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    assert main(["install", "--user"]) == 0
    assert (tmp_path / "kernels/datalab/kernel.json").exists()


def test_installing_again_replaces_our_own(prefix: Path) -> None:
    main(["install", "--prefix", str(prefix), "--mode", "live"])
    assert main(["install", "--prefix", str(prefix)]) == 0
    assert "env" not in spec(prefix)


@pytest.mark.parametrize(
    "content", ['{"argv": ["x"], "display_name": "Mine"}', "{broken", "[]", '{"metadata": 3}']
)
def test_another_programs_spec_is_neither_overwritten_nor_removed(
    prefix: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = kernels(prefix) / "datalab/kernel.json"
    theirs.parent.mkdir(parents=True)
    theirs.write_text(content)
    assert main(["install", "--prefix", str(prefix)]) == 1
    assert main(["uninstall", "--prefix", str(prefix)]) == 1
    assert theirs.read_text() == content
    assert "nothing was changed" in capsys.readouterr().err


def test_uninstall_removes_what_install_wrote(prefix: Path) -> None:
    main(["install", "--prefix", str(prefix)])
    assert main(["uninstall", "--prefix", str(prefix)]) == 0
    assert list(kernels(prefix).iterdir()) == []


def test_uninstall_leaves_a_file_that_somebody_added(prefix: Path) -> None:
    main(["install", "--prefix", str(prefix)])
    note = kernels(prefix) / "datalab/kernel.js"
    note.write_text("theirs")
    assert main(["uninstall", "--prefix", str(prefix)]) == 0
    assert [file.name for file in note.parent.iterdir()] == ["kernel.js"]


def test_uninstall_leaves_a_logo_that_somebody_put_in_place_of_ours(prefix: Path) -> None:
    main(["install", "--prefix", str(prefix)])
    logo = kernels(prefix) / "datalab/logo-64x64.png"
    logo.write_bytes(b"theirs")
    assert main(["uninstall", "--prefix", str(prefix)]) == 0
    assert [file.name for file in logo.parent.iterdir()] == ["logo-64x64.png"]
    assert main(["install", "--prefix", str(prefix)]) == 1
    assert logo.read_bytes() == b"theirs"


def test_an_install_that_broke_off_can_be_repeated(prefix: Path) -> None:
    main(["install", "--prefix", str(prefix)])
    (kernels(prefix) / "datalab/kernel.json").unlink()
    assert main(["install", "--prefix", str(prefix)]) == 0


def test_a_file_beside_ours_is_no_reason_to_refuse(prefix: Path) -> None:
    note = kernels(prefix) / "datalab/kernel.js"
    note.parent.mkdir(parents=True)
    note.write_text("theirs")
    assert main(["install", "--prefix", str(prefix)]) == 0
    assert note.read_text() == "theirs"


@pytest.mark.skipif(os.name == "nt", reason="links need privileges there")
def test_a_link_that_leads_nowhere_is_not_ours(prefix: Path, tmp_path: Path) -> None:
    folder = kernels(prefix) / "datalab"
    folder.mkdir(parents=True)
    (folder / "kernel.json").symlink_to(tmp_path / "gone")
    assert main(["install", "--prefix", str(prefix)]) == 1
    assert (folder / "kernel.json").is_symlink()


def test_uninstall_of_nothing_says_what_is_there(
    prefix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["install", "--prefix", str(prefix), "--name", "other"])
    assert main(["uninstall", "--prefix", str(prefix)]) == 1
    assert "DataLab's there: other" in capsys.readouterr().err


def test_the_packages_own_spec_is_put_back_by_uninstall(prefix: Path) -> None:
    main(["install", "--prefix", str(prefix)])
    packaged = kernels(prefix) / "datalab/kernel.json"
    ours = spec(prefix)
    ours["metadata"] = {"datalab_kernel": {"installed_by": "package"}}
    packaged.write_text(json.dumps(ours))
    assert main(["uninstall", "--prefix", str(prefix)]) == 1  # pip's or conda's to remove
    assert main(["install", "--prefix", str(prefix), "--mode", "standalone"]) == 0
    assert main(["install", "--prefix", str(prefix), "--mode", "live"]) == 0
    assert main(["uninstall", "--prefix", str(prefix)]) == 0
    assert spec(prefix)["argv"][0] == "python"  # type: ignore[index]
    assert "env" not in spec(prefix)


def test_list_shows_name_mode_and_python(prefix: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["install", "--prefix", str(prefix), "--mode", "standalone"])
    capsys.readouterr()
    assert main(["list", "--prefix", str(prefix)]) == 0
    shown = capsys.readouterr().out
    assert "datalab  DataLab (standalone)  mode standalone" in shown
    assert sys.executable in shown


def test_list_shows_the_variables_names_and_never_their_values(
    prefix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["install", "--prefix", str(prefix), "--env", "SECRET=hush", "--env", "OTHER=1"])
    main(["list", "--prefix", str(prefix)])
    shown = capsys.readouterr().out
    assert "sets SECRET, OTHER" in shown
    assert "hush" not in shown


def test_list_says_when_the_interpreter_is_gone(
    prefix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["install", "--prefix", str(prefix)])
    main(["list", "--prefix", str(prefix)])
    assert "MISSING" not in capsys.readouterr().out
    gone = spec(prefix)
    gone["argv"][0] = str(prefix / "bin/python")  # type: ignore[index]
    (kernels(prefix) / "datalab/kernel.json").write_text(json.dumps(gone))
    main(["list", "--prefix", str(prefix)])
    shown = capsys.readouterr().out
    assert f"starts {prefix / 'bin/python'} (MISSING" in shown


def test_list_says_what_the_packages_own_spec_starts(
    prefix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["install", "--prefix", str(prefix)])
    packaged = spec(prefix)
    packaged["argv"][0] = "python"  # type: ignore[index]
    packaged["metadata"] = {"datalab_kernel": {"installed_by": "package"}}
    (kernels(prefix) / "datalab/kernel.json").write_text(json.dumps(packaged))
    main(["list", "--prefix", str(prefix)])
    shown = capsys.readouterr().out
    assert "by package" in shown
    assert "starts the Python that runs Jupyter" in shown


def test_a_windows_path_survives_in_the_spec(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = r"C:\Users\Zoë Müller\Mesures été\python.exe"
    monkeypatch.setattr(sys, "executable", python)
    main(["install", "--prefix", str(prefix)])
    content = (kernels(prefix) / "datalab/kernel.json").read_bytes().decode("utf-8")
    assert json.loads(content)["argv"][0] == python


def test_a_terminal_without_accents_shows_the_path_escaped(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "datalab_kernel_spec", "install", "--prefix"]
    ended = subprocess.run(
        [*command, str(tmp_path / "été")],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert r"\xe9t\xe9" in ended.stdout
    assert (tmp_path / "été/share/jupyter/kernels/datalab/kernel.json").is_file()


def test_list_of_an_empty_place_says_so(prefix: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--prefix", str(prefix)]) == 0
    assert "No DataLab kernel" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["a b", "../up", "", ".", "é"])
def test_a_name_that_jupyter_would_not_take_is_refused(
    prefix: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["install", "--prefix", str(prefix), "--name", name]) == 1
    assert "can't name a kernelspec" in capsys.readouterr().err
    assert not prefix.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        ["install", "--mode", "fast"],
        ["install", "--user", "--sys-prefix"],
        ["install", "--env", "NOTHING"],
        ["install", "--env", "1A=2"],
        ["install", "--env", "DATALAB_KERNEL_MODE=live"],
        ["uninstall", "--env", "A=1"],
        [],
    ],
)
def test_wrong_usage_exits_with_2(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wrong)
    assert ended.value.code == 2
    assert "usage: python -m datalab_kernel_spec" in capsys.readouterr().err


def test_an_unwritable_place_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "share").write_text("a file where a folder is needed")
    assert main(["install", "--prefix", str(tmp_path)]) == 1
    assert str(tmp_path) in capsys.readouterr().err


def test_the_command_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "datalab_kernel_spec", "--help"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "install|uninstall|list" in shown.stdout
