"""Evidence in a student's words."""

from __future__ import annotations

from visualizer.bottlenecks.profile import Cut, CutProfile
from visualizer.costs.units import exact, percent


def evidence_for(profile: CutProfile, number: int, kind: str) -> str:
    """What passes at a cut, what came before, what is made of it afterwards, and the ratios
    that decided; `kind` as in `Finding`."""
    passing, ratios = _passing(profile, number), _ratios(profile, number)
    if kind == "cliff":
        return f"{passing}{_cliff(profile, number)}{ratios}"
    before = _before(profile, number, kind == "squeeze")
    spent = _spent(profile.cuts[number])
    return f"{passing}; {_afterwards(profile, number)}. {before}{spent}{ratios}"


def example_word(profile: CutProfile) -> str:
    """ "image" for a network that reads pictures, else "example"."""
    shapes = [node.output.shape for node in profile.tensors.graph.inputs]
    return "image" if len(shapes) == 1 and len(shapes[0]) == 4 else "example"


def narrowest_before(profile: CutProfile, number: int) -> Cut:
    """The first narrowest cut before this one; the input counts."""
    return profile.cuts[profile.narrowest_so_far[number - 1]]


def widest_after(profile: CutProfile, number: int) -> Cut:
    """The first widest later cut of the body."""
    return profile.cuts[profile.widest_from[number + 1]]


def place(cut: Cut) -> str:
    """Where a cut is: at a layer, or inside the branches that meet there."""
    return f"inside {named(cut)}" if cut.inside else named(cut)


def named(cut: Cut) -> str:
    """What a cut is: a layer, branches, or several inputs or outputs together."""
    if cut.inside:
        return f"the branches of {cut.node}"
    if len(cut.tensors) == 1:
        return cut.node
    return f"the {len(cut.tensors)} {'outputs' if cut.ends_at else 'inputs'}"


def at(cut: Cut) -> str:
    """Where something happens: at a layer, or in the branches that meet there."""
    return f"in {named(cut)}" if cut.inside else f"at {named(cut)}"


def parting_note(profile: CutProfile) -> str:
    """Where several outputs part so early that what follows is not one body; "" elsewhere."""
    if profile.parting is None:
        return ""
    outputs, shared = profile.tensors.predecessors[-1], profile.cuts[profile.parting]
    note = (
        f"The {len(outputs)} outputs part {at(shared)}: what comes after is not one body, and no "
        "cut of the whole network lies there."
    )
    judged = [part.output for part in profile.parts]
    if not judged:
        return f"{note} They are too many to be judged one by one."
    return f"{note} Judged besides, each on its own way: {', '.join(judged)}."


def _passing(profile: CutProfile, number: int) -> str:
    cut, example = profile.cuts[number], example_word(profile)
    across = f" through {len(cut.tensors)} branches" if len(cut.tensors) > 1 else ""
    return f"At most {exact(cut.width)} {profile.unit} per {example} pass here{across}"


def _afterwards(profile: CutProfile, number: int) -> str:
    later = widest_after(profile, number)
    return f"{exact(later.width)} are computed from them afterwards ({place(later)})"


def _before(profile: CutProfile, number: int, squeeze: bool) -> str:
    cut, earlier = profile.cuts[number], narrowest_before(profile, number)
    if squeeze and cut.width >= earlier.width:
        widest = profile.cuts[profile.widest_so_far[number - 1]]
        return (
            f"Before it they were spread over {exact(widest.width)} ({place(widest)}), and nothing "
            f"runs past; {place(earlier)} had fewer ({exact(earlier.width)}), so that counting "
            "alone proves no loss."
        )
    if cut.width >= earlier.width:
        return (
            f"But no more than {exact(earlier.width)} can have reached it anyway "
            f"({place(earlier)}), so this place is not what limits them."
        )
    share = percent(cut.width / earlier.width)
    return f"That is {share} of the {exact(earlier.width)} that got this far ({place(earlier)})."


def _spent(cut: Cut) -> str:
    if cut.macs_spent_share is None:
        return ""
    return f" {percent(cut.macs_spent_share)} of the arithmetic is done by then."


def _cliff(profile: CutProfile, number: int) -> str:
    cut, earlier = profile.cuts[number], narrowest_before(profile, number)
    share = percent(cut.width / earlier.width)
    return (
        f": {share} of the {exact(earlier.width)} that got this far ({place(earlier)}). "
        "This is the final representation; only the head follows."
    )


def _ratios(profile: CutProfile, number: int) -> str:
    cut = profile.cuts[number]
    named = (("β", cut.beta), ("ν", cut.nu), ("λ", cut.depth))
    return f" ({', '.join(f'{name} = {ratio:.3g}' for name, ratio in named if ratio is not None)})"
