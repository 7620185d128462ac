"""What a classifier says: the most probable classes by name."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from visualizer.engine.messages import Prediction


def top_predictions(
    outputs: Sequence[torch.Tensor], names: Sequence[str] = (), count: int = 5
) -> tuple[Prediction, ...]:
    """The `count` most probable classes of the first output, by softmax.

    Empty unless that output is one row of at least two scores, (1, K), and no other output has
    class numbers, as those of detectors do. Classes without a name
    are called "class 7". Outputs that are probabilities already are taken as they are.
    """
    if not outputs or not _is_scores(outputs[0]) or any(map(_has_classes, outputs[1:])):
        return ()
    scores = outputs[0][0].detach().float().cpu()
    probabilities = scores if _are_probabilities(scores) else scores.softmax(0)
    best = probabilities.topk(min(count, len(probabilities)))
    return tuple(
        Prediction(index, _name(names, index, len(probabilities)), probability)
        for index, probability in zip(best.indices.tolist(), best.values.tolist(), strict=True)
    )


def _is_scores(output: torch.Tensor) -> bool:
    return (
        output.dim() == 2
        and output.shape[0] == 1
        and output.shape[1] > 1
        and output.is_floating_point()
    )


def _has_classes(output: torch.Tensor) -> bool:
    """A detector that has found one thing gives a row too: its box, with a label apart."""
    return not (output.is_floating_point() or output.is_complex() or output.dtype == torch.bool)


def _are_probabilities(scores: torch.Tensor) -> bool:
    """A network that ends in a softmax must not be put through another."""
    return bool((scores >= 0).all()) and abs(float(scores.sum()) - 1.0) < 1e-3


def _name(names: Sequence[str], index: int, classes: int) -> str:
    """Names are used only when there is one for each class."""
    return names[index] if len(names) == classes else f"class {index}"
