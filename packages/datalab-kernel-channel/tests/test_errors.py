"""Errors: their builtins, their facts, and the way through a pickle."""

import pickle

import pytest

from datalab_kernel_channel import _errors as errors

EVERY = [
    (errors.ChannelClosedError(channel_id="c1"), ConnectionError),
    (errors.ClientGoneError(client_id="p1", method="add", executed=True), ConnectionError),
    (errors.ClientGoneError(client_id="p1"), ConnectionError),
    (errors.NoClientError(channel_id="c1", waited_s=2.5), ConnectionError),
    (errors.NoFrontendError(reason="headless"), RuntimeError),
    (errors.NoFrontendError(reason="no_widget_manager"), RuntimeError),
    (errors.NoFrontendError(reason="nobody_displays"), RuntimeError),
    (errors.ChannelTimeoutError(method="add", client_id="p1", timeout_s=3), TimeoutError),
    (errors.JavaScriptError(name="TypeError", message="x is no function"), RuntimeError),
    (errors.MethodNotFoundError(method="ad", available=["add", "sub"]), LookupError),
    (errors.WireValueError("A set can't travel.", path="data", value_type="set"), ValueError),
    (errors.WireValueError("A set can't travel.", path="data", value_type="set"), TypeError),
    (errors.CallAllError(method="f", results={"p1": 1}, errors={"p2": KeyError()}), RuntimeError),
    (errors.StreamConsumedError(), RuntimeError),
    (errors.FrontendSourceError(reason="it has no default export"), SyntaxError),
    (errors.CancelledByUser(), RuntimeError),
]


def test_every_error_is_tried_here() -> None:
    tried = {type(error).__name__ for error, _ in EVERY}
    assert tried == {*errors.__all__} - {"ChannelError", "NoFrontendReason"}


@pytest.mark.parametrize(("error", "builtin"), EVERY)
def test_an_error_is_a_channel_error_and_the_builtin_one_would_guess(error, builtin) -> None:
    assert isinstance(error, errors.ChannelError)
    assert isinstance(error, builtin)


@pytest.mark.parametrize("error", [error for error, _ in EVERY])
def test_an_error_keeps_its_text_and_facts_through_a_pickle(error) -> None:
    error.add_note("in the third cell")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert repr(vars(again)) == repr(vars(error))


@pytest.mark.parametrize("error", [error for error, _ in EVERY])
def test_an_error_has_a_value_for_every_fact_that_its_class_declares(error) -> None:
    assert all(hasattr(error, fact) for fact in type(error).__annotations__)


def test_a_javascript_error_reads_as_the_browser_says_it_with_the_place() -> None:
    error = errors.JavaScriptError(
        name="TypeError", message="x is null", stack="at f", method="draw", client_id="p1"
    )
    assert str(error) == "TypeError: x is null (in `draw`, client p1)"
    assert (error.name, error.message, error.stack) == ("TypeError", "x is null", "at f")


def test_an_unknown_method_is_answered_with_the_nearest_names() -> None:
    error = errors.MethodNotFoundError(method="ad", available=["sub", "add"])
    assert "'ad'" in str(error)
    assert "Near it: add." in str(error)
    assert error.available == ["sub", "add"]


def test_where_nothing_is_near_the_message_lists_what_there_is() -> None:
    error = errors.MethodNotFoundError(method="zoom", available=["sub", "add"])
    assert "What it exposes: add, sub." in str(error)


@pytest.mark.parametrize(
    ("executed", "text"),
    [(True, "had begun to run"), (False, "has not run"), (None, "isn't known")],
)
def test_a_client_that_went_says_whether_the_call_has_run(executed, text) -> None:
    error = errors.ClientGoneError(client_id="p1", method="add", executed=executed)
    assert text in str(error)
    assert error.executed is executed
