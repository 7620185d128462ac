import os
import struct

import msgspec
import pytest

from visualizer.channel import MAX_MESSAGE_BYTES, Channel, ChannelClosed


class Ping(msgspec.Struct, frozen=True, tag=True):
    number: int


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as reader, os.fdopen(writing, "wb") as writer:
        yield reader, writer


def test_that_a_message_arrives_as_it_was_sent(pipe):
    channel = Channel(*pipe, Ping)
    channel.send(Ping(7))
    assert channel.receive() == Ping(7)


def test_that_a_message_of_another_type_is_refused(pipe):
    channel = Channel(*pipe, Ping)
    body = msgspec.msgpack.encode({"type": "Ping", "number": "seven"})
    pipe[1].write(struct.pack("<Q", len(body)) + body)
    pipe[1].flush()
    with pytest.raises(ChannelClosed, match="undecodable"):
        channel.receive()


def test_that_an_unbelievable_length_allocates_nothing(pipe):
    pipe[1].write(struct.pack("<Q", MAX_MESSAGE_BYTES + 1))
    pipe[1].flush()
    with pytest.raises(ChannelClosed, match="believable"):
        Channel(*pipe, Ping).receive()


def test_that_the_end_of_the_stream_is_said(pipe):
    channel = Channel(*pipe, Ping)
    pipe[1].close()
    with pytest.raises(ChannelClosed, match="end of stream"):
        channel.receive()
