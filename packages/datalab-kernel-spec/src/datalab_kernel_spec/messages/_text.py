"""Text that is no valid Unicode, as file names may be: shown with a replacement sign.

xpython's C++ takes no such text, and fails a message, or the whole reply, that has some.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["publish_valid_text", "valid", "valid_text"]


def valid_text(text: str) -> str:
    """Return a text that can be sent, with a replacement sign for what is no character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def valid(value: Any) -> Any:
    """Return data with valid text; the very same object if all of its text is."""
    if isinstance(value, str):
        return valid_text(value)
    if isinstance(value, dict):
        mended = {valid(key): valid(item) for key, item in value.items()}
        is_same = all(key in value and value[key] is item for key, item in mended.items())
        return value if is_same else mended
    if isinstance(value, list | tuple):
        items = [valid(item) for item in value]
        is_same = all(new is old for new, old in zip(items, value, strict=True))
        return value if is_same else items
    return value


def publish_valid_text(shell: Any) -> None:
    """Let displays, results and answers of a shell have any text; called with the first cell."""
    publisher, hook = shell.display_pub, shell.displayhook
    publisher.publish_display_data = _mending(publisher.publish_display_data)
    hook.publish_execution_result = _mending(hook.publish_execution_result)


def _mending(publish: Callable[..., None]) -> Callable[..., None]:
    """Publish as it is, which costs nothing; only what xpython doesn't take is looked at."""

    def publish_mended(*arguments: Any) -> None:
        try:
            publish(*arguments)
        except (RuntimeError, UnicodeEncodeError):
            mended = valid(arguments)
            if mended is arguments:
                raise
            publish(*mended)

    return publish_mended
