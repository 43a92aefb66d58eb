"""Writing groups with attributes, and trees of them, as copies of earlier ones of the same form.

Copying a whole tree costs HDF5 a quarter of making its groups, attributes and small arrays one by
one; so the second tree of a form becomes a template, whose values are set before each copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import h5py
import numpy as np
from h5py import h5g, h5o

from datalab_kernel.storage._hdf5 import (
    UTF8_LINKS,
    create_group,
    write_attribute,
    write_small_array,
)
from datalab_kernel.storage._template import Template, Tree, mark_of, named

if TYPE_CHECKING:
    from datalab_kernel.storage._forms import Forms, Parts

TEMPLATES = "datalab_kernel_templates"
CAN_COPY_GROUPS = h5py.version.hdf5_version_tuple >= (1, 14, 4)
"""Before, HDF5 crashed when it copied an object with text attributes (its issue 2414)."""
_MOST_TEMPLATES = 500


class TreeWriter:
    """Writes groups with attributes, and trees of them, into one file."""

    def __init__(self, file: h5py.File, forms: Forms) -> None:
        self._file = file
        self._forms = forms
        self._count = 0

    def finish(self) -> None:
        """Remove the templates from the file; one object made none."""
        if self._count:
            self._forms.clear()
            del self._file[TEMPLATES]

    def write(
        self, parent: h5g.GroupID, path: str, tree: Tree, mark: str | None, parts: Parts | None
    ) -> None:
        """Write a tree as a group.

        Parameters
        ----------
        parent, path
            The path starts at the parent; all but its last part is there.
        tree, mark
            What it holds, and the attribute that says how many these are.
        parts
            The tree, taken apart; None if it can't be.
        """
        template = None if parts is None else self._template(parts, tree, mark)
        if template is not None and parts is not None:
            template.set(parts.leaves)
            h5o.copy(template.group, b".", parent, path.encode(), lcpl=UTF8_LINKS)
            return
        group = create_group(parent, path)
        for name, value in named(tree):
            if isinstance(value, (dict, list)):
                own = mark_of(value)
                self.write(group, name, value, own, self._forms.take_apart(value, own))
            elif isinstance(value, np.ndarray):
                write_small_array(group, name, value)
            else:
                write_attribute(group, name, value)
        if mark is not None:
            write_attribute(group, mark, len(tree))

    def _template(self, parts: Parts, tree: Tree, mark: str | None) -> Template | None:
        """Return the template of a form, which is made where it came before."""
        form = parts.form
        is_wanted = form.template is None and not form.is_new
        if is_wanted and CAN_COPY_GROUPS and self._count < _MOST_TEMPLATES:
            home = self._file.require_group(TEMPLATES).id
            form.template = Template(create_group(home, str(self._count)), tree, mark)
            self._count += 1
        return form.template
