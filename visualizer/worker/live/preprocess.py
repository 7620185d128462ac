"""From a picture file to the network's input, exactly as torchvision's own transforms do it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

from visualizer.sources import Preprocessing

_FORMATS = ("PNG", "JPEG", "WEBP", "BMP")
_MOST_PIXELS = 100_000_000
_TO_8_BIT = 1 / 257  # 65,535 becomes 255


class PictureError(ValueError):
    """The picture cannot be used; the text is one line that says why and what to do."""


def load_picture(path: str | Path) -> Image.Image:
    """A PNG, JPEG, WebP or BMP file as an upright RGB picture.

    EXIF rotation is applied, transparency laid on white, 16 bits scaled to 8. Raises
    PictureError.
    """
    path = Path(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=_FORMATS) as picture:
                _refuse_bomb(path, picture)
                picture.load()
                return _rgb(ImageOps.exif_transpose(picture))
    except FileNotFoundError:
        raise PictureError(f"there is no picture {path}") from None
    except IsADirectoryError:
        raise PictureError(f"{path} is a folder: give a picture file") from None
    except UnidentifiedImageError:
        raise PictureError(
            f"{path.name} is not a picture this program reads: use PNG, JPEG, WebP or BMP"
        ) from None
    except Image.DecompressionBombError:
        raise PictureError(_too_large(path, "far too many pixels")) from None
    except PermissionError:
        raise PictureError(f"{path} may not be read: check its permissions") from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        if isinstance(error, PictureError):
            raise
        raise PictureError(f"{path.name} is damaged or cut short: {error}") from error


def _refuse_bomb(path: Path, picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > _MOST_PIXELS:
        raise PictureError(_too_large(path, f"{width}×{height} pixels"))


def _too_large(path: Path, size: str) -> str:
    most = _MOST_PIXELS // 1_000_000
    return f"{path.name} has {size}: at most {most} million are read, shrink it first"


def _rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I") or picture.mode == "F":
        values = np.asarray(picture, dtype=np.float64) * _TO_8_BIT
        picture = Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture)
    return picture.convert("RGB")


_INTERPOLATION = {
    "nearest": InterpolationMode.NEAREST,
    "bilinear": InterpolationMode.BILINEAR,
    "bicubic": InterpolationMode.BICUBIC,
}


def prepare(
    image: Image.Image, how: Preprocessing, channels: int = 3
) -> tuple[torch.Tensor, np.ndarray]:
    """The network's input, (1, channels, H, W) float32, and what it sees, (H, W, 3) uint8.

    The same numbers as torchvision's `weights.transforms()`. A network of one channel gets
    the picture in gray. Raises PictureError for other numbers of channels.
    """
    if channels not in (1, 3):
        raise PictureError(f"the network takes {channels} channels; a picture has 3, or 1 in gray")
    side = list(how.crop) if how.stretch else [how.resize]
    resized = F.resize(image, side, _INTERPOLATION[how.interpolation], antialias=True)
    cropped = F.center_crop(resized, list(how.crop))
    seen = cropped if channels == 3 else cropped.convert("L")
    scaled = F.convert_image_dtype(F.pil_to_tensor(seen), torch.float32)
    mean, std = _per_channel(how.mean, channels), _per_channel(how.std, channels)
    tensor = F.normalize(scaled, mean=mean, std=std).unsqueeze(0)
    return tensor, np.array(seen.convert("RGB"), dtype=np.uint8)


def _per_channel(values: Sequence[float], channels: int) -> list[float]:
    """One value for each channel; for a gray picture the mean of the colours'."""
    if len(values) == channels:
        return list(values)
    return [sum(values) / len(values)] * channels
