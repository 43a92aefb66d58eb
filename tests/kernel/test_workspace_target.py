"""The comm target by which a kernel's workspace is opened from elsewhere: there, and costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from support.kernel.driver import Kernel

TARGETS = "import comm; 'datalab.workspace' in comm.get_comm_manager().targets"
LOADED = (
    "import sys; [name for name in sys.modules if name.startswith('datalab_kernel.') "
    "and name.split('.')[1] not in ('session', 'errors', 'platform')]"
)


def test_the_target_is_there_and_nothing_is_imported_for_it(quiet: Kernel) -> None:
    assert quiet.value(LOADED) == "[]"
    assert quiet.value(TARGETS) == "True"
    assert quiet.value("[name for name in sys.modules if 'workspace_answers' in name]") == "[]"


def test_it_goes_with_the_extension_and_comes_back(quiet_on_both: Kernel) -> None:
    quiet_on_both.value(
        "import datalab_kernel; datalab_kernel.unload_ipython_extension(get_ipython())"
    )
    assert quiet_on_both.value(TARGETS) == "False"
    quiet_on_both.value("datalab_kernel.load_ipython_extension(get_ipython())")
    assert quiet_on_both.value(TARGETS) == "True"
