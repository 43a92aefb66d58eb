"""The import contracts of pyproject.toml: kept here, and broken by code that breaks them."""

import graphlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest
from support.sampling import sampled

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    *("datalab_kernel", "datalab_kernel_standalone", "datalab_kernel_live"),
    *("datalab_kernel_spec", "datalab_kernel_interactive", "datalab_kernel_formats"),
    *("datalab_kernel_client", "datalab_kernel_channel", "datalab_kernel_lite"),
    "datalab_kernel_dask",
)
BREACHES = {
    "core/src/datalab_kernel/_loose.py": "",
    "core/src/datalab_kernel/objects/_kinds.py": """if TYPE_CHECKING:
    from datalab_kernel.storage._contents import Contents""",
    "core/src/datalab_kernel/compute/_values.py": """def late():
    from datalab_kernel.backends import Backend""",
    "core/src/datalab_kernel/objects/_names.py": "import datalab_kernel_standalone",
    "core/src/datalab_kernel/errors/__init__.py": "import numpy",
    "core/src/datalab_kernel/workspace/_workspace.py": "import requests",
    "core/src/datalab_kernel/storage/__init__.py": "import datalab_kernel.workspace._workspace",
    "core/src/datalab_kernel/objects/_fields.py": "import datalab_kernel.plot",
    "core/src/datalab_kernel/plot/_spec.py": "import datalab_kernel.workspace._workspace",
    "core/src/datalab_kernel/objects/_coerce.py": "import IPython",
    "core/src/datalab_kernel/backends/_protocol.py": "import datalab_kernel.workspace._workspace",
    "standalone/src/datalab_kernel_standalone/__init__.py": "import datalab_kernel_spec",
    "live/src/datalab_kernel_live/__init__.py": "import datalab_kernel_standalone",
    "spec/src/datalab_kernel_spec/__init__.py": "import datalab_kernel_standalone",
    "spec/src/datalab_kernel_spec/protocol/_marks.py": "import datalab_kernel_spec.relay._credit",
    "spec/src/datalab_kernel_spec/stops/_stops.py": "import datalab_kernel_spec.cells._runner",
    "spec/src/datalab_kernel_spec/relay/_comms.py": "import datalab_kernel_spec.messages._tunnel",
    "spec/src/datalab_kernel_spec/relay/sockets/_front.py": "import datalab_kernel_spec.relay._fork",
    "core/src/datalab_kernel/plot/_matplotlib/drawing.py": "import datalab_kernel.plot._describing.texts",
    "core/src/datalab_kernel/plot/rendering/_palette.py": "import matplotlib",
    "core/src/datalab_kernel/plot/rendering/_units.py": "import datalab_kernel.plot._options",
    "interactive/src/datalab_kernel_interactive/__init__.py": "import datalab_kernel_spec",
    "interactive/src/datalab_kernel_interactive/_curves.py": "import datalab_kernel.plot.rendering._columns",
    "interactive/src/datalab_kernel_interactive/_wire.py": "from datalab_kernel.objects import _sigima",
    "formats/src/datalab_kernel_formats/__init__.py": "import datalab_kernel_spec",
    "formats/src/datalab_kernel_formats/_tektronix_isf.py": "from datalab_kernel.formats import _table",
    "client/src/datalab_kernel_client/errors.py": "import datalab_kernel.errors",
    "client/src/datalab_kernel_client/__init__.py": "import datalab_kernel_spec",
    "client/src/datalab_kernel_client/server/_rest.py": "import datalab_kernel_client.kernels",
    "channel/src/datalab_kernel_channel/__init__.py": "import datalab_kernel_interactive",
    "dask/src/datalab_kernel_dask/__init__.py": "import datalab_kernel_standalone",
    "dask/src/datalab_kernel_dask/_worker.py": "from datalab_kernel.compute import _jobs",
    "channel/src/datalab_kernel_channel/comm/__init__.py": "import datalab_kernel_channel.rpc",
    "channel/src/datalab_kernel_channel/rpc/__init__.py": "def late():\n    import sigima",
    "channel/src/datalab_kernel_channel/protocol/__init__.py": "import comm",
    "live/src/datalab_kernel_live/doors/_address.py": "import datalab_kernel_live.doors.web._answers",
    "live/src/datalab_kernel_live/objects/_reader.py": "import datalab_kernel.storage._reader",
    "live/src/datalab_kernel_live/window/_state.py": "import datalab_kernel_live.objects._memory",
}


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """Return a copy of the sources and of the contracts, to break."""
    shutil.copy(root / "pyproject.toml", tmp_path)
    shutil.copytree(
        root / "packages", tmp_path / "packages", ignore=shutil.ignore_patterns("__pycache__")
    )
    return tmp_path


def lint_imports(copy: Path) -> subprocess.CompletedProcess[str]:
    """Check the copy's sources, not the installed wheels."""
    sources = [str(path) for path in copy.glob("packages/*/src")]
    program = f"import sys; sys.path[:0] = {sources!r}; from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_contracts_are_kept(copy: Path) -> None:
    done = lint_imports(copy)
    assert done.returncode == 0, done.stdout + done.stderr


def commit(breach: tuple[str, str], copy: Path) -> None:
    """Write a line that breaks a contract at a file's end."""
    path, line = breach
    with (copy / "packages" / f"datalab-kernel-{path}").open("a", encoding="utf-8") as stream:
        stream.write(f"\n{line}\n")


def named(breach: tuple[str, str]) -> str:
    """Return how a breach is shown: who imports what, or the module that lies loose."""
    path, line = breach
    module = path.partition("/src/")[2].removesuffix(".py").removesuffix("/__init__")
    module = module.replace("/", ".")
    found = re.search(r"(?:from (\S+) )?import (\S+)", line)
    if found is None:
        return module
    package, name = found.groups()
    inner = package and f"{package}.{name}"
    is_module = inner and any((ROOT / "packages").glob(f"*/src/{inner.replace('.', '/')}.py"))
    return f"{module} -> {inner if is_module else package or name} ("


def test_each_of_all_breaches_is_named(copy: Path) -> None:
    for breach in BREACHES.items():
        commit(breach, copy)
    done = lint_imports(copy)
    assert done.returncode == 1, done.stdout + done.stderr
    shown = " ".join(done.stdout.split())
    assert [breach for breach in BREACHES.items() if named(breach) not in shown] == []


@pytest.mark.parametrize("breach", sampled(3, BREACHES.items()))
def test_a_breach_is_found(copy: Path, breach: tuple[str, str]) -> None:
    commit(breach, copy)
    done = lint_imports(copy)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout


def circle(graph: grimp.ImportGraph) -> list[str]:
    """Return the modules of one circle of files, or nothing; type-only and late imports count."""
    imported = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    try:
        graphlib.TopologicalSorter(imported).prepare()
    except graphlib.CycleError as error:
        return [*error.args[1]]
    return []


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, exclude_type_checking_imports=False, cache_dir=None)


def test_no_files_import_each_other_in_a_circle(graph: grimp.ImportGraph) -> None:
    assert circle(graph) == []


def test_a_circle_within_a_folder_is_found(graph: grimp.ImportGraph) -> None:
    lower, upper = "datalab_kernel.compute._parameters", "datalab_kernel.compute._plan"
    graph.add_import(importer=lower, imported=upper)
    found = circle(graph)
    graph.remove_import(importer=lower, imported=upper)
    assert {lower, upper} <= {*found}
