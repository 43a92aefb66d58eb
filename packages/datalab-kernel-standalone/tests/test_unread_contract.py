"""Objects that are still in a file keep the contract that every object keeps."""

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

from datalab_kernel import DataObject
from datalab_kernel.backends import Backend, Put, PutUnread
from datalab_kernel.objects import describe_object
from datalab_kernel.storage import Contents, StoredGroup, write_workspace
from datalab_kernel.storage._unread import UnreadFile
from datalab_kernel.testing import BackendContract
from datalab_kernel_standalone import StandaloneBackend


class UnreadBackend(StandaloneBackend):
    """Writes whatever it is given to a file, and keeps it unread."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._numbers = count()

    def put(self, items: Sequence[Put]) -> None:
        """Store objects so that each is read from a file of its own when it is next asked for."""
        super().put(items)
        for item in items:
            self.put_unread([self._unread(self._by_name[item.name].obj, item)])

    def _unread(self, obj: DataObject, item: Put) -> PutUnread:
        path = self._folder / f"unread-{next(self._numbers)}.h5"
        groups = [StoredGroup(title="", objects=[obj])]
        is_signal = describe_object(obj, group="").kind == "signal"
        write_workspace(path, Contents(signals=groups) if is_signal else Contents(images=groups))
        (unread,) = UnreadFile(path).contents(with_extras=False).objects
        place: Any = type(item.placement).IN_PLACE
        return PutUnread(name=item.name, unread=unread, placement=place)


class TestUnread(BackendContract):
    random_runs: ClassVar[int] = 3

    def make_backend(self, tmp_path: Path) -> Backend:
        folder = tmp_path / "unread"
        folder.mkdir(exist_ok=True)
        return UnreadBackend(folder)

    def raw(self, backend: UnreadBackend, name: str) -> DataObject | None:
        record = backend._by_name.get(name)
        return record and record.obj
