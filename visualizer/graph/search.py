"""Search over a network: plain words and `field:value` terms, all of which must match.

`layer1 conv` finds ids that contain both words. A word is looked for in names, ops, types and
shapes; one that some name contains and that ends in a digit must end a number elsewhere too:
`conv2` then finds `layer1.0.conv2` and not every Conv2d. Fields narrow the search:

========  ==============================================  =========================
field     matches                                         example
========  ==============================================  =========================
op        the executed op, from its beginning             `op:conv2d`, `op:*pool*`
type      the module's class, from its beginning          `type:Conv2d`
name      the id, anywhere                                `name:downsample`
family    the op family, from its beginning               `family:norm`
shape     an output shape, with or without the batch      `shape:64x56x56`, `shape:*x7x7`
in        an input shape                                  `in:3x224x224`
dtype     the output's dtype                              `dtype:int64`
kernel    the window; one number means every side         `kernel:5`, `kernel:1x7`
stride padding dilation groups  as kernel                 `stride:2`, `groups:32`
========  ==============================================  =========================

Any other attribute of an op is a field too, `ceil_mode:true`. Case is ignored; `*` stands for
anything; a regular expression stands between slashes, `/conv[23]$/`, and is looked for in names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

import msgspec

from visualizer.graph.families import family_of
from visualizer.graph.hierarchy import ROOT, Group, Hierarchy
from visualizer.graph.model import AttributeValue, LayerGraph, Node, TensorSpec

FIELDS = (
    "op", "type", "name", "family", "shape", "in", "dtype",
    "kernel", "stride", "padding", "dilation", "groups",
)  # fmt: skip

_SHORT_FORMS = {"k": "kernel", "s": "stride", "p": "padding", "input": "in", "output": "shape"}
_ANYWHERE = ("", "name")
_SEPARATOR = " "
_DESCRIPTION = "description"
_PATTERN = "pattern"

FieldText = Callable[[LayerGraph, Node], str]


class Term(msgspec.Struct, frozen=True):
    """One condition; `field` "" is a plain word."""

    field: str
    value: str


class Query(msgspec.Struct, frozen=True):
    """What the user typed. `hint` is one line about a field that does not exist, or ""."""

    terms: tuple[Term, ...]
    hint: str = ""


def parse_query(text: str, attributes: Collection[str] = ()) -> Query:
    """Read a search text. Fields are FIELDS and `attributes`; an unknown one is searched for as a
    plain word, with a hint, and so is what begins like a regular expression and is none."""
    terms: list[Term] = []
    hint = ""
    for written in text.split():
        if len(written) > 2 and written.startswith("/") and written.endswith("/"):
            terms.append(Term(_PATTERN, written[1:-1]))
            hint = _pattern_problem(written[1:-1]) or hint
            continue
        word = written.lower().replace("×", "x")
        field, colon, value = word.partition(":")
        field = _SHORT_FORMS.get(field, field)
        if colon and (field in FIELDS or field in attributes):
            terms += [Term(field, value)] if value else []
        else:
            terms.append(Term("", word))
            if colon and field and field.isalpha():
                hint = f"there is no field '{field}': use {', '.join(FIELDS)}"
    return Query(tuple(terms), hint)


def _pattern_problem(pattern: str) -> str:
    """Why a regular expression cannot be read, in one line, or ""."""
    try:
        re.compile(pattern)
    except re.error as error:
        return f"'{pattern}' is no regular expression: {error}"
    return ""


def kernel_sides(graph: LayerGraph, node: Node) -> tuple[int, ...]:
    """The window of a convolution or pooling, per axis; () for other ops.

    A convolution's window is read from its weight when the op does not carry it.
    """
    for key in ("kernel_size", "kernel"):
        if key in node.attributes:
            return _as_sides(node.attributes[key], _spatial_axes(node))
    weight = graph.parameter_spec(node, "weight")
    if weight is not None and node.op.startswith(("conv", "deform_conv")):
        return weight.shape[2:]
    return ()


def sides_of(node: Node, attribute: str) -> tuple[int, ...]:
    """An attribute such as stride or padding, per spatial axis; () when it has none."""
    return _as_sides(node.attributes.get(attribute), _spatial_axes(node))


class SearchIndex:
    """The searchable text of one network, written once; `find` then takes milliseconds.

    Results are node ids, and group ids when a hierarchy is given, in tree order.
    """

    def __init__(self, graph: LayerGraph, hierarchy: Hierarchy | None = None) -> None:
        self._graph = graph
        self._hierarchy = hierarchy
        self._ids = _searchable_ids(graph, hierarchy)
        self._texts: dict[str, list[str]] = {}
        self._attributes = frozenset(name for node in graph.nodes for name in node.attributes)

    def parse(self, text: str) -> Query:
        """What the user typed, with the attributes of this network as fields."""
        return parse_query(text, self._attributes)

    def find(self, text: str) -> list[str]:
        """Ids that satisfy every term; all of them for an empty text."""
        rows = list(range(len(self._ids)))
        for term in self.parse(text).terms:
            if term.field or "*" in term.value:
                matches, texts = _matcher(term), self._texts_of(term.field)
                rows = [row for row in rows if matches(texts[row])]
            else:
                rows = self._with_word(term.value, rows)
        return [self._ids[row] for row in rows]

    def _with_word(self, word: str, rows: list[int]) -> list[int]:
        """The rows whose name contains `word`, or whose op, type or shape has it."""
        names, descriptions = self._texts_of("name"), self._texts_of(_DESCRIPTION)
        is_name = any(word in name for name in names)
        strict = is_name and word[-1].isdigit()
        matches = _number_finder(word) if strict else lambda text: word in text
        described = {text for text in set(descriptions) if matches(text)}
        return [row for row in rows if word in names[row] or descriptions[row] in described]

    def _texts_of(self, field: str) -> list[str]:
        if field not in self._texts:
            self._texts[field] = [self._text(item, field).lower() for item in self._ids]
        return self._texts[field]

    def _text(self, item: str, field: str) -> str:
        node = self._graph.by_id.get(item)
        if node is not None:
            return _node_text(self._graph, node, field)
        if self._hierarchy is None:
            return ""
        return _group_text(self._hierarchy.groups[item], field)


def search(graph: LayerGraph, text: str, hierarchy: Hierarchy | None = None) -> list[str]:
    """One search; keep a SearchIndex where the user types."""
    return SearchIndex(graph, hierarchy).find(text)


def _searchable_ids(graph: LayerGraph, hierarchy: Hierarchy | None) -> list[str]:
    return list(hierarchy.walk(ROOT)) if hierarchy else [node.id for node in graph.nodes]


def _node_text(graph: LayerGraph, node: Node, field: str) -> str:
    if field == "":
        return _SEPARATOR.join((node.id, _description(graph, node)))
    if field in _NODE_FIELDS:
        return _NODE_FIELDS[field](graph, node)
    return _value_text(node.attributes.get(field, ""))


def _value_text(value: AttributeValue) -> str:
    """An attribute as it is typed: `true`, `0.1`, `1x7`."""
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _description(graph: LayerGraph, node: Node) -> str:
    return _SEPARATOR.join(
        (node.op, node.module_type, family_of(node.op), _output_shapes(graph, node))
    )


def _group_text(group: Group, field: str) -> str:
    if field in ("type", _DESCRIPTION):
        return group.type_name
    texts = {"": f"{group.id} {group.type_name}", "name": group.id, _PATTERN: group.id}
    return texts.get(field, "")


def _output_shapes(_: LayerGraph, node: Node) -> str:
    return _shapes(node.outputs)


def _shapes(specs: tuple[TensorSpec, ...]) -> str:
    """Every shape twice, with and without its batch, so that either is found."""
    return _SEPARATOR.join(
        "x".join(map(str, sides)) for spec in specs for sides in (spec.shape, spec.shape[1:])
    )


def _side_texts(sides: tuple[int, ...]) -> str:
    """`3x3 3` for a square window, `1x7` for others."""
    text = "x".join(map(str, sides))
    return f"{text} {sides[0]}" if len(set(sides)) == 1 else text


def _attribute(name: str) -> FieldText:
    return lambda _, node: _side_texts(sides_of(node, name))


_NODE_FIELDS: dict[str, FieldText] = {
    _DESCRIPTION: _description,
    "op": lambda _, node: node.op,
    "type": lambda _, node: node.module_type,
    "name": lambda _, node: node.id,
    _PATTERN: lambda _, node: node.id,
    "family": lambda _, node: family_of(node.op),
    "shape": _output_shapes,
    "in": lambda graph, node: _shapes(graph.input_specs(node)),
    "dtype": lambda _, node: _SEPARATOR.join(spec.dtype for spec in node.outputs),
    "kernel": lambda graph, node: _side_texts(kernel_sides(graph, node)),
    "stride": _attribute("stride"),
    "padding": _attribute("padding"),
    "dilation": _attribute("dilation"),
    "groups": lambda _, node: str(node.attributes.get("groups", "")),
}


def _spatial_axes(node: Node) -> int:
    """How many axes the op's name says it has: `conv2d` 2; 1 when it does not say."""
    match = re.search(r"([123])d$", node.op)
    return int(match[1]) if match else 1


def _as_sides(value: AttributeValue, axes: int) -> tuple[int, ...]:
    if isinstance(value, bool) or value is None:
        return ()
    if isinstance(value, int):
        return (value,) * axes
    if isinstance(value, tuple):
        sides = tuple(side for side in value if isinstance(side, int))
        return sides * axes if len(sides) == 1 else sides
    return ()


def _matcher(term: Term) -> Callable[[str], bool]:
    """Plain words match anywhere; text fields from a word's beginning; numbers a whole word; what
    is no regular expression nowhere."""
    if term.field == _PATTERN:
        problem = _pattern_problem(term.value)
        return _finder(f"(?i:{term.value})") if not problem else lambda text: False
    if term.field in _ANYWHERE and "*" not in term.value:
        return lambda text: term.value in text
    pattern = r"\S*".join(map(re.escape, term.value.split("*")))
    if term.field in _ANYWHERE:
        return _finder(pattern)
    end = "" if term.field in ("op", "type", "family") else r"(?=\s|$)"
    return _finder(rf"(?:^|\s){pattern}{end}")


def _number_finder(word: str) -> Callable[[str], bool]:
    """Whether a word that ends in a digit stands where a number ends: `conv2` not in `conv2d`.

    An x may follow, which stands between the sides of a shape.
    """
    return _finder(rf"{re.escape(word)}(?![0-9a-wyz])")


def _finder(pattern: str) -> Callable[[str], bool]:
    found = re.compile(pattern).search
    return lambda text: found(text) is not None
