"""Make the local channel, the packages or the lists of what they bring: ``python tools/conda WHAT``.

For a person who looks into one of them; the task ``test-conda`` needs none of this.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from conda._build import build, run_recipe_tests
from conda._errors import CondaToolError
from conda._expected import write_expected
from conda._leftovers import folder_for_one_run
from conda._prefix import solved
from conda._rattler import fresh_cache
from conda._recipe import RECIPE
from conda._say import say
from conda._source import ROOT, copy_source, requirements
from offline_channel._channel import local_channel

HOME = ROOT / ".run" / "conda"


def main() -> int:
    """Do what the command line asks for and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["channel", "packages", "lists"])
    parser.add_argument("--output", type=Path, default=HOME / "packages")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        channel = local_channel(HOME, requirements())
        if options.what == "channel":
            say(f"conda install -c {channel.base} --override-channels --offline ...")
        else:
            packages(options.output, channel.base, lists=options.what == "lists")
    except CondaToolError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def packages(output: Path, channel: str, *, lists: bool) -> None:
    """Build the packages, then run their tests or write the lists of what they bring."""
    with folder_for_one_run(HOME, "packages") as folder, fresh_cache(folder):
        source = copy_source(folder / "source")
        built = build(RECIPE, source=source, output=output, channels=[channel])
        for name, package in built.packages.items():
            if lists:
                found = solved([name], built.channels)
                write_expected(name, [record.name.normalized for record in found])
                say(f"{name} brings {len(found)} packages")
            else:
                run_recipe_tests(package, built.channels)
    say(f"the packages are in {output}")


if __name__ == "__main__":
    raise SystemExit(main())
