"""`visualizer.trace` on live networks: what it tells, and that it leaves no trace itself."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import threading

import pytest
import torch
import torchvision
from torch import nn

import visualizer
from visualizer import InputSpec

LeNet = nn.Sequential(
    nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2),
    nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
    nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(),
    nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
)  # fmt: skip

# By hand: out · kernel² · in channels for 28², 10² and one place, then the two matrices.
LENET_MACS = 28 * 28 * 6 * 25 + 10 * 10 * 16 * 150 + 120 * 400 + 120 * 84 + 84 * 10
LENET_PARAMS = 156 + 2_416 + 48_120 + 10_164 + 850


class Everything(nn.Module):
    """State of every kind that a careless tracer would change."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(4)
        self.linear = nn.utils.parametrizations.weight_norm(nn.Linear(4, 4))
        self.drop = nn.Dropout()
        self.register_buffer("calls", torch.zeros(()))
        self.plain = torch.ones(4)
        self.seen: list[object] = []

    def forward(self, x: torch.Tensor, factor: float = 1.0) -> torch.Tensor:
        self.calls += 1
        self.seen.append(x)
        self.last = x
        noise = torch.rand(4)
        return self.drop(self.linear(self.norm(x)) * self.plain) * factor + noise


# ---------------------------------------------------------------------- what it tells


def test_that_costs_are_those_worked_out_by_hand() -> None:
    traced = visualizer.trace(LeNet, torch.zeros(1, 1, 32, 32))
    assert (traced.macs, traced.params) == (LENET_MACS, LENET_PARAMS)
    assert traced.flops == 2 * LENET_MACS
    assert traced.param_bytes == 4 * LENET_PARAMS
    assert [row.op for row in traced.layers][:3] == ["conv2d", "tanh", "avg_pool2d"]
    assert traced["3"].macs == 10 * 10 * 16 * 150
    assert [node.id for node in traced.graph.ops] == [row.id for row in traced]


def test_that_totals_and_title_are_its_text() -> None:
    text = repr(visualizer.trace(LeNet, "1x1x32x32"))
    assert text.startswith("Sequential, input 1x1x32x32, 12 ops")
    assert f"{LENET_MACS:,}" in text and f"{LENET_PARAMS:,}" in text


def test_that_the_summary_has_a_line_for_each_layer() -> None:
    traced = visualizer.trace(LeNet, "1x1x32x32")
    lines = traced.summary().splitlines()
    assert sum("Conv2d" in line for line in lines) == 3
    assert lines[-3].split() == ["Parameters", f"{LENET_PARAMS:,}", *lines[-3].split()[2:]]


def test_that_a_notebook_gets_a_table_with_every_layer() -> None:
    page = visualizer.trace(LeNet, "1x1x32x32")._repr_html_()
    assert page.count("<tr>") == 3 + 1 + 12
    assert f"{LENET_MACS:,}" in page


def test_that_json_is_what_the_command_line_prints() -> None:
    document = json.loads(visualizer.trace(LeNet, "1x1x32x32").to_json())
    assert document["totals"]["macs"] == LENET_MACS
    assert document["inputs"] == [{"shape": [1, 1, 32, 32], "dtype": "float32"}]


def test_that_pandas_gets_a_line_for_each_layer() -> None:
    table = visualizer.trace(LeNet, "1x1x32x32").to_pandas()
    assert table.macs.sum() == LENET_MACS + table.macs[table.pooling].sum()
    assert table.params["0"] == 156


def test_that_without_pandas_one_line_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"^to_pandas\(\) needs pandas: pip install pandas$"):
        visualizer.trace(LeNet, "1x1x32x32").to_pandas()


def test_that_findings_and_profile_are_there_when_asked_for() -> None:
    traced = visualizer.trace(torchvision.models.alexnet(), "1x3x224x224")
    assert traced.profile.cuts
    assert all(finding.node in traced.graph.by_id for finding in traced.findings)


def test_that_published_figures_are_met() -> None:
    weights = torchvision.models.ResNet18_Weights.DEFAULT
    traced = visualizer.trace(torchvision.models.resnet18(), torch.zeros(1, 3, 224, 224))
    assert traced.params == weights.meta["num_params"]
    assert round(traced.macs / 1e9, 3) == weights.meta["_ops"]


# ---------------------------------------------------------------------- inputs


class Pair(nn.Module):
    def forward(self, left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        return left @ right


@pytest.mark.parametrize(
    "inputs",
    [
        (torch.zeros(2, 3), torch.zeros(3, 5)),
        {"left": torch.zeros(2, 3), "right": torch.zeros(3, 5)},
        [(2, 3), (3, 5)],
        ["2x3", "3x5"],
        {"left": "2x3", "right": (3, 5)},
        [InputSpec((3, 5), name="right"), InputSpec((2, 3), name="left")],
    ],
)
def test_that_inputs_are_taken_in_every_form(inputs: object) -> None:
    assert visualizer.trace(Pair(), inputs).macs == 2 * 3 * 5


class Listed(nn.Module):
    def forward(self, images: list[torch.Tensor], scale: int, extra: dict) -> torch.Tensor:
        return sum(image.mean() for image in images) * scale + extra["mask"].sum()


def test_that_lists_dicts_and_plain_values_among_the_inputs_are_passed_on() -> None:
    images = [torch.zeros(3, 4, 4), torch.zeros(3, 5, 5)]
    traced = visualizer.trace(Listed(), (images, 3, {"mask": torch.zeros(2, dtype=torch.int64)}))
    assert traced.inputs == (
        InputSpec((3, 4, 4), name="images.0"),
        InputSpec((3, 5, 5), name="images.1"),
        InputSpec((2,), "int64", "extra.mask"),
    )
    assert len(traced.graph.inputs) == 3


class OfABatch(nn.Module):
    def forward(self, batch):
        parts = list(batch.values()) if isinstance(batch, dict) else batch
        return parts[0] + parts[1]


def test_that_a_dict_or_a_list_that_the_forward_takes_as_one_argument_is_passed_on_whole() -> None:
    by_key = visualizer.trace(OfABatch(), {"a": torch.zeros(1, 4), "b": torch.zeros(1, 4)})
    assert [spec.name for spec in by_key.inputs] == ["batch.a", "batch.b"]
    listed = visualizer.trace(OfABatch(), [torch.zeros(1, 4), torch.zeros(1, 4)])
    assert [spec.name for spec in listed.inputs] == ["batch.0", "batch.1"]


class Choosing(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.relu() if x.sum() > 0 else x.tanh()


@pytest.mark.parametrize(("value", "op"), [(1.0, "relu"), (-1.0, "tanh")])
def test_that_the_numbers_given_decide_where_values_do(value: float, op: str) -> None:
    traced = visualizer.trace(Choosing(), torch.full((3,), value))
    assert traced.layers[-1].op == op
    assert traced.graph.route == "real tensors"


def test_that_inputs_are_guessed_also_for_small_pictures() -> None:
    assert visualizer.trace(LeNet).inputs == (InputSpec((1, 1, 32, 32)),)


def test_that_a_packed_sequence_is_an_input_alone_and_among_others() -> None:
    packed = nn.utils.rnn.pack_sequence([torch.zeros(5, 8), torch.zeros(2, 8)])
    for inputs in (packed, (packed,)):
        traced = visualizer.trace(nn.LSTM(8, 16), inputs)
        assert traced.report.totals.macs == (5 + 2) * 4 * 16 * (8 + 16)


@pytest.mark.parametrize(
    ("model", "inputs", "error", "text"),
    [
        (nn.Linear, None, TypeError, "not a torch.nn.Module but the class Linear"),
        ("resnet18", None, TypeError, "not a torch.nn.Module but str"),
        (Pair(), None, ValueError, r"takes 2 inputs \(left, right\)"),
        (LeNet, 7, ValueError, "cannot read inputs of type int: give a tensor"),
        (LeNet, "1x1x32xbig", ValueError, "cannot read input shape"),
        (LeNet, (), ValueError, "no tensor among the inputs"),
        (LeNet, "1x1x9x9", RuntimeError, "3 .Conv2d.|Kernel size"),
        (Listed(), ([torch.zeros(3), 4], 1, {}), ValueError, "images.1 is 4 beside tensors"),
    ],
)
def test_that_what_is_wrong_is_one_line(model, inputs, error, text) -> None:
    with pytest.raises(error, match=text) as raised:
        visualizer.trace(model, inputs)
    assert "\n" not in str(raised.value)


# ---------------------------------------------------------------------- leaving no trace


def state_of(network: nn.Module) -> dict[str, object]:
    tensors = network.state_dict(keep_vars=True).items()
    return {
        "modes": [part.training for part in network.modules()],
        "tensors": {name: (id(tensor), tensor._version) for name, tensor in tensors},
        "attributes": {path: set(vars(part)) for path, part in network.named_modules()},
        "hooks": [
            [list(hooks) for hooks in (part._forward_hooks, part._forward_pre_hooks)]
            for part in network.modules()
        ],
        "rng": torch.get_rng_state().tolist(),
        "threads": torch.get_num_threads(),
    }  # fmt: skip


@pytest.mark.parametrize("inputs", [torch.zeros(2, 4), {"x": torch.zeros(2, 4), "factor": 2.0}])
def test_that_the_network_and_the_process_are_left_as_they_were(inputs: object) -> None:
    network, told = Everything(), []
    network.linear.eval()
    network.norm.register_forward_hook(lambda *args: told.append(args))
    network(torch.randn(2, 4)).sum().backward()
    told.clear(), network.seen.clear()
    before, values = state_of(network), copy.deepcopy(network.state_dict())
    gradients = [parameter.grad.clone() for parameter in network.parameters()]

    visualizer.trace(network, inputs)

    assert state_of(network) == before
    assert all(torch.equal(values[name], tensor) for name, tensor in network.state_dict().items())
    pairs = zip(gradients, network.parameters(), strict=True)
    assert all(torch.equal(gradient, parameter.grad) for gradient, parameter in pairs)
    assert not told and not network.seen  # neither hooks nor lists of the user's have seen a twin


class Holding(nn.Module):
    """Attributes that cannot be copied."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(4, 4)
        self.lock = threading.Lock()
        self.inner.numbers = (number for number in range(3))
        self.scaled = self.inner.weight * 2  # no leaf: it has a history

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        with self.lock:
            return self.inner(x) @ self.scaled


def test_that_attributes_that_cannot_be_copied_are_no_obstacle() -> None:
    assert visualizer.trace(Holding(), "1x4").macs == 2 * 16


def test_that_importing_it_brings_neither_torch_nor_qt_and_is_quick() -> None:
    code = (
        "import sys, time; start = time.perf_counter(); import visualizer; "
        "print((time.perf_counter() - start) * 1000, "
        "[name for name in ('torch', 'PySide6', 'numpy') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    milliseconds, _, loaded = said.stdout.strip().partition(" ")
    assert loaded == "[]"
    assert float(milliseconds) < 50
