"""A plug-in of DataLab: functions that no other program has."""

import guidata.dataset as gds
import numpy as np
from datalab.plugins import PluginBase, PluginInfo
from sigima.objects import GeometryResult, KindShape
from sigima.proc.decorator import computation_function


class TimesParam(gds.DataSet):
    """What to multiply by."""

    factor = gds.FloatItem("Factor", default=2.0)


@computation_function()
def times(signal, param):
    """Multiply a signal."""
    found = signal.copy()
    found.title = f"{signal.title} times {param.factor:g}"
    found.y = signal.y * param.factor
    return found


@computation_function()
def stacked(images):
    """Make one image of several, the first at the top."""
    found = images[0].copy()
    found.title = "stacked"
    found.data = np.vstack([image.data for image in images])
    return found


@computation_function()
def corner(image):
    """Mark the corner of an image."""
    coordinates = np.array([[0.0, float(image.data[0, 0])]])
    return GeometryResult(
        title="corner", kind=KindShape.POINT, coords=coordinates, func_name="corner"
    )


@computation_function()
def never(signal):
    """Fail."""
    raise RuntimeError(f"not with {signal.title}")


class OfTests(PluginBase):
    """Registers them."""

    PLUGIN_INFO = PluginInfo(name="Of tests", version="1.0.0", description="Functions for tests")

    def create_actions(self):
        """Tell DataLab of the functions."""
        signals, images = self.signalpanel.processor, self.imagepanel.processor
        signals.register_1_to_1(times, "Times", paramclass=TimesParam)
        signals.register_1_to_1(never, "Never")
        images.register_n_to_1(stacked, "Stacked")
        images.register_1_to_0(corner, "Corner")
