"""Which of DataLab's own notes in an object's metadata go into a file."""

from __future__ import annotations

from typing import Any

from datalab_kernel.objects._for_datalab import NUMBER_KEY, UUID_KEY

__all__ = ["NUMBER_KEY", "UUID_KEY", "Identities"]


class Identities:
    """The identifiers that are in a file already."""

    def __init__(self) -> None:
        self._uuids: set[str] = set()

    def kept(self, metadata: dict[str, Any]) -> dict[str, Any]:
        """Return what of an object's metadata is written.

        Its number in a list isn't, nor the identifier of which a copy is there: DataLab takes
        only one, and makes a new one.
        """
        kept = {key: value for key, value in metadata.items() if key != NUMBER_KEY}
        uuid = kept.get(UUID_KEY)
        if isinstance(uuid, str):
            if uuid in self._uuids:
                del kept[UUID_KEY]
            self._uuids.add(uuid)
        return kept
