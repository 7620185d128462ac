"""Files that would run code, that lie about their size, that are cut off: never run, one line."""

from __future__ import annotations

import io
import json
import os
import pickle
import random
import struct
import zipfile
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.worker import corpus
from visualizer.sources import SourceError, parse_source
from visualizer.worker.loaders import LoadError, recipe_for
from visualizer.worker.loaders.saved_files import NotANetwork


def refused(path: Path) -> str:
    """The one line that is told of the file, whatever it is opened as."""
    with pytest.raises(LoadError) as error:
        recipe_for(parse_source(str(path)))
    assert "\n" not in str(error.value) and len(str(error.value)) < 1000
    return str(error.value)


@pytest.mark.parametrize("container", corpus.CONTAINERS)
@pytest.mark.parametrize("payload", corpus.PAYLOADS)
@pytest.mark.parametrize("ending", [".pt", ".pth", ".bin", ".ckpt", ".safetensors"])
def test_that_nothing_in_a_file_runs_before_it_is_trusted(
    payload, container, ending, tmp_path: Path
) -> None:
    marker = tmp_path / "ran"
    path = tmp_path / f"model{ending}"
    path.write_bytes(container(payload(marker)))
    refused(path)
    with pytest.raises(LoadError):  # nor as weights of a known network
        recipe_for(parse_source("alexnet", str(path))).build("cpu")
    assert not marker.exists()


def test_that_a_file_cannot_speak_to_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(corpus.as_zip(b"\x80\x02c\x1b[2Jos\nsystem\n."))
    assert refused(path).isprintable()


def test_that_trust_in_another_file_is_none(tmp_path: Path) -> None:
    import msgspec

    marker, path = tmp_path / "ran", tmp_path / "model.pt"
    path.write_bytes(corpus.as_zip(corpus.with_network(marker)))
    source = msgspec.structs.replace(parse_source(str(path)), trust="0" * 64)
    with pytest.raises(NotANetwork) as error:
        recipe_for(source)
    assert error.value.file.needs_trust and not marker.exists()


def test_that_what_no_network_needs_is_told_first(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    content = pickle.dumps({"model": nn.Linear(2, 2)}, protocol=2)
    call = corpus.called(tmp_path / "ran")
    path.write_bytes(corpus.as_zip(content[:-1] + call[2:-1] + b"\x86."))
    line = refused(path)
    assert "among them os.system, which no network needs" in line


def test_that_the_marker_would_be_written(tmp_path: Path) -> None:
    """The payloads are real: unpickled, they do what they are for."""
    for payload in (corpus.reduced, corpus.stacked, corpus.nested):
        marker = tmp_path / payload.__name__
        pickle.loads(payload(marker))
        assert marker.exists()


# --------------------------------------------------------------------------- lies about sizes


def test_that_an_archive_that_unpacks_to_more_than_itself_is_not_unpacked(tmp_path: Path) -> None:
    for name in ("data.pkl", "data/0"):
        path = tmp_path / "bomb.pt"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            with archive.open(f"archive/{name}", "w") as record:
                for _ in range(64):
                    record.write(bytes(1 << 20))
            if name != "data.pkl":
                archive.writestr("archive/data.pkl", pickle.dumps({}))
        assert path.stat().st_size < 1 << 20
        assert "unpacks to 67,1" in refused(path)


def test_that_a_tensor_of_a_trillion_numbers_is_told_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "huge.pt"
    state = {"weight": torch.zeros(1).expand(1 << 20, 1 << 20)}
    torch.save(state, path)
    shown = pickle_of(path).replace(b"K\x00K\x00\x86", b"K\x01K\x01\x86")  # stride 1×1
    rewrite(path, shown)
    line = refused(path)
    assert "weight" in line and "1,099,511,627,776 numbers, more than the file has" in line


def test_that_an_expanded_tensor_stays_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "expanded.pt"
    torch.save({"weight": torch.ones(1).expand(1 << 10, 1 << 10)}, path)
    with pytest.raises(NotANetwork) as error:
        recipe_for(parse_source(str(path)))
    assert error.value.file.tensors[0].shape == (1024, 1024)


def pickle_of(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        name = next(n for n in archive.namelist() if n.endswith("data.pkl"))
        return archive.read(name)


def rewrite(path: Path, content: bytes) -> None:
    """The same archive with another pickle."""
    with zipfile.ZipFile(path) as archive:
        records = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, old in records.items():
            archive.writestr(name, content if name.endswith("data.pkl") else old)


@pytest.mark.parametrize("length", [0, 1, 1 << 40, (1 << 64) - 1])
def test_that_a_header_of_absurd_length_is_told(length: int, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(struct.pack("<Q", length) + b"{" + bytes(64))
    assert "cut off or damaged" in refused(path)


@pytest.mark.parametrize(
    ("shape", "offsets"),
    [
        ((1 << 40,), (0, 1 << 42)),
        ((4,), (0, 12)),
        ((4,), (-8, 8)),
        ((-4,), (0, 16)),
        ((4,), (16, 0)),
    ],
)
def test_that_a_tensor_outside_of_the_file_is_told(shape, offsets, tmp_path: Path) -> None:
    entry = {"dtype": "F32", "shape": shape, "data_offsets": offsets}
    header = json.dumps({"w": entry}).encode()
    path = tmp_path / "model.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(16))
    assert "w" in refused(path) and "damaged" in refused(path)


def test_that_values_shared_a_billion_times_take_no_time(tmp_path: Path) -> None:
    """Nested pairs of one another: 2^60 leaves when walked, endless when hashed."""
    pairs = b"".join(b"q" + bytes([n]) + b"h" + bytes([n]) + b"\x86" for n in range(60))
    path = tmp_path / "laughs.pt"
    path.write_bytes(corpus.as_zip(b"\x80\x02}(N" + pairs + b"Nu."))
    refused(path)


def test_that_a_deeply_nested_pickle_is_told(tmp_path: Path) -> None:
    path = tmp_path / "deep.pt"
    path.write_bytes(corpus.as_zip(b"\x80\x02N" + b"\x85" * 50_000 + b"."))
    assert "no network and no named tensors" in refused(path)


def test_that_an_endless_pickle_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualizer.worker.loaders.saved.opcodes.MOST_STEPS", 1000)
    path = tmp_path / "long.pt"
    path.write_bytes(corpus.as_zip(b"\x80\x02" + b"N0" * 5000 + b"N."))
    assert "longer than that of any network" in refused(path)


# --------------------------------------------------------------------------- damage


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Cut off somewhere, or with some bits flipped."""
    if chance.random() < 0.4:
        return content[: chance.randrange(len(content))]
    flipped = bytearray(content)
    for _ in range(chance.choice((1, 2, 8, 64))):
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


HONEST = {
    "zip.pt": corpus.saved,
    "row.pt": lambda: corpus.saved(legacy=True),
    "safe.safetensors": corpus.safetensors,
}


@pytest.mark.parametrize("name", HONEST)
def test_that_damaged_files_are_one_line(name: str, tmp_path: Path, mutations: int = 60) -> None:
    content, chance = HONEST[name](), random.Random(7)
    for number in range(mutations):
        path = tmp_path / f"{number}-{name}"
        path.write_bytes(mutated(content, chance))
        refused(path)  # it may be readable still: then it is told what it holds
        path.unlink()


# --------------------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["with spaces.pth", "веса.pth", "重み.safetensors", "é\n.pt"])
def test_that_any_name_will_do(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(corpus.safetensors() if name.endswith("safetensors") else corpus.saved())
    line = refused_raw(path)
    assert "holds only weights" in line and "\n" not in line


def test_that_a_name_that_is_no_text_is_told() -> None:
    name = os.fsdecode(b"/tmp/\xff\xfe.pth")
    for text, weights in ((name, None), ("alexnet", name)):
        with pytest.raises(SourceError, match="not valid text: rename the file"):
            parse_source(text, weights)


def refused_raw(path: Path) -> str:
    with pytest.raises(NotANetwork) as error:
        recipe_for(parse_source(str(path)))
    return str(error.value)


def test_that_the_folder_of_a_file_may_be_named_like_a_format(tmp_path: Path) -> None:
    folder = tmp_path / "net.pt"
    folder.mkdir()
    assert "is a folder" in refused(folder)


def test_that_an_archive_of_something_else_is_told(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("holiday.jpg", b"")
    path = tmp_path / "model.pt"
    path.write_bytes(file.getvalue())
    assert "not of a network" in refused(path)
