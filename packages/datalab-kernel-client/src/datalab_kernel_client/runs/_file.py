"""From a notebook's file to that of its output: what is asked of a run, made ready and done."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from datalab_kernel_client.errors import ClientError
from datalab_kernel_client.runs._document import (
    default_output,
    prepare,
    read_notebook,
)
from datalab_kernel_client.runs._errors import CannotResumeError, NotebookError
from datalab_kernel_client.runs._events import RunWarning
from datalab_kernel_client.runs._log import RunLog
from datalab_kernel_client.runs._markers import remove_markers
from datalab_kernel_client.runs._parameters import inject, known_parameters, unknown_names
from datalab_kernel_client.runs._progress import Progress
from datalab_kernel_client.runs._record import RunRecord, RunState, now
from datalab_kernel_client.runs._runner import NotebookRun, RunLimits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from datalab_kernel_client.kernels import Pace
    from datalab_kernel_client.runs._events import Listener
    from datalab_kernel_client.runs._kernel import RunKernel
    from datalab_kernel_client.server import ServerSettings

__all__ = ["RunRequest", "resume_file", "run_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What to run, where, and how.

    Parameters
    ----------
    notebook, output
        Files; without `output` it is `NOTEBOOK.out.ipynb`.
    parameters
        Values by name.
    kernel
        Name of a kernel spec; without it the notebook says which.
    server
        A Jupyter server to run it on; without it the kernel is one of this computer.
    path
        Of the session on the server; without it the notebook's name.
    cwd
        Folder that a kernel of this computer works in; without it the notebook's.
    limits, skipped_tags, save_every_s
        When it stops, which cells aren't run, and how often it is saved in a long cell.
    pace
        How patient the link to a server is.
    """

    notebook: Path
    output: Path | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    kernel: str = ""
    server: ServerSettings | None = None
    path: str = ""
    cwd: Path | None = None
    limits: RunLimits = field(default_factory=RunLimits)
    skipped_tags: tuple[str, ...] = ()
    save_every_s: float = 30.0
    pace: Pace | None = None

    @property
    def saved_as(self) -> Path:
        """The file of the output."""
        return self.output or default_output(self.notebook)


async def run_file(
    request: RunRequest, listener: Listener, on_ready: Callable[[NotebookRun], None]
) -> RunState:
    """Run a notebook from its beginning; its output is at `request.saved_as` whatever happens.

    Parameters
    ----------
    listener
        Told what happens.
    on_ready
        Given the run, which can be interrupted.

    Raises
    ------
    NotebookError, ParameterError
        The notebook or its parameters aren't good.
    RunLockedError
        Another process writes this output.
    ClientError
        The server or a kernel isn't there.
    """
    name, output = str(request.notebook), request.saved_as
    notebook = read_notebook(request.notebook)
    prepare(notebook)
    remove_markers(notebook)
    if known_parameters(notebook) or request.parameters:
        for unknown in unknown_names(notebook, request.parameters):
            text = f"parameter {unknown!r} isn't one that the notebook's cell `parameters` sets"
            listener(RunWarning(notebook=name, text=text))
    inject(notebook, request.parameters)
    if request.kernel:
        notebook.metadata["kernelspec"] = {"name": request.kernel, "display_name": request.kernel}
    if not output.parent.is_dir():
        raise NotebookError(
            f"{output} was to be written, but the folder {output.parent} doesn't exist. Make it,"
            " or name another output with -o.",
            path=str(output),
        )
    record = RunRecord(
        id=uuid.uuid4().hex,
        state=RunState.RUNNING,
        kernel_name=notebook.metadata.get("kernelspec", {}).get("name") or "",
        path=request.path or request.notebook.name,
        started=now(),
        skipped_tags=list(request.skipped_tags),
    )
    kernel = _kernel(request, record)
    with RunLog(output) as log:
        progress = Progress(notebook, output, log, record, save_every_s=request.save_every_s)
        run = NotebookRun(name, progress, kernel, request.limits, listener)
        on_ready(run)
        try:
            return await run.run()
        except ClientError:
            log.remove_if_empty()
            raise


async def resume_file(
    request: RunRequest, listener: Listener, on_ready: Callable[[NotebookRun], None]
) -> RunState:
    """Go on with the run that wrote `request.saved_as`, whose runner or link was lost.

    Raises
    ------
    CannotResumeError
        It has ended, or its kernel is gone or was restarted.
    RunLockedError
        Its runner is alive, or somebody else resumes it.
    ClientError
        The server isn't there.
    """
    output = request.saved_as
    with RunLog(output) as log:
        notebook = read_notebook(output)
        record = RunRecord.of(notebook, output)
        if not record.state.can_resume:
            log.remove_if_empty()
            if record.state is RunState.OK:
                text = f"{output} is whole: there is nothing to resume"
                listener(RunWarning(notebook=str(request.notebook), text=text))
                return record.state
            raise CannotResumeError(
                f"The run that wrote {output} was to be resumed, but it has ended"
                f" ({record.state}) and its kernel with it. Run it again without --resume."
            )
        if record.msg_ids and not any(log.entries()):
            log.remove()
            raise CannotResumeError(
                f"The run that wrote {output} was to be resumed, but its log {log.path.name} is"
                " gone, which had what came since. Run it again without --resume."
            )
        prepare(notebook)
        record.msg_ids.clear()
        record.incomplete.clear()
        progress = Progress(notebook, output, log, record, save_every_s=request.save_every_s)
        progress.replay()
        progress.save()  # whatever comes of it, the output has what the lost runner had got
        kernel = _kernel(request, record)
        run = NotebookRun(str(request.notebook), progress, kernel, request.limits, listener)
        on_ready(run)
        return await run.resume()


def _kernel(request: RunRequest, record: RunRecord) -> RunKernel:
    """Return what a run is done with; each is imported where it is needed."""
    if request.server is not None:
        from datalab_kernel_client.runs._server import ServerKernel

        return ServerKernel(request.server, record, pace=request.pace)
    from datalab_kernel_client.runs._local import LocalKernel

    folder = request.cwd or request.notebook.parent
    survives = request.limits.keep_kernel
    return LocalKernel(record.kernel_name or "python3", folder, survives=survives)
