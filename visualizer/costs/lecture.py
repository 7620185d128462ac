"""What the lecture "CNN Architectures" (EECS 498) says, and where arithmetic differs."""

from __future__ import annotations

from collections.abc import Sequence

_VGG_TO_ALEXNET = (
    "The lecture's slide says VGG-16 : AlexNet is 25× in memory, 2.3× in parameters and 19.4× in "
    "flop (its flop is a MAC).",
    "Its VGG-16 lacks conv3_3 (48.6 MB, 13.6 GMACs; with it 51.7 MB, 15.5 GMACs), and its ratios "
    "are of rounded values.",
    "True, for 224×224 into VGG-16 and the slide's 227×227 into AlexNet: memory 27.0× (conv and "
    "linear outputs; 25.6× with pools), parameters 2.26×, MACs 21.6×.",
)


def slide_ratios(names: Sequence[str]) -> tuple[str, ...]:
    """What the slide gives for AlexNet against VGG-16, and why the true ratios differ; nothing
    for other networks."""
    return _VGG_TO_ALEXNET if {"alexnet", "vgg16"} <= {_of_slide(name) for name in names} else ()


def slide_notes(names: Sequence[str]) -> dict[tuple[str, str], str]:
    """What the slide prints beside figures (title, about) of `costs.comparison`, for the second
    network against the first; nothing for other networks or the other way round."""
    return _SLIDE_RATIOS.get(tuple(map(_of_slide, names)), {})


def _of_slide(name: str) -> str:
    """`alexnet` also for `lecture:alexnet`, `vgg16` also for `lecture:vgg16-slide`."""
    return name.removeprefix("lecture:").removesuffix("-slide")


_MEMORY = ("Lecture's memory", "outputs of conv and linear layers")
_PARAMS = ("Parameters", "weights and biases, each once")
_MACS = ("MACs", "convolution, linear, attention")
_SLIDE_RATIOS: dict[tuple[str, ...], dict[tuple[str, str], str]] = {
    ("alexnet", "vgg16"): {_MEMORY: "slide: 25×", _PARAMS: "slide: 2.3×", _MACS: "slide: 19.4×"}
}
