"""What a widget hands on, also where JavaScript's null isn't None."""

from __future__ import annotations

import sys
from types import SimpleNamespace

from datalab_kernel_channel.rpc._transport import with_nones


def test_on_pyodide_null_is_none_wherever_it_stands(monkeypatch):
    null = object()
    monkeypatch.setitem(sys.modules, "pyodide.ffi", SimpleNamespace(jsnull=null))
    frame = {"frame": "join", "replaces": null, "items": [{"value": [null, 1]}]}
    assert with_nones(frame) == {
        "frame": "join",
        "replaces": None,
        "items": [{"value": [None, 1]}],
    }


def test_elsewhere_content_is_handed_on_as_it_is():
    frame = {"replaces": None}
    assert with_nones(frame) is frame
