"""The package's face: every public name, and what importing it leaves alone."""

import subprocess
import sys

import pytest

import datalab_kernel_channel

HEAVY = ["IPython", "numpy", "sigima", "anywidget", "ipywidgets"]
WITHOUT = f"""
import sys
for name in {HEAVY}:
    sys.modules[name] = None  # importing it fails
import datalab_kernel_channel
for name in datalab_kernel_channel.__all__:
    if name != "ChannelWidget":
        getattr(datalab_kernel_channel, name)

"""


def test_importing_it_needs_none_of_the_heavy_packages() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", datalab_kernel_channel.__all__)
def test_a_public_name_can_be_had(name) -> None:
    assert getattr(datalab_kernel_channel, name) is not None
    assert name in dir(datalab_kernel_channel)


def test_a_name_that_isnt_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = datalab_kernel_channel.nonsense
