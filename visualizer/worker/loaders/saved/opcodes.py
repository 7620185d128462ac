"""Reading a pickle without unpickling it: its opcodes build a tree in which nothing is real.

A pickle is a program for a small stack machine, and three of its instructions call whatever the
file names. Here they make a `Made` that says what would have been called with what. No name is
imported, no key is hashed (nested tuples take exponential time), and the number of steps is
bounded.
"""

from __future__ import annotations

import io
import pickletools
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO

MOST_STEPS = 5_000_000


class BadPickle(ValueError):
    """These bytes are no pickle, or one that is cut off, damaged or absurdly long."""


@dataclass(frozen=True)
class Global:
    """Something that the pickle would import."""

    name: str


@dataclass(frozen=True)
class Persistent:
    """Something that is kept outside of the pickle: a storage of numbers."""

    key: Any


@dataclass(eq=False)
class Mapping:
    """A dict, with its keys as they come."""

    pairs: list[tuple[Any, Any]] = field(default_factory=list)

    def get(self, key: str) -> Any:
        return next((value for name, value in self.pairs if _same(name, key)), None)

    def has(self, key: str) -> bool:
        return any(_same(name, key) for name, _ in self.pairs)


@dataclass(eq=False)
class Made:
    """What would have been made by calling `what`, then filled with items and a state."""

    what: Any
    arguments: Any
    items: list[Any] = field(default_factory=list)
    entries: Mapping = field(default_factory=Mapping)
    state: Any = None

    @property
    def name(self) -> str:
        return self.what.name if isinstance(self.what, Global) else ""


def _same(name: Any, key: str) -> bool:
    return isinstance(name, str) and name == key


class Machine:
    """Runs one pickle's opcodes; `globals` are the names that it would have imported, in order."""

    def __init__(self) -> None:
        self.globals: dict[str, None] = {}
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}

    def run(self, file: BinaryIO | io.BytesIO) -> Any:
        """The tree of the pickle that begins here; the file is left behind it. Raises BadPickle."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of odd escapes in strings
                self._run(file)
            return self._stack.pop()
        except BadPickle:
            raise
        except (ValueError, IndexError, KeyError, TypeError, OverflowError, EOFError) as error:
            raise BadPickle(f"its pickle is damaged: {error}") from error

    def _run(self, file: BinaryIO | io.BytesIO) -> None:
        for step, (opcode, argument, _) in enumerate(pickletools.genops(file)):
            if step > MOST_STEPS:
                raise BadPickle("its pickle is longer than that of any network")
            self._step(opcode.name, argument)

    def _step(self, name: str, argument: Any) -> None:
        if name in _CONSTANTS:
            self._push(_CONSTANTS[name])
        elif name in _LITERALS:
            self._push(argument)
        elif name in _STEPS:
            _STEPS[name](self, argument)
        elif name not in _NOTHING:
            raise BadPickle(f"its pickle has an instruction that no network needs: {name}")

    def _push(self, value: Any) -> None:
        self._stack.append(value)

    def _marked(self) -> list[Any]:
        """What was pushed since the last mark, taken off."""
        start = self._marks.pop()
        values = self._stack[start:]
        del self._stack[start:]
        return values

    def mark(self, _: Any) -> None:
        self._marks.append(len(self._stack))

    def pop(self, _: Any) -> None:
        if self._marks and self._marks[-1] == len(self._stack):
            self._marks.pop()
        else:
            self._stack.pop()

    def pop_mark(self, _: Any) -> None:
        self._marked()

    def duplicate(self, _: Any) -> None:
        self._push(self._stack[-1])

    def recall(self, argument: Any) -> None:
        self._push(self._memo[int(argument)])

    def remember(self, argument: Any) -> None:
        self._memo[int(argument)] = self._stack[-1]

    def memoize(self, _: Any) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def list_of(self, _: Any) -> None:
        self._push(self._marked())

    def tuple_of(self, _: Any) -> None:
        self._push(tuple(self._marked()))

    def short_tuple(self, length: int) -> None:
        values = tuple(self._stack[-length:])
        if len(values) < length:
            raise BadPickle("its pickle is damaged: a value is missing")
        del self._stack[-length:]
        self._push(values)

    def dict_of(self, _: Any) -> None:
        values = self._marked()
        self._push(Mapping(list(zip(values[::2], values[1::2], strict=True))))

    def empty_dict(self, _: Any) -> None:
        self._push(Mapping())

    def empty_list(self, _: Any) -> None:
        self._push([])

    def append(self, _: Any) -> None:
        self._fill([self._stack.pop()])

    def extend(self, _: Any) -> None:
        self._fill(self._marked())

    def _fill(self, values: list[Any]) -> None:
        into = self._stack[-1]
        items = into.items if isinstance(into, Made) else into
        if not isinstance(items, list):
            raise BadPickle("its pickle is damaged: items without a list")
        items.extend(values)

    def set_item(self, _: Any) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._enter([key, value])

    def set_items(self, _: Any) -> None:
        self._enter(self._marked())

    def _enter(self, values: list[Any]) -> None:
        into = self._stack[-1]
        mapping = into.entries if isinstance(into, Made) else into
        if not isinstance(mapping, Mapping):
            raise BadPickle("its pickle is damaged: keys without a dict")
        mapping.pairs.extend(zip(values[::2], values[1::2], strict=True))

    def named(self, argument: str) -> None:
        self._push(self._global(argument.replace(" ", ".", 1)))

    def named_on_stack(self, _: Any) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        if not (isinstance(name, str) and isinstance(module, str)):
            raise BadPickle("its pickle is damaged: what it imports has no name")
        self._push(self._global(f"{module}.{name}"))

    def _global(self, name: str) -> Global:
        self.globals[name] = None
        return Global(name)

    def extension(self, argument: int) -> None:
        self._push(self._global(f"copyreg extension {argument}"))

    def reduce(self, _: Any) -> None:
        arguments, what = self._stack.pop(), self._stack.pop()
        self._push(Made(what, arguments))

    def new_with_keywords(self, _: Any) -> None:
        keywords, arguments, what = self._stack.pop(), self._stack.pop(), self._stack.pop()
        self._push(Made(what, (arguments, keywords)))

    def instance(self, argument: str) -> None:
        what = self._global(argument.replace(" ", ".", 1))
        self._push(Made(what, tuple(self._marked())))

    def object_of(self, _: Any) -> None:
        what, *arguments = self._marked()
        self._push(Made(what, tuple(arguments)))

    def build(self, _: Any) -> None:
        state = self._stack.pop()
        if isinstance(self._stack[-1], Made):
            self._stack[-1].state = state

    def persistent(self, argument: Any) -> None:
        self._push(Persistent(argument))

    def persistent_on_stack(self, _: Any) -> None:
        self._push(Persistent(self._stack.pop()))


_NOTHING = frozenset({"PROTO", "STOP", "FRAME", "READONLY_BUFFER"})
_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_LITERALS = frozenset({
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT",
    "STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "SHORT_BINUNICODE", "BINUNICODE",
    "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8",
})  # fmt: skip
_Step = Callable[[Machine, Any], None]
_STEPS: dict[str, _Step] = {
    "MARK": Machine.mark, "POP": Machine.pop, "POP_MARK": Machine.pop_mark,
    "DUP": Machine.duplicate, "MEMOIZE": Machine.memoize,
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), Machine.recall),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), Machine.remember),
    # Of a set only what is in it matters: it is a list here.
    **dict.fromkeys(("LIST", "FROZENSET"), Machine.list_of),
    **dict.fromkeys(("EMPTY_LIST", "EMPTY_SET"), Machine.empty_list),
    **dict.fromkeys(("APPENDS", "ADDITEMS"), Machine.extend), "APPEND": Machine.append,
    "TUPLE": Machine.tuple_of, "TUPLE1": lambda self, _: self.short_tuple(1),
    "TUPLE2": lambda self, _: self.short_tuple(2), "TUPLE3": lambda self, _: self.short_tuple(3),
    "DICT": Machine.dict_of, "EMPTY_DICT": Machine.empty_dict,
    "SETITEM": Machine.set_item, "SETITEMS": Machine.set_items,
    "GLOBAL": Machine.named, "STACK_GLOBAL": Machine.named_on_stack,
    **dict.fromkeys(("EXT1", "EXT2", "EXT4"), Machine.extension),
    **dict.fromkeys(("REDUCE", "NEWOBJ"), Machine.reduce), "NEWOBJ_EX": Machine.new_with_keywords,
    "INST": Machine.instance, "OBJ": Machine.object_of, "BUILD": Machine.build,
    "PERSID": Machine.persistent, "BINPERSID": Machine.persistent_on_stack,
}  # fmt: skip
