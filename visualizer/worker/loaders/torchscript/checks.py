"""What a TorchScript file could do, found in its source before anything of it is loaded.

Loading compiles the file's code and runs the `__setstate__` of its classes, so the check comes
first. TorchScript is a small language that reaches the machine by ops only: by name after
`torch.` or as a method, by namespace after `ops.`, through custom classes, or through getattr
with a literal. Each of them is looked at as tokens, so that spacing hides nothing.
"""

from __future__ import annotations

import re

from visualizer.worker.extraction.words import words
from visualizer.worker.loaders.base import LoadError
from visualizer.worker.loaders.programs.archives import Archive, opened
from visualizer.worker.loaders.programs.operators import OperatorError, check_operator

_TOKEN = re.compile(
    r"""(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')"""
    r"|(?P<comment>\#[^\n]*)"
    r"|(?P<name>[^\W\d]\w*)|(?P<space>[\s\\]+)|(?P<other>.)",
    re.DOTALL,
)
_PLAIN_TEXT = re.compile(r"""["'][\w.]*["']$""")
_SHUT = words("from_file save set_ resize_storage_bytes rpc_sync rpc_async rpc_remote PythonOp")
_OPEN_PRIM = words(
    """
    unchecked_cast unchecked_unwrap_optional NumToTensor tolist rangelist min max abs device dtype
    layout requires_grad data is_cuda is_cpu is_quantized is_sparse is_sparse_csr is_meta is_mkldnn
    is_mps is_nested is_vulkan is_xla is_xpu is_ipu is_maia is_mtia itemsize nbytes name type
    RaiseException Uninitialized Print isinstance fork id index TupleIndex TupleUnpack EnumName
    EnumValue
    """
)
_CLASS = re.compile(rb"torch\.classes\.(\w{1,80})(?:\.|\n)(\w{1,80})")
_OPEN_CLASSES = words("quantized rnn")
_CODE = (".py",)
_PICKLES = ("data.pkl", "constants.pkl")
_MOST_CODE = 64 << 20


def check_script(location: str) -> None:
    """Raises LoadError for a file that is damaged or whose code may do more than compute."""
    with opened(location) as archive:
        code = [n for n in archive.names if n.startswith("code/") and n.endswith(_CODE)]
        sources = {name: _tokens(_text(archive, name, location)) for name in code}
        runs_at_loading = any("__setstate__" in tokens for tokens in sources.values())
        for tokens in sources.values():
            _check_tokens(tokens, location)
            if runs_at_loading:
                _check_aliases(tokens, location)
        for name in _PICKLES:
            if name in archive:
                _check_classes(archive.read(name), location)


def _text(archive: Archive, name: str, location: str) -> str:
    if archive.size(name) > _MOST_CODE:
        raise LoadError(f"{location} has {archive.size(name):,} bytes of code: it is not opened")
    return archive.read(name).decode("utf-8", errors="strict")


def _check_classes(pickle: bytes, location: str) -> None:
    for home, name in _CLASS.findall(pickle):
        if home.decode() not in _OPEN_CLASSES:
            raise _refused(location, f"uses the custom class {home.decode()}.{name.decode()}")


def _tokens(source: str) -> list[str]:
    return [m[0] for m in _TOKEN.finditer(source) if m.lastgroup not in ("space", "comment")]


def _check_aliases(tokens: list[str], location: str) -> None:
    """Where code runs at loading, before our interpreter looks at every op, `ops` may not be
    given another name."""
    for number, token in enumerate(tokens):
        if token == "ops" and "." not in (*tokens[number - 1 : number], *tokens[number + 1 :][:1]):
            raise _refused(location, "hands on the table of ops")


def _check_tokens(tokens: list[str], location: str) -> None:
    for number, token in enumerate(tokens):
        if token in _SHUT:
            raise _refused(location, f"calls {token}")
        if token == "getattr":
            _check_getattr(tokens, number, location)
        is_head = tokens[number - 1 : number] != ["."]
        if token == "ops" and is_head and tokens[number + 1 : number + 2] == ["."]:
            _check_named(tokens[number + 2 : number + 5], location)
        if token == "classes" and tokens[number - 2 : number] == ["torch", "."]:
            home = "".join(tokens[number + 2 : number + 3])
            if home not in _OPEN_CLASSES:
                raise _refused(location, f"uses a custom class of {home or 'no known kind'}")


def _check_getattr(tokens: list[str], number: int, location: str) -> None:
    """Names of attributes are written out, and are none of those that are shut."""
    depth = 0
    for position in range(number + 1, len(tokens)):
        token = tokens[position]
        depth += (token in "([{") - (token in ")]}")
        if depth == 1 and token == ",":
            name, after = tokens[position + 1], tokens[position + 2 : position + 3]
            if _PLAIN_TEXT.match(name) and name[1:-1] not in _SHUT and after in ([")"], [","]):
                return
            break
        if depth == 0:
            break
    raise _refused(location, "looks up an attribute by a name that cannot be read")


def _check_named(tokens: list[str], location: str) -> None:
    """`ops.aten.relu` is home, dot, name."""
    home, name = "".join(tokens[:1]), "".join(tokens[2:3])
    if home == "prim" and name in _OPEN_PRIM:
        return
    try:
        check_operator(home, name)
    except OperatorError as error:
        raise _refused(location, f"calls {home}.{name}") from error


def _refused(location: str, what: str) -> LoadError:
    return LoadError(
        f"{location} is not opened: its code {what}, which can reach outside the network; nothing "
        "of it was run. Open such a file only in a program of your own"
    )
