"""The interactive renderer alone: found by its name, and drawing a signal as a widget."""

import numpy as np

from datalab_kernel import Plotter, Workspace, create_signal

VIEW = "application/vnd.jupyter.widget-view+json"
x = np.linspace(0.0, 10.0, 1000)
plotter = Plotter(Workspace(), renderer="interactive")
plot = plotter.plot(create_signal("Sine", x, np.sin(x)), show=False)
shown, _ = plot._repr_mimebundle_()
assert VIEW in shown, sorted(shown)
