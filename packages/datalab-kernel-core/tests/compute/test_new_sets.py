"""Sets of parameters follow Sigima's options, and nothing grows with them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sigima.config import options
from sigima.io.image import ImageIORegistry
from sigima.params import FFTParam, GaussianParam

from datalab_kernel import create_signal
from datalab_kernel.compute import Request, Source, plan
from datalab_kernel.compute._new_sets import new_set

if TYPE_CHECKING:
    from collections.abc import Iterator


def is_shifted_by_default() -> bool:
    signal = create_signal("a", [0.0, 1.0], [2.0, 3.0])
    request = Request(name="fft", kind="signal", sources=[Source.of_loose(signal)], keywords={})
    return bool(plan(request)[0].parameters.shift)


@pytest.fixture(autouse=True)
def _options_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(options.ENV_VAR, options.to_env_json())
    before = options.to_dict()
    yield
    options.from_dict(before)


def test_a_set_has_the_option_that_is_set_now() -> None:
    for is_shifted in (True, False, True):
        options.fft_shift_enabled.set(is_shifted)
        assert new_set(FFTParam).shift is is_shifted


def test_a_set_has_the_option_that_another_process_left_in_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert new_set(FFTParam).shift
    monkeypatch.setenv(options.ENV_VAR, json.dumps({"fft_shift_enabled": False}))
    assert not new_set(FFTParam).shift


def test_a_plan_has_the_option_that_is_set_now(monkeypatch: pytest.MonkeyPatch) -> None:
    for is_shifted in (True, False, True):
        options.fft_shift_enabled.set(is_shifted)
        assert is_shifted_by_default() is is_shifted
    monkeypatch.setenv(options.ENV_VAR, json.dumps({"fft_shift_enabled": False}))
    assert not is_shifted_by_default()


def test_a_changed_set_changes_no_other() -> None:
    new_set(FFTParam).shift = False
    new_set(GaussianParam).sigma = 9.0
    assert new_set(FFTParam).shift
    assert new_set(GaussianParam).sigma == GaussianParam().sigma


def test_many_sets_have_sigima_register_no_format_again() -> None:
    new_set(FFTParam)
    before = len(ImageIORegistry.get_formats())
    for _ in range(20):
        new_set(FFTParam)
    assert len(ImageIORegistry.get_formats()) == before
