"""Signals as functions get them: their copies are Sigima's, value by value."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from sigima.objects import SignalObj, create_signal, create_signal_roi

from datalab_kernel.objects import share_object
from datalab_kernel.objects._operand_signals import OperandSignal, as_operand, as_sigimas


def _facts(signal: Any) -> dict[str, Any]:
    data = signal.xydata
    texts = {name: repr(value) for name, value in vars(signal).items()}  # repr tells 1 from 1.0
    return {**texts, "class": type(signal), "dtype": data.dtype, "data": repr(data.tolist())}


def _signal() -> Any:
    """Make a signal of which no value is Sigima's default."""
    x = np.linspace(0.0, 1.0, 5)
    signal = create_signal("sine", x, np.sin(x), dy=x)
    for number, item in enumerate(signal.get_items()):
        name, before = item.get_name(), getattr(signal, item.get_name(), None)
        if isinstance(before, str):
            setattr(signal, name, f"{name} é")
        elif isinstance(before, bool):
            setattr(signal, name, not before)
        elif before is None and name.endswith(("min", "max")):
            setattr(signal, name, float(number))
    signal.roi = create_signal_roi([0.1, 0.5])
    signal.metadata |= {"a": {"b": [1, np.arange(2)]}, "_private": 1, "__uuid": "u"}
    return signal


def test_every_value_of_a_copy_is_that_of_sigimas_copy() -> None:
    signal = _signal()
    twin = as_operand(share_object(signal))
    for arguments in ({}, {"title": "é"}, {"dtype": complex}, {"all_metadata": True}):
        assert _facts(twin.copy(**arguments)) == _facts(signal.copy(**arguments))


def test_a_copy_of_a_signal_with_odd_values_is_sigimas() -> None:
    signal = create_signal("a", np.arange(3.0), np.arange(3.0))
    twin = share_object(signal)
    for one in (signal, twin):  # as guidata would not let them be set
        vars(one).update(_xunit=None, _xscalemin=3, _autoscale=np.bool_(1), _ylabel=5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert _facts(as_operand(twin).copy()) == _facts(signal.copy())


def test_nothing_of_a_copy_is_shared_with_the_signal() -> None:
    twin = as_operand(share_object(_signal()))
    made = twin.copy()
    made.xydata[1] = 0
    made.metadata["a"]["b"][1][:] = 9
    made.set_metadata_options_defaults({"unit": "V"})
    assert twin.y[1] != 0
    assert twin.metadata["a"]["b"][1].tolist() == [0, 1]
    assert twin.copy().get_metadata_options_defaults() == {}


def test_a_dtype_that_sigima_refuses_is_refused() -> None:
    with pytest.raises(RuntimeError, match="only supports"):
        as_operand(share_object(_signal())).copy(dtype=np.int32)


def test_it_pickles_and_becomes_sigimas_again() -> None:
    twin = as_operand(share_object(_signal()))
    again = pickle.loads(pickle.dumps(twin))
    assert type(again) is OperandSignal
    assert type(as_sigimas(again)) is SignalObj
    assert again.get_title() == _signal().get_title()


@pytest.mark.parametrize("region", [[0.1, 0.5], [0.3, 0.31], [-1.0, 0.2], [0.9, 7.0]])
def test_a_region_where_x_falls_holds_what_it_holds_where_x_rises(region: list[float]) -> None:
    x = np.linspace(0.0, 1.0, 41)
    rising, falling = create_signal("", x, x), create_signal("", x[::-1].copy(), x[::-1].copy())
    for signal in (rising, falling):
        signal.roi = create_signal_roi(region)
    operand = as_operand(share_object(falling))
    expected = rising.maskdata
    np.testing.assert_array_equal(operand.maskdata[:, ::-1], expected)
    np.testing.assert_array_equal(operand.copy().maskdata[:, ::-1], expected)
    np.testing.assert_array_equal(operand.get_data(0)[0][::-1], rising.get_data(0)[0])


def test_a_region_of_a_loop_is_sigimas() -> None:
    loop = create_signal("", np.array([2.0, 3.0, 1.0, 0.0]), np.arange(4.0))
    loop.roi = create_signal_roi([1.0, 3.0])
    operand = as_operand(share_object(loop))
    np.testing.assert_array_equal(operand.maskdata, loop.maskdata)
