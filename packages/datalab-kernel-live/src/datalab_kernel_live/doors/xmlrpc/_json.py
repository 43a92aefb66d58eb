"""Objects as Sigima's remote control sends them, and back: everything in them, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datalab_kernel.errors import DataLabRefusedError
from datalab_kernel.objects import Fields, to_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datalab_kernel.objects import ForDataLab

_CLASSES = {"SignalObj", "ImageObj"}


def to_json(stored: ForDataLab, title: str) -> list[str]:
    """Return the three texts that DataLab makes the object of."""
    from sigima.client.utils import dataset_to_rpcjson

    obj = stored.as_object()
    obj.title = title
    texts: list[str] = dataset_to_rpcjson(obj)
    return texts


def from_json(texts: Sequence[str]) -> Fields:
    """Take what DataLab sent apart.

    Raises
    ------
    DataLabRefusedError
        If it names another class than Sigima's signals and images.
    """
    from sigima.client.utils import rpcjson_to_dataset

    if len(texts) != 3 or not texts[0].startswith("sigima.") or texts[1] not in _CLASSES:  # noqa: PLR2004
        message = f"DataLab sent something that is no signal and no image ({texts[:2]})."
        raise DataLabRefusedError(message, url=None, detail=str(texts[:2]), was_sent=True)
    return to_fields(rpcjson_to_dataset([*texts]))
