"""Every error is one of ours, is what a caller would guess, and can be sent to another process."""

import pickle

import pytest

from datalab_kernel_client import errors

ERRORS = [
    getattr(errors, name) for name in errors.__all__ if issubclass(getattr(errors, name), Exception)
]
OURS = [kind for kind in ERRORS if not issubclass(kind, Warning)]


@pytest.mark.parametrize("kind", OURS)
def test_an_error_survives_pickling_with_its_facts(kind: type[errors.ClientError]) -> None:
    facts = {name: f"<{name}>" for name in kind.__annotations__}
    found = pickle.loads(pickle.dumps(kind("What happened.", **facts)))
    assert type(found) is kind
    assert str(found) == found.message == "What happened."
    assert {name: getattr(found, name) for name in facts} == facts


@pytest.mark.parametrize("kind", OURS)
def test_an_error_is_ours_and_a_builtin(kind: type[errors.ClientError]) -> None:
    assert issubclass(kind, errors.ClientError)
    builtins = [base for base in kind.__mro__ if base.__module__ == "builtins"]
    assert kind is errors.ClientError or builtins[0] not in {Exception, BaseException}


def test_a_request_that_ended_early_is_caught_by_one_name() -> None:
    early = {
        *("KernelRestartedError", "KernelDeadError", "KernelGoneError", "ConnectionLostError"),
    }
    assert all(issubclass(getattr(errors, name), errors.RequestCanceledError) for name in early)
    assert issubclass(errors.ConnectionLostError, ConnectionError)
