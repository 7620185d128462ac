"""`.pt2` and TorchScript files open as the network that was saved."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.ao.nn import quantized
from torch.nn import functional as F
from torchvision import models

from tests.worker.program_files import (
    SAVERS,
    SPEC,
    Small,
    counted,
    opened,
    outline,
    picture,
    save_exported,
    save_scripted,
    save_traced,
)
from visualizer.costs import cost_report
from visualizer.sources import InputSpec, ModelSource
from visualizer.worker.extraction import TraceError, extract
from visualizer.worker.extraction.routes import META, REAL
from visualizer.worker.live import run_forward
from visualizer.worker.loaders import guess_inputs, recipe_for

FORMATS = tuple(SAVERS)


def save(format: str, network: nn.Module, folder: Path, *inputs: Tensor) -> Path:
    ending, saver = SAVERS[format]
    return saver(network, folder / f"net{ending}", *inputs)


@pytest.mark.parametrize("format", FORMATS)
def test_that_a_saved_network_has_the_ops_names_and_hierarchy_of_the_eager_one(
    format: str, tmp_path: Path
) -> None:
    network = Small().eval()
    eager, _ = extract(lambda device: network, SPEC, name="net")
    graph = opened(save(format, network, tmp_path, picture()))
    assert outline(graph) == outline(eager)
    assert counted(graph) == counted(eager)
    assert graph.route == META
    assert [m.type_name for m in graph.modules] == [m.type_name for m in eager.modules]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", ["squeezenet1_1"])
def test_that_a_torchvision_network_counts_the_same_from_every_format(
    name: str, format: str, tmp_path: Path
) -> None:
    network = models.get_model(name, weights=None).eval()
    spec = (InputSpec((1, 3, 64, 64)),)
    eager, _ = extract(lambda device: network, spec, name=name)
    path = save(format, network, tmp_path, torch.randn(1, 3, 64, 64))
    assert counted(opened(path, spec)) == counted(eager)


@pytest.mark.parametrize("format", FORMATS)
def test_that_live_outputs_of_every_op_equal_the_eager_networks(
    format: str, tmp_path: Path
) -> None:
    network, x = Small().eval(), picture()
    path = save(format, network, tmp_path, x)
    recipe = recipe_for(ModelSource("file", str(path)))
    graph, _ = extract(recipe.build, SPEC, name="net")
    eager, _ = extract(lambda device: network, SPEC, name="net")
    ours = run_forward(recipe.build("cpu"), graph, [x], None, 1 << 30, lambda: None)
    theirs = run_forward(network, eager, [x], None, 1 << 30, lambda: None)
    with torch.no_grad():
        assert torch.equal(ours.outputs[0], network(x))
    assert ours.kept.keys() == theirs.kept.keys()
    assert all(torch.equal(ours.kept[node], theirs.kept[node]) for node in theirs.kept)


@pytest.mark.parametrize("format", FORMATS)
def test_that_one_layer_can_be_kept_by_its_hook_alone(format: str, tmp_path: Path) -> None:
    network, x = Small().eval(), picture()
    recipe = recipe_for(ModelSource("file", str(save(format, network, tmp_path, x))))
    graph, _ = extract(recipe.build, SPEC, name="net")
    run = run_forward(
        recipe.build("cpu"), graph, [x], frozenset({"blocks.1.conv"}), 1 << 30, lambda: None
    )
    with torch.no_grad():
        expected = network.blocks[1].conv(network.blocks[0](network.stem(x)))
    assert torch.equal(run.kept["blocks.1.conv"], expected)


def test_that_an_exported_program_opens_with_the_inputs_it_was_exported_with(
    tmp_path: Path,
) -> None:
    class Scaled(nn.Module):
        def forward(self, x: Tensor, *, scale: Tensor) -> Tensor:
            return x * scale

    path = tmp_path / "net.pt2"
    program = torch.export.export(
        Scaled(),
        (torch.ones(4, 6),),
        {"scale": torch.ones(6, dtype=torch.float64)},
        dynamic_shapes={"x": {0: torch.export.Dim.DYNAMIC}, "scale": None},
    )
    torch.export.save(program, path)
    recipe = recipe_for(ModelSource("file", str(path)))
    assert recipe.default_inputs == (InputSpec((4, 6)), InputSpec((6,), "float64", "scale"))
    graph = opened(path, (InputSpec((2, 6)), InputSpec((6,), "float64", "scale")))
    assert graph.nodes[-1].outputs[0].shape == (2, 6)


def test_that_a_program_may_change_its_buffers_and_hold_constants(tmp_path: Path) -> None:
    class Counting(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("calls", torch.zeros(1))

        def forward(self, x: Tensor) -> Tensor:
            self.calls += 1
            return x * self.calls + torch.tensor([1.0, 2.0])

    path = save_exported(Counting(), tmp_path / "net.pt2", torch.ones(2))
    network = recipe_for(ModelSource("file", str(path))).build("cpu")
    assert network(torch.ones(2)).tolist() == [2.0, 3.0]
    assert network(torch.ones(2)).tolist() == [3.0, 4.0]


@pytest.mark.parametrize("format", FORMATS)
def test_that_tied_weights_are_counted_once(format: str, tmp_path: Path) -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False)
            self.second.weight = self.first.weight

        def forward(self, x: Tensor) -> Tensor:
            return self.second(self.first(x))

    spec = (InputSpec((1, 4)),)
    graph = opened(save(format, Tied(), tmp_path, torch.ones(1, 4)), spec)
    assert cost_report(graph).totals.params == 16
    assert cost_report(graph).totals.macs == 32


def test_that_decomposed_programs_count_as_the_network_they_came_from(tmp_path: Path) -> None:
    network = Small().eval()
    program = torch.export.export(network, (picture(),)).run_decompositions()
    torch.export.save(program, tmp_path / "net.pt2")
    eager, _ = extract(lambda device: network, SPEC, name="net")
    graph = opened(tmp_path / "net.pt2")
    assert counted(graph) == counted(eager)
    assert cost_report(graph).uncovered_ops == ()


class Flow(nn.Module):
    """Loops, lists, dictionaries, a branch on values and a function with a default."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])

    def forward(self, x: Tensor, times: int = 2) -> Tensor:
        found = []
        for layer in self.layers:
            x = F.relu(layer(x))
            found.append(x)
        for _ in range(times):
            x = x + 1
        if bool(x.sum() > 1e6):
            x = x * 2
        table = {"last": x, "first": found[0]}
        return torch.cat(found + [table["last"]], dim=1)  # noqa: RUF005 - lists are added on purpose


def test_that_scripted_loops_lists_and_branches_run_as_in_python(tmp_path: Path) -> None:
    network = Flow().eval()
    path = save_scripted(network, tmp_path / "net.pt")
    graph = opened(path, (InputSpec((2, 4)),))
    assert [node.op for node in graph.ops] == [*["linear", "relu"] * 3, "add", "add", "sum",
                                               "gt", "cat"]  # fmt: skip
    assert graph.route == REAL  # the branch asks for a value
    x = torch.randn(2, 4)
    read = recipe_for(ModelSource("file", str(path))).build("cpu")
    with torch.no_grad():
        assert torch.equal(read(x), network(x))
        assert torch.equal(read(x, 5), network(x, 5))


def test_that_an_error_raised_by_the_files_own_code_is_told(tmp_path: Path) -> None:
    class Strict(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            if x.dim() != 3:
                raise ValueError("three dimensions, please")
            return x

    path = save_scripted(Strict(), tmp_path / "net.pt")
    with pytest.raises(TraceError, match="three dimensions, please"):
        opened(path, (InputSpec((1, 4)),))


@pytest.mark.parametrize("format", ["traced", "scripted"])
def test_that_the_weights_of_an_lstm_in_a_script_stay_the_modules_own(
    format: str, tmp_path: Path
) -> None:
    class Reader(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words = nn.Embedding(10, 6)
            self.lstm = nn.LSTM(6, 8, batch_first=True)

        def forward(self, ids: Tensor) -> Tensor:
            return self.lstm(self.words(ids))[0]

    network, ids = Reader().eval(), torch.tensor([[1, 2, 3]])
    path = save(format, network, tmp_path, ids)
    graph = opened(path, (InputSpec((1, 3), "int64"),))
    lstm = next(node for node in graph.nodes if node.op == "lstm")
    assert lstm.parameters["weight_ih_l0"] == "lstm.weight_ih_l0"
    # 3 steps of 4 gates of 8 numbers from 6 inputs and 8 states
    assert cost_report(graph).totals.macs == 3 * 4 * 8 * (6 + 8)


@pytest.mark.parametrize(
    ("network", "spec"),
    [
        (nn.Sequential(nn.Conv2d(3, 2, 1)), InputSpec((1, 3, 224, 224))),
        (nn.Sequential(nn.Linear(7, 2)), InputSpec((1, 7))),
        (nn.Sequential(nn.Embedding(9, 2)), InputSpec((1, 16), "int64")),
    ],
)
def test_that_the_inputs_of_a_script_are_guessed_from_its_first_layer(
    network: nn.Module, spec: InputSpec, tmp_path: Path
) -> None:
    path = save_scripted(network, tmp_path / "net.pt")
    read = recipe_for(ModelSource("file", str(path))).build("cpu")
    assert guess_inputs(read, "net") == (spec,)


def test_that_a_quantized_script_runs_as_it_was_saved(tmp_path: Path) -> None:
    network = nn.Sequential(
        quantized.Quantize(torch.tensor(0.1), torch.tensor(0), torch.quint8),
        quantized.Conv2d(3, 4, 3),
        quantized.DeQuantize(),
    )
    x = torch.randn(1, 3, 8, 8)
    path = save_traced(network, tmp_path / "net.pt", x)
    read = recipe_for(ModelSource("file", str(path))).build("cpu")
    with torch.no_grad():
        assert torch.equal(read(x), network(x))
