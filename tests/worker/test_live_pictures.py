"""Pictures in, numbers for the network out; and what the network says about them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.models import AlexNet_Weights, EfficientNet_B0_Weights, ResNet50_Weights

from visualizer.sources import Preprocessing
from visualizer.worker.live import (
    DeviceError,
    PictureError,
    available_devices,
    choose_device,
    load_picture,
    prepare,
    top_predictions,
)


def noise(width: int, height: int) -> Image.Image:
    values = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(values)


@pytest.mark.parametrize(
    ("weights", "how"),
    [
        (ResNet50_Weights.DEFAULT, Preprocessing(232, (224, 224))),
        (AlexNet_Weights.DEFAULT, Preprocessing(256, (224, 224))),
        (EfficientNet_B0_Weights.DEFAULT, Preprocessing(256, (224, 224), interpolation="bicubic")),
    ],
)
@pytest.mark.parametrize("size", [(400, 300), (100, 640), (224, 224)])
def test_that_pictures_are_prepared_as_torchvision_prepares_them(weights, how, size) -> None:
    picture = noise(*size)
    tensor, seen = prepare(picture, how)
    assert torch.equal(tensor[0], weights.transforms()(picture))
    assert (seen.shape, seen.dtype) == ((224, 224, 3), np.uint8)


def test_that_what_is_shown_is_what_the_network_sees_before_mean_and_std() -> None:
    tensor, seen = prepare(noise(64, 64), Preprocessing(64, (64, 64), (0.5,) * 3, (0.25,) * 3))
    back = ((tensor[0] * 0.25 + 0.5) * 255).round().to(torch.uint8).permute(1, 2, 0)
    assert np.array_equal(back.numpy(), seen)
    assert np.array_equal(seen, np.asarray(noise(64, 64)))


def test_that_a_stretched_picture_is_seen_whole() -> None:
    picture = Image.new("RGB", (40, 20))
    picture.paste((255, 255, 255), (20, 0, 40, 20))
    how = Preprocessing(99, (8, 8), interpolation="nearest", stretch=True)
    _, seen = prepare(picture, how)
    assert (seen[:, :4] == 0).all() and (seen[:, 4:] == 255).all()


def test_that_a_network_of_one_channel_gets_gray() -> None:
    how = Preprocessing(28, (28, 28), mean=(0.1307,), std=(0.3081,))
    tensor, seen = prepare(noise(40, 40), how, channels=1)
    assert tensor.shape == (1, 1, 28, 28)
    assert (seen[..., 0] == seen[..., 2]).all()


def test_that_other_channels_are_refused() -> None:
    with pytest.raises(PictureError, match="4 channels"):
        prepare(noise(8, 8), Preprocessing(8, (8, 8)), channels=4)


# ----------------------------------------------------------------------- files

RED, BLUE = (255, 0, 0), (0, 0, 255)


def red_and_blue() -> Image.Image:
    """16 wide, 8 high: left half red, right half blue."""
    picture = Image.new("RGB", (16, 8), RED)
    picture.paste(BLUE, (8, 0, 16, 8))
    return picture


@pytest.mark.parametrize("suffix", ["png", "webp", "bmp"])
def test_that_every_kind_of_picture_is_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"picture.{suffix}"
    red_and_blue().save(path, **({"lossless": True} if suffix == "webp" else {}))
    picture = load_picture(path)
    assert (picture.mode, picture.size) == ("RGB", (16, 8))
    assert (picture.getpixel((1, 1)), picture.getpixel((14, 6))) == (RED, BLUE)


@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [
        (1, (16, 8), (0, 0)), (2, (16, 8), (15, 0)), (3, (16, 8), (15, 7)), (4, (16, 8), (0, 0)),
        (5, (8, 16), (0, 0)), (6, (8, 16), (0, 0)), (7, (8, 16), (0, 15)), (8, (8, 16), (0, 15)),
    ],
)  # fmt: skip
def test_that_exif_rotation_is_applied(tmp_path: Path, orientation, size, red_at) -> None:
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = orientation
    red_and_blue().save(path, quality=95, exif=exif)
    picture = load_picture(path)
    red, _, blue = picture.getpixel(red_at)
    assert picture.size == size
    assert red > 200 and blue < 60


@pytest.mark.parametrize("mode", ["P", "L", "LA", "RGBA", "1", "CMYK"])
def test_that_every_mode_becomes_rgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("picture.jpg" if mode == "CMYK" else "picture.png")
    red_and_blue().convert(mode).save(path)
    assert load_picture(path).mode == "RGB"


def test_that_transparency_lies_on_white(tmp_path: Path) -> None:
    path = tmp_path / "glass.png"
    picture = Image.new("RGBA", (2, 1), (10, 20, 30, 0))
    picture.putpixel((1, 0), (10, 20, 30, 255))
    picture.save(path)
    read = load_picture(path)
    assert (read.getpixel((0, 0)), read.getpixel((1, 0))) == ((255, 255, 255), (10, 20, 30))


def test_that_sixteen_bits_become_eight(tmp_path: Path) -> None:
    path = tmp_path / "deep.png"
    values = np.array([[0, 257, 32896, 65535]], dtype=np.uint16)
    Image.fromarray(values).save(path)
    assert np.asarray(load_picture(path))[0, :, 1].tolist() == [0, 1, 128, 255]


def bytes_at(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_that_unreadable_pictures_are_told_in_one_line(tmp_path: Path) -> None:
    good = tmp_path / "good.png"
    noise(64, 64).save(good)
    cases = {
        tmp_path / "none.png": "there is no picture",
        tmp_path: "is a folder",
        bytes_at(tmp_path / "text.png", b"hello"): "not a picture this program reads",
        bytes_at(tmp_path / "empty.jpg", b""): "not a picture this program reads",
        bytes_at(tmp_path / "cut.png", good.read_bytes()[:3000]): "damaged or cut short",
    }
    for path, message in cases.items():
        with pytest.raises(PictureError, match=message) as caught:
            load_picture(path)
        assert "\n" not in str(caught.value)


def test_that_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    Image.new("1", (20_000, 6_000)).save(path)
    assert path.stat().st_size < 100_000
    with pytest.raises(PictureError, match="20000×6000 pixels"):
        load_picture(path)


def test_that_a_picture_of_absurd_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.bmp"
    Image.new("1", (8, 8)).save(path)
    header = bytearray(path.read_bytes())
    header[18:22] = (2**30).to_bytes(4, "little")
    header[22:26] = (2**20).to_bytes(4, "little")
    path.write_bytes(header)
    with pytest.raises(PictureError, match="pixels"):
        load_picture(path)


# ----------------------------------------------------------------------- classes and devices


def test_that_the_most_probable_classes_come_first_with_softmax() -> None:
    scores = torch.tensor([[0.0, 2.0, 1.0]])
    best = top_predictions([scores], ["cat", "dog", "bird"], count=2)
    assert [(p.index, p.name) for p in best] == [(1, "dog"), (2, "bird")]
    # e^2 / (1 + e^2 + e) and e / (1 + e^2 + e)
    assert [p.probability for p in best] == pytest.approx([0.66524, 0.24473], abs=1e-5)


def test_that_probabilities_are_not_softmaxed_again() -> None:
    (best, *_) = top_predictions([torch.tensor([[0.1, 0.7, 0.2]])])
    assert (best.name, best.probability) == ("class 1", pytest.approx(0.7))


@pytest.mark.parametrize(
    "outputs", [[], [torch.rand(1, 3, 4, 4)], [torch.rand(2, 5)], [torch.zeros(1, 5).long()]]
)
def test_that_only_one_row_of_scores_is_classes(outputs: list[torch.Tensor]) -> None:
    assert top_predictions(outputs) == ()


def test_that_names_of_another_data_set_are_not_used() -> None:
    assert top_predictions([torch.tensor([[0.0, 1.0]])], ["just one"])[0].name == "class 1"


def test_that_the_cpu_always_works_and_comes_last() -> None:
    devices = available_devices()
    assert devices[-1][0] == "cpu"
    assert all(name for _, name in devices)
    assert choose_device("cpu") == torch.device("cpu")
    assert choose_device("auto").type == devices[0][0]


def test_that_a_device_that_is_not_there_is_refused() -> None:
    missing = next(d for d in ("mps", "cuda") if d not in dict(available_devices()))
    with pytest.raises(DeviceError, match=f"no {missing} device works here: use one of auto"):
        choose_device(missing)
