"""The user's own code: factories, classes and modules, and what is said when they fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
import torch

from tests.worker.recipes import parameters, recipe
from visualizer.sources import ModelSource
from visualizer.worker.loaders import (
    BuildError,
    LoadError,
    guess_inputs,
    recipe_for,
)

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a Python file into a folder of its own."""

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
        return path

    return write_file


def test_that_a_factory_is_called_on_the_device_asked_for(write: Write) -> None:
    path = write("net.py", "from torch import nn\ndef build(): return nn.Conv2d(3, 8, 3)")
    known = recipe(f"{path}:build")
    assert known.build("meta").weight.is_meta
    assert not known.build("cpu").weight.is_meta
    assert not known.build("cpu").training
    assert (known.name, known.trained) == ("build", False)


def test_that_a_class_a_dotted_name_and_a_ready_network_can_be_opened(write: Write) -> None:
    path = write(
        "net.py",
        """
        from torch import nn
        class Net(nn.Module):
            def __init__(self, depth=1):
                super().__init__()
                self.layers = nn.Sequential(*[nn.Linear(4, 4) for _ in range(depth)])
            def forward(self, x):
                return self.layers(x)
            @classmethod
            def deep(cls):
                return cls(3)
        ready = Net(2)
        """,
    )
    # A 4 to 4 linear layer has 4 * 4 + 4 = 20 parameters.
    for factory, count in (("Net", 20), ("Net.deep", 60), ("ready", 40)):
        known = recipe(f"{path}:{factory}")
        for device in ("meta", "cpu"):
            network = known.build(device)
            assert parameters(network) == count
            assert next(network.parameters()).device.type == device


def test_that_the_network_inside_what_is_returned_can_be_opened(write: Write) -> None:
    path = write(
        "net.py",
        """
        from torch import nn
        class Detector:
            def __init__(self, width=4):
                self.model = nn.ModuleDict({"net": nn.Linear(width, 1)})
        """,
    )
    known = recipe(f"{path}:Detector(width=7).model.net")
    assert parameters(known.build("meta")) == 7 + 1
    assert known.name == "Detector"
    with pytest.raises(BuildError, match=r"of type Detector, which has no 'modle'"):
        recipe(f"{path}:Detector().modle").build("meta")


def test_that_a_network_beside_its_optimizer_is_found(write: Write) -> None:
    path = write(
        "net.py",
        """
        import torch
        from torch import nn
        def pair():
            network = nn.Linear(7, 1)
            return network, torch.optim.SGD(network.parameters(), 0.1)
        def two(): return nn.Linear(7, 1), nn.Linear(7, 1)
        class Wrapper(nn.Module):
            def __init__(self):
                super().__init__()
                self.model = nn.Linear(7, 1)
        """,
    )
    assert parameters(recipe(f"{path}:pair").build("meta")) == 7 + 1
    with pytest.raises(BuildError, match="returned an object of type tuple"):
        recipe(f"{path}:two").build("meta")
    with pytest.raises(BuildError, match=r"no forward pass: open a part of it \(model\)"):
        recipe(f"{path}:Wrapper").build("meta")


def test_that_files_beside_it_and_relative_imports_are_found(write: Write) -> None:
    write("helper.py", "CHANNELS = 5")
    plain = write(
        "net.py",
        """
        from torch import nn
        def build():
            import helper   # only while it builds
            return nn.Conv2d(helper.CHANNELS, 1, 1)
        """,
    )
    assert guess_inputs(recipe(f"{plain}:build").build("meta"), "net")[0].shape[1] == 5
    write("package/__init__.py", "")
    write("package/parts.py", "from torch import nn\nclass Part(nn.Linear): pass")
    inner = write("package/net.py", "from .parts import Part\ndef build(): return Part(7, 1)")
    assert guess_inputs(recipe(f"{inner}:build").build("meta"), "net")[0].shape == (1, 7)


def test_that_relative_imports_need_no_init_file(write: Write) -> None:
    write("net/parts.py", "from torch import nn\nclass Part(nn.Linear): pass")
    write("net/sizes.py", "N = 7")
    inner = write(
        "net/deep/model.py",
        """
        from ..parts import Part
        def build():
            from ..sizes import N
            return Part(N, 1)
        """,
    )
    assert guess_inputs(recipe(f"{inner}:build").build("meta"), "net")[0].shape == (1, 7)


def test_that_dots_in_the_names_of_files_and_folders_do_no_harm(write: Write) -> None:
    write("net-1.0/parts.py", "from torch import nn\nclass Part(nn.Linear): pass")
    build = "def build(): return Part(7, 1)"
    for name, parts in (
        ("net-1.0/net.py", ".parts"),
        ("net-1.0/net.v2.py", ".parts"),
        ("net-1.0/deep 2.1/net.py", "..parts"),
        ("net-1.0/alone.v3.py", "parts"),
    ):
        inner = write(name, f"from {parts} import Part\n{build}")
        assert guess_inputs(recipe(f"{inner}:build").build("meta"), "net")[0].shape == (1, 7)


def test_that_an_edited_file_and_its_helper_are_read_again(write: Write) -> None:
    path = write(
        "net.py", "import parts\nfrom torch import nn\ndef build(): return nn.Linear(parts.N, 1)"
    )
    for width in (3, 4):
        write("parts.py", f"N = {width}")
        network = recipe(f"{path}:build").build("meta")
        assert guess_inputs(network, "net")[0].shape == (1, width)
    assert not list(path.parent.rglob("__pycache__"))


def test_that_two_sources_each_keep_their_own_helper(write: Write) -> None:
    known = {}
    for folder, width in (("one", 3), ("two", 4)):
        write(f"{folder}/helper.py", f"WIDTH = {width}")
        path = write(
            f"{folder}/net.py",
            """
            from torch import nn
            import helper
            def build():
                import helper as again
                return nn.Linear(helper.WIDTH, again.WIDTH)
            """,
        )
        known[width] = recipe(f"{path}:build")
    for width, either in known.items():
        assert either.build("meta").weight.shape == (width, width)


def test_that_a_module_is_found_from_the_current_folder(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("lab/nets.py", "from torch import nn\ndef build(): return nn.Linear(2, 1)")
    monkeypatch.chdir(path.parents[1])
    assert parameters(recipe("lab.nets:build").build("cpu")) == 3


def test_that_an_installed_module_can_be_opened() -> None:
    assert parameters(recipe("torchvision.models:alexnet").build("meta")) == 61_100_840


def test_that_a_missing_module_and_a_missing_import_inside_one_are_told_apart(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("lab/nets.py", "import surely_not_installed")
    monkeypatch.chdir(path.parents[1])
    with pytest.raises(LoadError, match=r"there is no module lab\.nests"):
        recipe("lab.nests:build")
    with pytest.raises(
        BuildError,
        match=r"importing lab\.nets raised ModuleNotFoundError.* at nets\.py:1 `import surely_not",
    ):
        recipe("lab.nets:build")


def test_that_a_raising_factory_is_told_with_the_users_own_line_only(write: Write) -> None:
    path = write(
        "net.py",
        """
        def deeper():
            raise ValueError("depth must be odd")

        def build():
            return deeper()
        """,
    )
    with pytest.raises(BuildError) as error:
        recipe(f"{path}:build").build("cpu")
    assert str(error.value) == (
        "build() in net.py raised ValueError: depth must be odd"
        ' at net.py:3 `raise ValueError("depth must be odd")`'
    )
    assert error.value.detail.count("File ") == 2
    assert "loaders" not in error.value.detail
    assert error.value.detail.rstrip().endswith("ValueError: depth must be odd")


def test_that_an_error_inside_torch_is_told_at_the_users_line(write: Write) -> None:
    path = write(
        "net.py", "from torch import nn\ndef build():\n    return nn.Conv2d(3, 8, 3, groups=2)"
    )
    with pytest.raises(BuildError, match=r"at net\.py:3 `return nn\.Conv2d\(3, 8, 3, groups=2\)`"):
        recipe(f"{path}:build").build("cpu")


def test_that_a_syntax_error_names_its_line(write: Write) -> None:
    path = write("net.py", "x = 1\ndef build(:\n    pass")
    with pytest.raises(
        BuildError, match=r"importing net\.py raised SyntaxError.* at net\.py:2 `def build\(:`"
    ):
        recipe(f"{path}:build")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("import sys; sys.exit(2)", r"build\(\) in net\.py called sys\.exit\(2\) at net\.py:1"),
        ("raise KeyboardInterrupt", r"raised KeyboardInterrupt at"),
        ("return None", r"returned None: it has to return a torch\.nn\.Module"),
        ("return 42", r"returned an object of type int"),
    ],
)
def test_that_a_factory_cannot_get_out_by_other_ways(body: str, text: str, write: Write) -> None:
    path = write("net.py", f"def build(): {body}")
    with pytest.raises(BuildError, match=text):
        recipe(f"{path}:build").build("cpu")


def test_that_sys_exit_while_importing_is_told(write: Write) -> None:
    path = write("net.py", "raise SystemExit")
    with pytest.raises(BuildError, match=r"importing net\.py called sys\.exit\(\)"):
        recipe(f"{path}:build")


@pytest.mark.parametrize(
    ("factory", "text"),
    [
        ("bild", r"net\.py has no 'bild'; did you mean build\?"),
        ("zzz", r"net\.py has no 'zzz'; it has build, sized"),
        ("NUMBER", r"NUMBER is an object of type int: it has to be a function"),
        ("sized", r"sized\(width\) cannot be called without arguments"),
    ],
)
def test_that_a_wrong_factory_name_says_what_is_there(
    factory: str, text: str, write: Write
) -> None:
    path = write(
        "net.py",
        """
        from torch import nn
        NUMBER = 3
        def build(): return nn.Linear(1, 1)
        def sized(width): return nn.Linear(width, 1)
        """,
    )
    with pytest.raises(LoadError, match=text):
        recipe(f"{path}:{factory}")


def test_that_a_missing_file_gets_the_nearest_one(write: Write) -> None:
    path = write("network.py", "")
    with pytest.raises(
        LoadError, match=r"there is no file .*netwrk\.py; did you mean network\.py\?"
    ):
        recipe(f"{path.with_name('netwrk.py')}:build")
    with pytest.raises(LoadError, match=r"the folder .* does not exist"):
        recipe("no/such/folder/net.py:build")


def test_that_a_file_called_like_a_library_does_not_replace_it(write: Write) -> None:
    import json

    path = write("json.py", "from torch import nn\ndef build(): return nn.Linear(1, 1)")
    recipe(f"{path}:build").build("meta")
    assert __import__("json") is json


def test_that_a_weights_file_goes_into_the_users_network(write: Write, tmp_path: Path) -> None:
    path = write("net.py", "from torch import nn\ndef build(): return nn.Linear(2, 1, bias=False)")
    torch.save({"weight": torch.tensor([[3.0, 4.0]])}, tmp_path / "w.pth")
    known = recipe_for(ModelSource("file_factory", str(path), "build", str(tmp_path / "w.pth")))
    assert known.build("cpu").weight.tolist() == [[3.0, 4.0]]
    assert known.trained
