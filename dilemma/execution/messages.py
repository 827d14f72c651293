"""Jupyter's messages through a pipe, between a kernel and its only client."""

from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from jupyter_client.session import json_packer, json_unpacker

Message = dict[str, Any]


def packed(message: Message, buffers: Sequence[bytes] = ()) -> list[bytes]:
    """A message and what belongs to it in bytes, ready to be sent."""
    return [json_packer({**message, "buffers": len(buffers)}), *buffers]


def send(pipe: Connection, parts: Sequence[bytes]) -> None:
    """Sends what `packed` has made; waits while the pipe is full."""
    for part in parts:
        pipe.send_bytes(part)


def receive(pipe: Connection) -> Message:
    """The next message, for which it waits; raises EOFError or OSError when the other end is closed."""
    message = json_unpacker(pipe.recv_bytes())
    return {**message, "buffers": [pipe.recv_bytes() for _ in range(message["buffers"])]}
