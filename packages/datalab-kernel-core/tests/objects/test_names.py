"""What a name may be, and what people are told when it isn't."""

import pytest

from datalab_kernel.errors import InvalidNameError
from datalab_kernel.objects import _names
from datalab_kernel.testing._samples import NAMES


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_is_kept_as_it_is(name: str) -> None:
    assert _names.check_name(name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "empty"),
        ("  \u00a0", "blank"),
        ("n" * 1001, "1,001 characters"),
        ("a\nb", "position 1"),
        ("a\x00", "position 1"),
        ("\ud800", "position 0"),
    ],
)
def test_a_text_that_is_no_name_says_why(name: str, reason: str) -> None:
    with pytest.raises(InvalidNameError, match=reason) as caught:
        _names.check_name(name)
    assert caught.value.facts == {"name": name}


@pytest.mark.parametrize("name", [None, 3, b"bytes", ["a"]])
def test_a_name_that_is_not_text_is_a_type_error(name: object) -> None:
    with pytest.raises(TypeError, match="must be text"):
        _names.check_name(name)


def test_only_star_and_question_mark_are_special() -> None:
    names = ["img1", "img2", "img[1]", "IMG3", "im", "img\u2028x"]
    assert _names.match("img*", names) == ["img1", "img2", "img[1]", "img\u2028x"]
    assert _names.match("img?", names) == ["img1", "img2"]
    assert _names.match("img[1]", names) == ["img[1]"]


def test_a_number_is_added_to_a_taken_name_within_the_length() -> None:
    assert _names.make_unique("a", {"b"}) == "a"
    assert _names.make_unique("a", {"a"}) == "a (2)"
    long = "n" * 1000
    assert _names.make_unique(long, {long}) == "n" * 996 + " (2)"


def test_the_error_names_what_was_meant_and_what_is_there() -> None:
    error = _names.not_found("Sine", ["sine", "cosine", *map(str, range(20))])
    assert "'Sine' not found" in str(error)
    assert "Did you mean 'sine'" in str(error)
    assert "and 14 more" in str(error)
    assert error.suggestions[0] == "sine"
