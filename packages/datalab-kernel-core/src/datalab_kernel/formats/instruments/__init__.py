"""Text files of instruments that aren't plain tables: one module a format, each read completely or refused."""

from datalab_kernel.formats.instruments._bruker import UXD, XY
from datalab_kernel.formats.instruments._eclab import ECLAB
from datalab_kernel.formats.instruments._emsa import EMSA
from datalab_kernel.formats.instruments._esri import ESRI
from datalab_kernel.formats.instruments._jcamp import JCAMP
from datalab_kernel.formats.instruments._labspec import LABSPEC
from datalab_kernel.formats.instruments._labview import LABVIEW
from datalab_kernel.formats.instruments._touchstone import TOUCHSTONE

__all__ = ["INSTRUMENTS"]

INSTRUMENTS = (JCAMP, LABVIEW, EMSA, ECLAB, TOUCHSTONE, UXD, XY, ESRI, LABSPEC)
