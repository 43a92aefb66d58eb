"""A run's notebook as it fills: every change is logged, applied, and saved soon."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nbformat import from_dict

from datalab_kernel_client.kernels._messages import Message
from datalab_kernel_client.kernels._outputs import Displays, Outputs
from datalab_kernel_client.runs._document import as_draft, replace_file, save_notebook
from datalab_kernel_client.runs._record import OURS, CellStatus, note_cell, now

if TYPE_CHECKING:
    from pathlib import Path

    import nbformat

    from datalab_kernel_client.runs._log import RunLog
    from datalab_kernel_client.runs._record import RunRecord

__all__ = ["Progress"]

_LOGGER = logging.getLogger(__name__)
_SOON_S = 0.5
"""After a cell: cells that take no time are saved together."""
_SKIPPED = "skip-execution"


class Progress:
    """The notebook of one run, its log and its output file.

    Parameters
    ----------
    notebook
        Prepared for a run; it is changed.
    output
        Where it is saved.
    log
        The output's log, open.
    record
        Kept in the notebook's metadata.
    save_every_s
        How often it is saved within a long cell.
    """

    def __init__(
        self,
        notebook: nbformat.NotebookNode,
        output: Path,
        log: RunLog,
        record: RunRecord,
        *,
        save_every_s: float = 30.0,
    ) -> None:
        self.notebook = notebook
        self.output = output
        self.record = record
        self._log = log
        self._save_every_s = save_every_s
        self._displays = Displays()
        self._outputs: dict[str, Outputs] = {}
        skipped = {_SKIPPED, *record.skipped_tags}
        self.cells = [
            cell
            for cell in notebook.cells
            if cell.cell_type == "code"
            and cell.source.strip()
            and not skipped & {*cell.metadata.get("tags", ())}
        ]
        self._by_id = {cell.id: cell for cell in self.cells}
        self._numbers = {cell.id: number for number, cell in enumerate(self.cells, start=1)}
        self._by_msg_id: dict[str, nbformat.NotebookNode] = {}
        self.last_id = ""
        """Of the kernel's message that came last."""
        self.open_messages: list[Message] = []
        """What came of the number and the end of the cell that was sent last."""
        self._changed: set[str] = set()
        """Ids of cells whose outputs aren't in the notebook yet."""
        self._timer: asyncio.TimerHandle | None = None
        self._writer = ThreadPoolExecutor(1)
        """Writes drafts, in their order: cells don't wait for the disk."""
        self._is_writing = self._is_finished = False

    # ------------------------------------------------------------ what happens

    def sent(self, cell: nbformat.NotebookNode, msg_id: str, *, after: str) -> None:
        """Note that a cell was sent; to be called before anything else can happen.

        `after` is the id of the message of the kernel's that came before.
        """
        entry = {"what": "sent", "cell": cell.id, "msg_id": msg_id, "after": after, "at": now()}
        self._note(entry)

    def show(self, message: Message) -> nbformat.NotebookNode | None:
        """Take in what the kernel published; return the cell that it belongs to, if any."""
        cell = self._by_msg_id.get(message.parent_id)
        is_status = message.msg_type == "status"
        if cell is None or (is_status and not self.record.server):  # who can't resume needs none
            return None
        self._note(
            {
                "what": message.msg_type,
                "parent": message.parent_id,
                "id": message.msg_id,
                "content": message.content,
            },
        )
        if is_status:
            return None
        self._save_within(self._save_every_s)
        return cell

    def end(self, cell: nbformat.NotebookNode, status: CellStatus) -> None:
        """Note how a cell ended."""
        self._note({"what": "end", "cell": cell.id, "status": str(status), "at": now()})
        self._save_within(_SOON_S)

    def unsend(self, cell: nbformat.NotebookNode) -> None:
        """Note that a cell that was sent never arrived."""
        self._note({"what": "unsent", "cell": cell.id})

    def lose(self, cell: nbformat.NotebookNode) -> None:
        """Note that output of a cell is missing."""
        if cell.id not in self.record.incomplete:
            self._note({"what": "lost", "cell": cell.id})

    def begin(self) -> None:
        """Begin afresh: what an earlier run logged is forgotten."""
        self._log.begin()

    def replay(self) -> None:
        """Do again what an earlier runner logged."""
        for entry in self._log.entries():
            self._apply(entry)

    def _note(self, entry: dict[str, Any]) -> None:
        self._log.write(entry)
        self._apply(entry)

    def _apply(self, entry: dict[str, Any]) -> None:
        match entry["what"]:
            case "sent":
                cell = self._by_id[entry["cell"]]
                self._by_msg_id[entry["msg_id"]] = cell
                self._outputs[cell.id] = Outputs(self._displays)
                self.record.msg_ids[cell.id] = entry["msg_id"]
                self.last_id = entry["after"]
                self.open_messages = []
                note_cell(cell, status=str(CellStatus.RUNNING), started=entry["at"])
            case "unsent":
                del self._by_id[entry["cell"]].metadata[OURS]
                if entry["cell"] in self.record.incomplete:
                    self.record.incomplete.remove(entry["cell"])
            case "end":
                cell = self._by_id[entry["cell"]]
                note_cell(cell, status=entry["status"], ended=entry["at"])
            case "lost":
                self.record.incomplete.append(entry["cell"])
                note_cell(self._by_id[entry["cell"]], incomplete=True)
            case msg_type:
                self.last_id = entry["id"]
                header = {"msg_type": msg_type, "msg_id": entry["id"]}
                parent = {"msg_type": "execute_request", "msg_id": entry["parent"]}
                content = entry["content"]
                self._show(
                    self._by_msg_id[entry["parent"]],
                    Message(channel="iopub", header=header, parent_header=parent, content=content),
                )

    def _show(self, cell: nbformat.NotebookNode, message: Message) -> None:
        msg_type, content = message.msg_type, message.content
        if msg_type in {"execute_input", "error", "status"}:
            self.open_messages.append(message)
        if msg_type == "status":
            return
        display_id = (content.get("transient") or {}).get("display_id")
        if display_id and msg_type in {"display_data", "update_display_data"}:
            self._displays.update(display_id, content)
        if msg_type in {"execute_input", "execute_result"}:
            cell.execution_count = content.get("execution_count")
        self._changed |= {cell.id} if not display_id else {*self._outputs}
        self._outputs[cell.id].take(message)

    # ------------------------------------------------------------ how far it is

    def status_of(self, cell: nbformat.NotebookNode) -> CellStatus | None:
        """Return what became of a cell; None if it wasn't sent."""
        status = cell.metadata.get(OURS, {}).get("status")
        return CellStatus(status) if status else None

    def seconds_of(self, cell: nbformat.NotebookNode) -> float:
        """Return how long a cell took."""
        times = cell.metadata[OURS]
        ended = datetime.fromisoformat(times["ended"])
        return (ended - datetime.fromisoformat(times["started"])).total_seconds()

    def number_of(self, cell_id: str) -> int:
        """Return a cell's number, counted from 1."""
        return self._numbers[cell_id]

    @property
    def open_cell(self) -> nbformat.NotebookNode | None:
        """The cell that was sent and hasn't ended."""
        running = (cell for cell in self.cells if self.status_of(cell) is CellStatus.RUNNING)
        return next(running, None)

    @property
    def is_python(self) -> bool:
        """Whether the kernel said that it runs Python."""
        return bool(self.notebook.metadata.get("language_info", {}).get("name") == "python")

    @property
    def next_position(self) -> int:
        """The position of the first cell that wasn't sent, or hasn't ended."""
        open_ones = (
            position
            for position, cell in enumerate(self.cells)
            if self.status_of(cell) in {None, CellStatus.RUNNING}
        )
        return next(open_ones, len(self.cells))

    # ------------------------------------------------------------ the file

    def save(self) -> None:
        """Save the output now, as far as it is."""
        self._gather()
        replace_file(as_draft(self.notebook), self.output)

    def _gather(self) -> None:
        """Put what came into the notebook."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for cell_id in self._changed:
            self._by_id[cell_id].outputs = from_dict(self._outputs[cell_id].list)
        self._changed.clear()
        self.record.store(self.notebook)

    def finish(self) -> None:
        """Save the output; the log is removed, unless the run may be resumed."""
        self._is_finished = True
        self._writer.shutdown()
        self._gather()
        save_notebook(self.notebook, self.output)
        if not self.record.state.can_resume:
            self._log.remove()

    def _save_within(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        when = loop.time() + seconds
        if self._timer is not None:
            if self._timer.when() <= when:
                return
            self._timer.cancel()
        self._timer = loop.call_at(when, self._save_meanwhile)

    def _save_meanwhile(self) -> None:
        self._timer = None
        if self._is_writing:
            self._save_within(_SOON_S)
            return
        self._gather()
        written = self._writer.submit(replace_file, as_draft(self.notebook), self.output)
        self._is_writing = True
        asyncio.wrap_future(written).add_done_callback(self._note_written)

    def _note_written(self, written: asyncio.Future[None]) -> None:
        self._is_writing = False
        try:
            written.result()
        except OSError:
            _LOGGER.warning("%s couldn't be saved; the run goes on.", self.output, exc_info=True)
            if not self._is_finished:
                self._save_within(self._save_every_s)
