"""Which tensors of a file go where in a network, by names and shapes alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Shapes = Mapping[str, tuple[int, ...]]

# What wrappers put before all names: DataParallel, torch.compile, Lightning and hand-made ones.
_PREFIXES = ("module.", "_orig_mod.", "model.", "net.", "network.", "encoder.", "backbone.")
# torchvision's own DenseNet files still carry the names of an older release.
_OLD_DENSENET = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12])\.")
# Old files lack this counter; a network in evaluation does not read it.
_COUNTER = "num_batches_tracked"
# Beside the averaged weights in the files of torch.optim.swa_utils.AveragedModel.
_AVERAGED = "n_averaged"
_MOST_HEADS = 4


@dataclass(frozen=True)
class Match:
    """How the tensors of a file fit those of a network.

    `names` says for each of the network's tensors that the file has what it is called there.
    `heads` are modules of which the file has another number of outputs, and only that: it is
    empty as soon as anything else does not fit.
    """

    own: Shapes
    held: Shapes
    names: dict[str, str]
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    misshapen: tuple[str, ...]

    @property
    def wanted(self) -> int:
        """How many tensors the network has; counters of training steps only if they are there."""
        return sum(name in self.names or not name.endswith(_COUNTER) for name in self.own)

    @property
    def matched(self) -> int:
        """How many of them the file has in the same shape."""
        return len(self.names) - len(self.misshapen)

    @property
    def is_exact(self) -> bool:
        return not (self.missing or self.unexpected or self.misshapen)

    @property
    def heads(self) -> tuple[str, ...]:
        if self.missing or self.unexpected or not self.misshapen:
            return ()
        modules = tuple(dict.fromkeys(name.rpartition(".")[0] for name in self.misshapen))
        are_heads = len(modules) <= _MOST_HEADS and all(map(self._is_head, modules))
        return modules if are_heads else ()

    def _is_head(self, module: str) -> bool:
        weight = self.own.get(f"{module}.weight", ())
        inside = [name for name in self.misshapen if name.rpartition(".")[0] == module]
        return len(weight) > 1 and all(
            len(self.own[n]) == len(self.shape(n)) and self.own[n][1:] == self.shape(n)[1:]
            for n in inside
        )

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape that the file has for the network's tensor `name`."""
        return tuple(self.held[self.names[name]])

    @property
    def heads_text(self) -> str:
        """`fc has 10 outputs, as in the file, instead of 1000`."""
        told = (
            f"{head} has {self.shape(f'{head}.weight')[0]:,} outputs, as in the file, instead of "
            f"{self.own[f'{head}.weight'][0]:,}"
            for head in self.heads
            if f"{head}.weight" in self.misshapen
        )
        return "; ".join(told)

    @property
    def difference(self) -> str:
        """The first missing, unexpected and misshapen tensor, in words."""
        words = []
        if self.missing:
            words.append(f"missing {_first(self.missing)}")
        if self.unexpected:
            words.append(f"unexpected {_first(self.unexpected)}")
        if self.misshapen:
            name = self.misshapen[0]
            there, here = _sides(self.shape(name)), _sides(self.own[name])
            words.append(f"{name} is {there} in the file and {here} in the network")
        return "; ".join(words)


def matched(
    own: Shapes, held: Shapes, unused: tuple[str, ...] = (), absent: tuple[str, ...] = ()
) -> Match:
    """The best of all ways to read the names in the file.

    Those that begin with a part in `unused` may be left over in the file, those of the network
    that begin with a part in `absent` may be missing from it.
    """
    ways = (_matched(own, held, names, unused, absent) for names in readings(held))
    return max(ways, key=lambda match: match.matched)


def readings(held: Shapes) -> Iterator[dict[str, str]]:
    """The file's names by what they may mean: as they are, then without the prefixes of all."""
    names = {_OLD_DENSENET.sub(r"\1\2.", name): name for name in held if name != _AVERAGED}
    yield names
    while names and (prefix := _prefix_of_all(names)):
        names = {name.removeprefix(prefix): old for name, old in names.items()}
        yield names


def _prefix_of_all(names: Mapping[str, str]) -> str:
    fitting = (p for p in _PREFIXES if all(name.startswith(p) for name in names))
    return next(fitting, "")


def _matched(
    own: Shapes,
    held: Shapes,
    read: Mapping[str, str],
    unused: tuple[str, ...],
    absent: tuple[str, ...],
) -> Match:
    names = {name: read[name] for name in own if name in read}
    missing = tuple(
        name
        for name in own
        if name not in read and not name.endswith(_COUNTER) and not _begins(name, absent)
    )
    unexpected = tuple(name for name in read if name not in own and not _begins(name, unused))
    misshapen = tuple(name for name in names if tuple(own[name]) != tuple(held[names[name]]))
    if absent:
        own = {name: shape for name, shape in own.items() if name in names or name in missing}
    return Match(own, held, names, missing, unexpected, misshapen)


def _begins(name: str, parts: tuple[str, ...]) -> bool:
    return bool(parts) and name.startswith(parts)


def _first(names: tuple[str, ...]) -> str:
    return names[0] + (f" (and {len(names) - 1} more)" if len(names) > 1 else "")


def _sides(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "a single number"
