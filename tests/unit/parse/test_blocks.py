from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from testflux.parse import blocks


@given(st.binary(max_size=300), st.integers(0, 300))
def test_a_replay_gives_the_head_again_and_then_the_rest(data: bytes, looked_at: int) -> None:
    stream = io.BytesIO(data)
    head = stream.read(looked_at)
    assert blocks.everything(blocks.Replay(head, stream)) == data


@given(st.binary(max_size=300), st.integers(1, 7))
def test_a_replay_gives_no_more_than_asked(data: bytes, size: int) -> None:
    replay = blocks.Replay(data, io.BytesIO())
    parts = [replay.read(size) for _ in range(0, len(data), size)]
    assert b"".join(parts) == data
    assert all(len(part) <= size for part in parts)
    assert replay.read(size) == b""


def test_a_full_read_waits_for_all_of_it() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(3, size or 0))

    assert blocks.full(Slow(b"0123456789"), 7) == b"0123456"
    assert blocks.full(Slow(b"0123"), 7) == b"0123"


def test_only_the_last_block_is_short() -> None:
    sizes = [len(block) for block in blocks.blocks(io.BytesIO(bytes(2 * blocks.SIZE + 1)))]
    assert sizes == [blocks.SIZE, blocks.SIZE, 1]
