"""Runs inside the real DataLab, offscreen: computes cases as a person does in its window.

Started with DataLab's own interpreter: ``calc_in_datalab.py INPUTS CASES OUTPUTS``. INPUTS is
a workspace file, CASES the JSON of what to compute of it, OUTPUTS the pickle of what came out.
"""

import json
import os
import pickle
import sys
import tempfile
from functools import partial
from pathlib import Path

from calc_described import described, versions


class Calculator:
    """A DataLab window and the objects that cases start from."""

    def __init__(self, window, inputs):
        from datalab.config import Conf
        from datalab.env import execenv
        from datalab.utils import qthelpers
        from sigima.proc.contracts import build_contract_registry

        execenv.unattended = True
        qthelpers.qt_handle_error_message = _raised
        self.window = window
        self.conf = Conf
        self.contracts = {c.operation_id: c for c in build_contract_registry().contracts}
        window.set_process_isolation_enabled(False)
        window.toggle_auto_refresh(state=False)
        window.hide()  # a quarter of the time: nothing is laid out and drawn
        Conf.show_result_dialog.set(False)
        window.h5inputoutput.open_file_headless(inputs, reset_all=True)
        self.inputs = {obj.title: obj for panel in self.panels for obj in panel}

    @property
    def panels(self):
        return (self.window.signalpanel, self.window.imagepanel)

    def run(self, case):
        """Compute one case in an otherwise empty workspace."""
        self.window.reset_all()
        self.conf.keep_results.set(case["keep_results"])
        self.window.set_current_panel(case["kind"])
        panel = self.panels[case["kind"] == "image"]
        panel.processor.PARAM_DEFAULTS.clear()  # what somebody gave last isn't a default
        objects = self._add(panel, case)
        sources = [objects[name] for _, names in case["groups"] for name in names]
        operands = [objects[name] for name in case["operands"]]
        panel.objview.select_objects(sources)
        before = {id(obj) for one in self.panels for obj in one}
        compute = self._prepared(case, panel.processor, sources, operands)
        error = None
        try:
            compute()
        except Exception as exc:  # noqa: BLE001 - a case's outcome, to be compared
            error = {"type": type(exc).__name__, "text": str(exc)}
        return {
            "error": error,
            "new": [
                {"group": group.title, **described(obj)}
                for one in self.panels
                for group in one.objmodel.get_groups()
                for obj in group.get_objects()
                if id(obj) not in before
            ],
            "inputs": {name: described(obj) for name, obj in objects.items()},
        }

    def _add(self, panel, case):
        """Put copies of the case's objects into its groups, in order."""
        from datalab.objectmodel import get_uuid

        objects = {}
        for title, names in [*case["groups"], ["operands", case["operands"]]]:
            new = [name for name in names if name not in objects]
            if new:
                group_id = get_uuid(panel.add_group(title))
                for name in new:
                    objects[name] = self.inputs[name].copy(all_metadata=True)
                    objects[name].title = name
                    panel.add_object(objects[name], group_id=group_id)
        return objects

    def _prepared(self, case, processor, sources, operands):
        """Return what is left to be called; an error before that is ours, no outcome."""
        contract = self.contracts.get(case["function"])
        if contract is None:  # a name of DataLab's own
            param = self._named_param(case, sources[0])
            return partial(self.window.calc, case["function"], param, edit=False)
        name = case["function"].rpartition(".")[2]
        param = self._param(case, contract, processor, sources[0])
        try:
            feature = processor.get_feature(name)
        except ValueError:
            feature = None
        if feature is None or (isinstance(param, list) and feature.pattern != "1_to_n"):
            # Sigima's alone, or several regions at once: as DataLab's own methods run it
            assert contract.pattern == "1_to_1"
            function = contract.function
            return partial(processor.compute_1_to_1, function, param, title=name, edit=False)
        if feature.pattern == "1_to_n":
            return partial(processor.run_feature, feature, params=param, edit=False)
        if feature.pattern == "2_to_1":
            second = operands if case["pairwise"] else operands[0]
            options = {"edit": False, "pairwise": case["pairwise"]}
            return partial(processor.run_feature, feature, second, param, **options)
        return partial(processor.run_feature, feature, param, edit=False)

    def _named_param(self, case, first):
        import sigima.params

        if case["params"] == "roi":
            return first.roi
        if case["paramclass"]:
            return _filled(getattr(sigima.params, case["paramclass"])(), case["params"])
        return None

    def _param(self, case, contract, processor, first):
        """Make the complete set, as DataLab's dialog would have it after these were entered."""
        if not contract.parameters:
            return None
        paramclass, values = contract.parameters[0].paramclass, case["params"]
        if values == "roi":
            return first.roi.to_params(first)
        if isinstance(values, list):
            return [_filled(paramclass(), one) for one in values]
        _edit, param = processor.init_param(None, paramclass, "")
        if case["kind"] == "image":  # as the processor's compute_... methods of these names do
            if contract.operation_id.endswith(".binning"):
                param.dtype_str = str(first.data.dtype)
            if contract.operation_id.endswith(".peak_detection"):
                param.size = max(min(first.data.shape) // 40, 50)
        param = _filled(param, values)
        if case["is_entered"] and hasattr(param, "update_operation"):
            param.update_operation(None, None)  # as it is once anything was entered
        return param


def _raised(_widget, error, _context=None):
    """Raise what DataLab would show in a message box, for ever."""
    raise error


def _filled(param, values):
    """Enter values one by one; what depends on one follows, as in a dialog."""
    items = {item.get_name(): item for item in param.get_items()}
    values = {name: _key(items[name], value) for name, value in values.items()}
    for name, value in values.items():
        setattr(param, name, value)
        callback = items[name].get_prop("display", "callback", None)
        if callback is not None:
            callback(param, items[name], getattr(param, name))
    for name, value in values.items():
        setattr(param, name, value)
    return param


def _key(item, value):
    """Return a choice as DataLab has it: as a member of an enumeration where there is one."""
    choices = item.get_prop("data", "choices", None)
    if not isinstance(choices, (list, tuple)):
        return value
    value = tuple(value) if isinstance(value, list) else value
    return next(key for key, *_ in choices if value in (key, getattr(key, "value", key)))


def main():
    """Start DataLab without dialogs, compute the cases, write what came of each."""
    home = tempfile.mkdtemp(prefix="datalab-home-")
    os.environ.update(
        QT_QPA_PLATFORM="offscreen",
        HOME=home,
        XDG_CONFIG_HOME=f"{home}/.config",
        GUIDATA_UNATTENDED="1",
        SIGIMAX_DO_NOT_QUIT="1",
        LANG="en",
    )
    inputs, cases, outputs = sys.argv[1:]
    sys.argv = sys.argv[:1]  # DataLab parses them at import
    from datalab import app
    from datalab.config import ensure_initialized
    from datalab.utils.qthelpers import datalab_app_context

    ensure_initialized(load_user_config=True)
    with datalab_app_context(exec_loop=False):
        calculator = Calculator(app.create(splash=False, console=False), inputs)
        given = json.loads(Path(cases).read_text())
        given.sort(key=lambda case: case["kind"])  # changing panels takes a while
        results = {case["id"]: calculator.run(case) for case in given}
        found = {"versions": versions(), "outcomes": results}
        Path(outputs).write_bytes(pickle.dumps(found))
        os._exit(0)  # what is to be checked is on the disk; closing the window asks questions


if __name__ == "__main__":  # DataLab's worker pool imports this file again
    main()
