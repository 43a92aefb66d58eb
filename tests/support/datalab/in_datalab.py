"""Runs inside the real DataLab, offscreen: opens workspace files and saves them again.

Started by conftest.py with DataLab's own interpreter: ``in_datalab.py COMMANDS``, where
COMMANDS is JSON: ``["resave", from, to]`` opens a file and saves it again, ``["make",
to]`` saves objects made by DataLab, ``["tables", from]`` lists the result tables,
``["functions"]`` what can be computed. Prints what DataLab saw, as one JSON line.
"""

import json
import os
import sys
import tempfile


def describe(window):
    """List what DataLab's panels show."""
    panels = {}
    for panel in (window.signalpanel, window.imagepanel):
        panels[panel.PANEL_STR_ID] = [
            {
                "group": group.title,
                "titles": [obj.title for obj in group.get_objects()],
                "shapes": [list(obj.data.shape) for obj in group.get_objects()],
                "rois": [0 if obj.roi is None else len(obj.roi) for obj in group.get_objects()],
            }
            for group in panel.objmodel.get_groups()
        ]
    panels["macros"] = [macro.title for macro in window.macropanel]
    return panels


def resave(window, source, target):
    """Open a file as a person's workspace, and save it again."""
    opened = window.h5inputoutput.open_file_headless(source, reset_all=True)
    seen = describe(window)
    window.save_to_h5_file(target)
    return {"opened": bool(opened), "seen": seen}


def tables(window, source):
    """Open a file and list the tables that DataLab shows among an object's results."""
    from datalab.adapters_metadata import TableAdapter

    window.h5inputoutput.open_file_headless(source, reset_all=True)
    return {
        obj.title: {
            table.title: json.loads(table.to_dataframe().to_json(orient="records"))
            for table in TableAdapter.iterate_from_obj(obj)
        }
        for obj in window.signalpanel
    }


def functions(window):
    """List the functions that each panel has, by their names."""
    return {
        panel.PANEL_STR_ID: [one.name for one in panel.processor.computing_registry.values()]
        for panel in (window.signalpanel, window.imagepanel)
    }


def make(window, target):
    """Save what only DataLab makes: results, a macro, groups, computed objects."""
    import numpy as np
    from datalab.objectmodel import get_uuid
    from sigima import create_image, create_image_roi, create_signal, create_signal_roi

    window.reset_all()
    x = np.linspace(0, 10, 200)
    signal = create_signal("Sig/é 1", x, np.sin(x), units=("s", "V"), labels=("t", "U"))
    signal.roi = create_signal_roi([[2, 4], [6, 8]])
    signal.metadata.update({"i": 3, "text": "é", "list": [1, 2, "a"], "nested": {"z": 2.0}})
    window.signalpanel.add_object(signal)
    group = window.signalpanel.add_group("Second group")
    window.signalpanel.add_object(create_signal("complex", x, np.exp(1j * x)), get_uuid(group))
    window.signalpanel.add_object(create_signal("complex", x, x), get_uuid(group))
    image = create_image("Img", np.arange(64 * 48, dtype=np.uint16).reshape(48, 64))
    image.set_uniform_coords(0.5, 0.25, 10.0, -3.0)
    image.roi = create_image_roi("rectangle", [[10, 0, 5, 5]])
    window.imagepanel.add_object(image)
    window.set_current_panel("image")
    window.calc("stats")
    window.calc("centroid")
    window.set_current_panel("signal")
    window.signalpanel.objview.select_objects([1])
    window.calc("fwhm", edit=False)
    window.macropanel.add_macro()
    window.save_to_h5_file(target)
    return {"seen": describe(window)}


def main():
    """Start DataLab without dialogs, run the commands, print what came of each."""
    home = tempfile.mkdtemp(prefix="datalab-home-")
    os.environ.update(
        QT_QPA_PLATFORM="offscreen",
        HOME=home,
        XDG_CONFIG_HOME=f"{home}/.config",
        GUIDATA_UNATTENDED="1",
        SIGIMAX_DO_NOT_QUIT="1",
    )
    commands = json.loads(sys.argv[1])
    sys.argv = sys.argv[:1]  # DataLab parses them at import
    from datalab import app
    from datalab.config import ensure_initialized
    from datalab.utils.qthelpers import datalab_app_context

    ensure_initialized(load_user_config=True)
    with datalab_app_context(exec_loop=False):
        window = app.create(splash=False, console=False)
        actions = {"resave": resave, "make": make, "tables": tables, "functions": functions}
        results = [actions[name](window, *arguments) for name, *arguments in commands]
        print("RESULT " + json.dumps(results), flush=True)
        os._exit(0)  # what is to be checked is on the disk; closing the window asks questions


if __name__ == "__main__":  # DataLab's worker pool imports this file again
    main()
