"""What kind of reduction a place is: recognized by what it is made of."""

from __future__ import annotations

from visualizer.bottlenecks.reductions.model import Kind
from visualizer.bottlenecks.reductions.places import Place, Survey, is_regrouping

_WORDS: dict[Kind, str] = {
    "pool": "The pool makes the grid smaller; no channels are added.",
    "strided-conv": "One convolution takes steps: it makes the grid smaller and the new channels.",
    "residual": "The block takes steps, and so does the shortcut that is added to it.",
    "fig9-left": "The pool makes the grid smaller before the convolution adds channels: in "
    "between, fewer numbers pass than are computed from them.",
    "fig9-right": "The convolution adds channels on the large grid, then the pool makes it "
    "smaller: nothing is lost in between, at the price of the large grid.",
    "fig10": "Convolutions with steps stand beside a pool, and their outputs are concatenated: "
    "the pool keeps the old channels, the convolutions add new ones.",
    "patchify": "The picture is cut into patches, and each becomes one position: kernel and step "
    "are equal, so that patches do not overlap.",
}


def classify(survey: Survey, place: Place) -> tuple[Kind, str]:
    """Kind of the reduction, and in words how it works."""
    if is_regrouping(survey, place):
        return "patch-merging", (
            "Neighbouring positions are laid side by side as channels, which loses nothing; the "
            "1×1 layer after it decides how many are kept."
        )
    if survey.only_source(place.turn) == place.read:
        kind, words = _of_one_op(survey, place)
    else:
        kind, words = _of_branches(survey, place)
    return kind, words or _WORDS[kind]


def _of_one_op(survey: Survey, place: Place) -> tuple[Kind, str]:
    if survey.family(place.turn) == "pool":
        return _of_pool(survey, place)
    conv, node = survey.conv(place.turn), survey.maker(place.turn)
    if conv is None:
        op = node.op if node is not None else "?"
        return "other", f"{op} makes the grid smaller."
    if conv.is_depthwise:
        return "depthwise", _depthwise_words(survey, place)
    if conv.kernel != conv.stride:
        return "strided-conv", ""
    if place.start == 0:
        return "patchify", ""
    return "patch-merging", (
        f"Patches of {conv.kernel_text} that do not overlap become one position each: kernel and "
        "step are equal."
    )


def _of_pool(survey: Survey, place: Place) -> tuple[Kind, str]:
    if place.end != place.turn:
        return "fig9-left", ""
    if place.read == place.start:
        return "pool", ""
    conv = survey.conv(place.read)
    if conv is not None and conv.c_out > conv.c_in:
        return "fig9-right", ""
    return "transition", (
        "A 1×1 convolution makes or keeps few channels, then the pool makes the grid smaller "
        "(transition of a DenseNet)."
    )


def _depthwise_words(survey: Survey, place: Place) -> str:
    around = []
    if place.read != place.start:
        around.append("a 1×1 convolution widens before it")
    if place.end != place.turn:
        around.append("a 1×1 convolution mixes the channels after it")
    said = f"; {' and '.join(around)}" if around else ""
    return f"A convolution with one filter for each channel takes steps{said}."


def _of_branches(survey: Survey, place: Place) -> tuple[Kind, str]:
    family = survey.family(place.turn)
    inner = [position for position in place.inside if position < place.turn]
    meet_before = any(survey.family(position) == "add" for position in inner)
    if family == "add" and not meet_before:
        return "residual", ""
    if family != "concat":
        node = survey.maker(place.turn)
        end = node.id if node is not None else "the output"
        return "other", f"Several ways through {len(inner)} tensors meet in {end}."
    branches = [_branch(survey, place, tip) for tip in survey.tensors.predecessors[place.turn]]
    kinds = {_kind_of_branch(survey, branch) for branch in branches}
    if kinds == {"pool", "conv"}:
        return "fig10", ""
    if kinds == {"conv"}:
        return "other", (
            f"{len(branches)} branches with strided convolutions, concatenated, and no pool "
            "beside them."
        )
    return "other", f"{len(branches)} branches are concatenated."


def _branch(survey: Survey, place: Place, tip: int) -> tuple[int, ...]:
    """The tensors of one branch, from its end back to where the branches part."""
    found: list[int] = []
    position: int | None = tip
    while position is not None and position > place.start:
        found.append(position)
        position = survey.only_source(position)
    return tuple(found)


def _kind_of_branch(survey: Survey, branch: tuple[int, ...]) -> str:
    families = {survey.family(position) for position in branch}
    if families == {"pool"}:
        return "pool"
    return "conv" if survey.strided(branch) else "other"
