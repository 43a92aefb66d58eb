"""ipykernel made to drop a message as ZMQ drops it."""

__all__ = ["DROP_ONE"]

DROP_ONE = """
def drop_one(session, word):
    send = session.send
    def send_the_rest(stream, message, content=None, parent=None, *rest, **more):
        if not isinstance(message, dict):
            message = session.msg(message, content, parent)
        if word in str(message["content"]):
            del session.send
            return message  # which is numbered and never leaves, as what ZMQ drops
        return send(stream, message, None, None, *rest, **more)
    session.send = send_the_rest
drop_one(get_ipython().kernel.session, {word!r})
"""
"""Code after which the next message with `word` in its content never leaves the kernel."""
