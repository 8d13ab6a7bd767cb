from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testflux.kit import errors
from testflux.serve import multipart_body
from testflux.serve.multipart_body import Field

TYPE = "multipart/form-data; boundary=cut"


def form(*parts: tuple[str, bytes], end: bytes = b"--\r\n") -> bytes:
    body = b"".join(
        f"--cut\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n"
        for head, content in parts
    )
    return body + b"--cut" + end


async def chunks_of(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


class Keeper:
    """Keeps files, reading at most `most` bytes of each."""

    def __init__(self, most: int = 10**9) -> None:
        self.files: list[tuple[str, bytes]] = []
        self._most = most

    async def keep(self, name: str, chunks: AsyncIterator[bytes]) -> None:
        data = b""
        async for chunk in chunks:
            data += chunk
            if len(data) >= self._most:
                break
        self.files.append((name, data[: self._most]))


async def read(body: bytes, keeper: Keeper, size: int = 7, content_type: str = TYPE) -> list[Field]:
    return await multipart_body.read(content_type, chunks_of(body, size), keeper.keep)


@given(st.lists(st.binary(max_size=200), max_size=4), st.integers(min_value=1, max_value=64))
async def test_files_and_fields_in_any_chunks(contents: list[bytes], size: int) -> None:
    whole = [content.replace(b"--cut", b"") for content in contents]
    parts = [(f'name="files"; filename="{number}.bin"', content) for number, content in enumerate(whole)]
    keeper = Keeper()
    fields = await read(form(('name="branch"', b"main"), *parts, ('name="commit"', b"abc")), keeper, size)
    assert keeper.files == [(f"{number}.bin", content) for number, content in enumerate(whole)]
    assert fields == [Field("branch", "main"), Field("commit", "abc")]


async def test_what_a_keeper_leaves_is_passed_over() -> None:
    keeper = Keeper(most=3)
    big = ('name="files"; filename="big"', b"x" * 5000)
    fields = await read(form(big, ('name="branch"', b"main"), ('name="files"; filename="small"', b"yz")), keeper)
    assert keeper.files == [("big", b"xxx"), ("small", b"yz")]
    assert fields == [Field("branch", "main")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        form(('name="a"', b"1"), end=b""),
        form(('name="a"', b"1"), end=b"\r\n"),
        b"--cut\r\nbroken\r\n",
    ],
)
async def test_a_body_that_is_not_what_it_says(body: bytes) -> None:
    with pytest.raises(errors.InvalidError) as raised:
        await read(body, Keeper())
    assert raised.value.code == "multipart-broken"


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=", ""])
async def test_no_boundary(content_type: str) -> None:
    with pytest.raises(errors.InvalidError):
        await read(form(), Keeper(), content_type=content_type)


async def test_a_field_that_never_ends() -> None:
    with pytest.raises(errors.InvalidError) as raised:
        await read(form(('name="branch"', b"x" * (multipart_body.FIELD_BYTES + 1))), Keeper(), size=4096)
    assert raised.value.field == "branch"


async def test_a_field_that_is_not_utf_8() -> None:
    with pytest.raises(errors.InvalidError) as raised:
        await read(form(('name="branch"', b"\xff")), Keeper())
    assert raised.value.field == "branch"


async def test_too_many_parts() -> None:
    parts = [('name="a"', b"1")] * (multipart_body.MOST_PARTS + 1)
    with pytest.raises(errors.InvalidError):
        await read(form(*parts), Keeper(), size=4096)
