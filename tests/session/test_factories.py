import pytest

from visualizer.session.factories import factories_in
from visualizer.sources import SourceError


def test_that_what_needs_no_arguments_is_offered_first_and_the_rest_to_be_filled_in(tmp_path):
    file = tmp_path / "nets.py"
    file.write_text(
        "import torch\nraise SystemExit('this line is never run')\n"
        "def helper(): ...\n"
        "def needs(width): ...\n"
        "def build(width=4, *, depth=2): ...\n"
        "def strict(*, width): ...\n"
        "class Net(torch.nn.Module):\n    def __init__(self, width=8): ...\n"
        "class Sized(torch.nn.Module):\n    def __init__(self, width, depth=1, *, heads): ...\n"
        "def make_net(width, depth): ...\n"
    )
    assert factories_in(file) == (
        "build", "Net", "helper", "Sized(width=, heads=)", "make_net(width=, depth=)",
    )  # fmt: skip


def test_that_a_file_that_is_not_python_is_told(tmp_path):
    file = tmp_path / "broken.py"
    file.write_text("def (:")
    with pytest.raises(SourceError, match=r"broken\.py is not valid Python"):
        factories_in(file)


def test_that_a_missing_file_is_told(tmp_path):
    with pytest.raises(SourceError, match="cannot read"):
        factories_in(tmp_path / "none.py")
