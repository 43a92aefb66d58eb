"""`datalab-kernel run`: notebooks by their command line, several at a time, and Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from typing import TYPE_CHECKING

from datalab_kernel_client.command._failures import exit_status_of, explain
from datalab_kernel_client.command._report import JsonLines, Lines
from datalab_kernel_client.command._servers import settings_of
from datalab_kernel_client.errors import ClientError
from datalab_kernel_client.runs._document import default_output, read_notebook
from datalab_kernel_client.runs._errors import NotebookError
from datalab_kernel_client.runs._file import RunRequest, resume_file, run_file
from datalab_kernel_client.runs._html import check_html, write_html
from datalab_kernel_client.runs._parameters import gather, known_parameters
from datalab_kernel_client.runs._record import ExitStatus, RunRecord
from datalab_kernel_client.runs._runner import RunLimits

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from datalab_kernel_client.runs._runner import NotebookRun

__all__ = ["run"]

_TICK_S = 1.0


def run(arguments: argparse.Namespace) -> int:
    """Run the notebooks that a command line names; return the exit status.

    Raises
    ------
    ClientError
        Before any notebook is run: the command line can't be done.
    """
    if arguments.help_notebook:
        for notebook in arguments.notebooks:
            _print_parameters(notebook)
        return ExitStatus.OK
    requests = _requests(arguments)
    pages = _pages(arguments)
    report: JsonLines | Lines
    if arguments.json:
        report = JsonLines(sys.stdout, with_outputs=arguments.log_output)
    else:
        report = Lines(
            sys.stdout,
            sys.stderr,
            is_quiet=arguments.quiet,
            with_outputs=arguments.log_output,
            names_notebooks=len(requests) > 1,
        )
    jobs = _Jobs(report, arguments)
    statuses = asyncio.run(jobs.run_all(list(zip(requests, pages, strict=True))))
    return next((status for status in statuses if status), ExitStatus.OK)


class _Jobs:
    """The notebooks of one command line."""

    def __init__(self, report: JsonLines | Lines, arguments: argparse.Namespace) -> None:
        self._report = report
        self._is_json = arguments.json
        self._resumes = arguments.resume
        self._free = asyncio.Semaphore(arguments.jobs)
        self._runs: list[NotebookRun] = []
        self._tasks: list[asyncio.Task[ExitStatus]] = []
        self._stops = 0

    async def run_all(self, jobs: list[tuple[RunRequest, Path | None]]) -> list[ExitStatus]:
        """Run all, and return how each ended."""
        loop = asyncio.get_running_loop()
        self._tasks = [asyncio.create_task(self._run(*job)) for job in jobs]
        ticking = asyncio.create_task(self._tick())
        before = signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(self._ctrl_c))
        try:
            return await asyncio.gather(*self._tasks)
        finally:
            signal.signal(signal.SIGINT, before)
            ticking.cancel()

    def _ctrl_c(self) -> None:
        self._stops += 1
        if self._stops == 1:
            for run in self._runs:
                run.interrupt()
            return
        for task in self._tasks:
            task.cancel()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            self._report.tick()

    async def _run(self, request: RunRequest, page: Path | None) -> ExitStatus:
        try:
            async with self._free:
                if self._stops:
                    return ExitStatus.INTERRUPTED
                do = resume_file if self._resumes else run_file
                state = await do(request, self._report, self._runs.append)
                if page is not None and not state.can_resume:
                    write_html(request.saved_as, page)
                return state.exit_status
        except asyncio.CancelledError:
            return ExitStatus.INTERRUPTED
        except ClientError as error:
            status = exit_status_of(error)
            if self._is_json:
                said = {"event": "error", "notebook": str(request.notebook), "exit_status": status}
                print(json.dumps({**said, "message": str(error)}), flush=True)  # noqa: T201
            explain(error)
            return status


def _requests(arguments: argparse.Namespace) -> list[RunRequest]:
    notebooks: list[Path] = arguments.notebooks
    parameters = gather(
        files=arguments.files,
        documents=arguments.documents,
        values=arguments.values,
        texts=arguments.texts,
    )
    limits = RunLimits(
        timeout_s=arguments.timeout,
        cell_timeout_s=arguments.cell_timeout,
        allow_errors=arguments.allow_errors,
        keep_kernel=arguments.keep_kernel,
    )
    outputs = [_output(arguments.output, notebook, len(notebooks)) for notebook in notebooks]
    if len({*outputs}) < len(outputs):
        raise NotebookError(
            "Two of the notebooks would have the same output. Run them one by one, each with -o.",
            path=str(arguments.output),
        )
    if arguments.path and len(notebooks) > 1:
        raise NotebookError(
            "--path was given for several notebooks, but each needs a session of its own."
            " Run them one by one.",
            path=arguments.path,
        )
    settings = settings_of(arguments.server, arguments.token_file) if arguments.server else None
    requests = []
    for notebook, output in zip(notebooks, outputs, strict=True):
        server = settings
        if arguments.resume and server is None:
            recorded = RunRecord.of(read_notebook(output), output).server
            server = settings_of(recorded, arguments.token_file) if recorded else None
        requests.append(
            RunRequest(
                notebook=notebook,
                output=output,
                parameters=parameters,
                kernel=arguments.kernel,
                server=server,
                path=arguments.path,
                cwd=arguments.cwd,
                limits=limits,
                skipped_tags=tuple(arguments.tag_skip),
                save_every_s=arguments.save_every,
            )
        )
    return requests


def _output(given: Path | None, notebook: Path, count: int) -> Path:
    """Return where a notebook's output goes; several go into a folder."""
    if given is None:
        return default_output(notebook)
    if given.is_dir():
        return given / default_output(notebook).name
    if count > 1:
        raise NotebookError(
            f"Several notebooks were to be saved as {given}, which isn't a folder."
            " Make it, or leave -o out.",
            path=str(given),
        )
    return given


def _pages(arguments: argparse.Namespace) -> list[Path | None]:
    """Return which web page each notebook gets; of several, each in the folder that was named."""
    notebooks: list[Path] = arguments.notebooks
    page: Path | None = arguments.html
    if page is None:
        return [None] * len(notebooks)
    pages = [page / f"{one.stem}.html" if page.is_dir() else page for one in notebooks]
    if len({*pages}) < len(pages):
        raise NotebookError(
            f"Several notebooks were to become the web page {page}. Name a folder.",
            path=str(page),
        )
    for one in pages:
        check_html(one)
    return list(pages)


def _print_parameters(notebook: Path) -> None:
    known = known_parameters(read_notebook(notebook))
    lines = [f"{notebook} has no cell tagged `parameters` with any."]
    if known:
        lines = [f"Parameters of {notebook}:"]
    for parameter in known:
        kind = f" ({parameter.kind})" if parameter.kind else ""
        help_ = f"  {parameter.help}" if parameter.help else ""
        lines.append(f"  {parameter.name}{kind} = {parameter.default}{help_}")
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write("\n".join(lines) + "\n")
