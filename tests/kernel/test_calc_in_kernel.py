"""``workspace.calc`` in a real kernel: Tab, Shift+Tab, and Stop."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.kernel.driver import Kernel


def interrupt_soon(kernel: Kernel) -> None:
    time.sleep(1)
    kernel.interrupt()


@pytest.fixture
def measured(kernel: Kernel) -> Kernel:
    kernel.value("workspace['img'] = np.ones((600, 600))")
    kernel.value("workspace['my sine'] = np.sin(np.arange(9))")
    return kernel


@pytest.mark.parametrize(
    ("code", "match"),
    [
        ('workspace.calc("gaussian_fi', "gaussian_filter"),
        ("r = workspace.calc('fw", "fwhm"),
        ("workspace.calc.gaussian_fi", "gaussian_filter"),
        ("workspace.calc.gaussian_filter(sig", "sigma="),
        ("workspace.calc.gaussian_filter(o", "on="),
        ('workspace.calc("gaussian_filter", on="img", s', "sigma="),
        ('workspace.calc("fft", on="my', "my sine"),
        ('workspace.calc("fft",\n    on=["img", "my s', "my sine"),
        ("workspace.calc.fft(on='", "my sine"),
        ('workspace.calc("moving_average", mode="ne', "nearest"),
    ],
)
def test_tab_completes_functions_their_parameters_and_objects(
    measured: Kernel, code: str, match: str
) -> None:
    assert [found for found in measured.complete(code) if found.endswith(match)]


def test_shift_tab_shows_the_parameters(measured: Kernel) -> None:
    text = re.sub(r"\x1b\[[\d;]*m", "", measured.inspect("workspace.calc.gaussian_filter("))
    assert "sigma=1.0" in text
    assert "Standard deviation of the Gaussian filter" in text


def test_shift_tab_on_calc_says_what_it_does(measured: Kernel) -> None:
    assert "by the names that DataLab has" in measured.inspect("workspace.calc")


def test_a_result_displays_itself(measured: Kernel) -> None:
    shown = measured.run("workspace.calc('absolute', on='img')")
    assert shown.result == "CalcResult(absolute on 'img': 'absolute(img)')"
    assert "<img alt=" in shown.displays[0]["text/html"]


def test_stop_ends_a_long_computation_with_nothing_half_done(measured: Kernel) -> None:
    measured.value("for n in range(40): workspace[f'i{n}'] = np.random.rand(600, 600)")
    measured.value("before = workspace.list()")
    long = "print('begun', flush=True); workspace.calc('gaussian_filter', on='i*', sigma=100)"
    shown = measured.run(long, meanwhile=lambda: interrupt_soon(measured))
    assert shown.error is not None
    assert shown.error[0] == "KeyboardInterrupt"
    assert measured.value("workspace.list() == before") == "True"
    assert measured.value("workspace.calc('absolute', on='i1').names") == "('absolute(i1)',)"


def test_a_cell_that_names_no_object_is_told_on_what_it_acted(measured: Kernel) -> None:
    measured.value("workspace.select('my sine')")
    shown = measured.run("r = workspace.calc('fft')").displays
    said = "fft was given no on=: it acted on the selection, 'my sine'."
    assert [data["text/plain"] for data in shown] == [said]
    assert measured.run("r = workspace.calc('fft', on='my sine')").displays == []


LONG = """
import os, signal, threading, time

def computing():
    # one that is being started has no ident yet
    found = [one for one in threading.enumerate() if one.ident]
    return [one for one in found if one.name.startswith("datalab-kernel-calc")]

def used_s(thread):
    return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))

def stop():
    while not any(used_s(one) > 0.8 for one in computing()):  # it is in its C code
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)

workspace["large"] = np.random.default_rng(0).random((2500, 2500))
threading.Thread(target=stop).start()
"""


def test_stop_ends_a_cell_while_c_code_computes_and_its_result_is_dropped(kernel: Kernel) -> None:
    kernel.value("workspace['small'] = np.ones((9, 9)); workspace.calc('absolute', on='small')")
    kernel.value(LONG)
    shown = kernel.run("workspace.calc('denoise_bilateral', on='large')")
    assert shown.error is not None
    assert shown.error[0] == "KeyboardInterrupt"
    assert kernel.value("[one.is_alive() for one in computing()]") == "[True]"  # it was left
    kernel.value("[one.join() for one in computing()]")
    assert kernel.value("[name for name in workspace if 'bilateral' in name]") == "[]"
    assert "absolute(large)" in kernel.value("workspace.calc('absolute', on='large')")
