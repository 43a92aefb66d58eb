"""The exception tree is a public API: builtin bases, facts, pickling."""

import pickle

import pytest

from datalab_kernel import errors

NAMED = [getattr(errors, name) for name in errors.__all__]
KINDS = [kind for kind in NAMED if not issubclass(kind, Warning)]
WARNINGS = [kind for kind in NAMED if issubclass(kind, Warning)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_survives_pickling_with_its_facts(kind: type[errors.DataLabKernelError]) -> None:
    error = pickle.loads(pickle.dumps(kind("what happened", path="here")))
    assert type(error) is kind
    assert str(error) == "what happened"
    assert error.path == "here"


@pytest.mark.parametrize("kind", KINDS[1:], ids=lambda kind: kind.__name__)
def test_every_error_derives_from_ours(kind: type[Exception]) -> None:
    assert issubclass(kind, errors.DataLabKernelError)


@pytest.mark.parametrize("kind", WARNINGS, ids=lambda kind: kind.__name__)
def test_a_warning_is_shown_wherever_people_see_warnings(kind: type[Warning]) -> None:
    assert issubclass(kind, UserWarning)
    assert str(pickle.loads(pickle.dumps(kind("what happened")))) == "what happened"


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.ObjectNotFoundError, KeyError),
        (errors.NameTakenError, ValueError),
        (errors.InvalidNameError, ValueError),
        (errors.MetadataError, ValueError),
        (errors.UnsupportedDtypeError, TypeError),
        (errors.FileFormatError, ValueError),
        (errors.FileTakenError, FileExistsError),
        (errors.MissingFileError, FileNotFoundError),
        (errors.MissingPackageError, ImportError),
        (errors.NoBackendError, RuntimeError),
        (errors.NotEnoughMemoryError, MemoryError),
        (errors.ExportError, ValueError),
        (errors.LiveModeRequiredError, RuntimeError),
        (errors.LiveLimitError, RuntimeError),
        (errors.DataLabUnreachableError, ConnectionError),
        (errors.DataLabAuthError, PermissionError),
        (errors.DataLabBusyError, TimeoutError),
        (errors.DataLabRefusedError, RuntimeError),
        (errors.UnknownFunctionError, ValueError),
        (errors.UnknownFunctionError, AttributeError),
        (errors.ParameterError, ValueError),
        (errors.ParameterError, TypeError),
        (errors.OperandError, TypeError),
        (errors.NothingSelectedError, ValueError),
        (errors.ComputationError, RuntimeError),
    ],
)
def test_an_error_is_the_builtin_that_a_caller_guesses(kind: type, builtin: type) -> None:
    assert issubclass(kind, builtin)


def test_an_unknown_fact_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        _ = errors.FileFormatError("text", path="x").nothing


def test_a_fact_that_may_be_missing_has_a_value_all_the_same() -> None:
    error = errors.MissingFileError("text", path="x")
    assert error.suggestions == ()
    assert pickle.loads(pickle.dumps(error)).facts == {"path": "x"}
    assert errors.FileFormatError("text", path="x").line is None


def test_facts_replace_what_a_builtin_has_under_their_names() -> None:
    assert errors.MissingPackageError("text", name="given", path="here").name == "given"
