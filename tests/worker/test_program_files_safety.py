"""Nothing in a `.pt2` or TorchScript file runs but ops that compute; damage is one clear line."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.worker.program_files import (
    REACHING_LINES,
    REACHING_TARGETS,
    SAVERS,
    Plain,
    Small,
    added,
    edited,
    evil_archive,
    evil_pickle,
    mutated,
    opened,
    picture,
    rewritten,
    save_exported,
    save_scripted,
    with_code,
)
from visualizer.worker.extraction import TraceError
from visualizer.worker.loaders import LoadError

MUTATIONS = 60


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    return tmp_path / "executed"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("saved") / "net.pt2"
    return save_exported(Plain(), path, torch.ones(1, 4)).read_bytes()


@pytest.fixture
def program(exported: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "net.pt2"
    path.write_bytes(exported)
    return path


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return save_scripted(Plain(), tmp_path / "net.pt")


def refused(path: Path, words: str) -> None:
    """Opening `path` says one line with these words."""
    with pytest.raises(LoadError, match=words) as caught:
        opened(path)
    assert "\n" not in str(caught.value)


# ------------------------------------------------------------------------- torch.export


def test_that_sample_inputs_are_never_unpickled(program: Path, marker: Path) -> None:
    evil = evil_archive(marker, marker.with_suffix(".pt"))

    def swap(name: str, data: bytes) -> bytes:
        return evil if name.startswith("data/sample_inputs") else data

    torch.export.load(rewritten(program, swap))
    assert marker.exists()  # that it is dangerous: torch runs it
    marker.rmdir()
    opened(program)
    assert not marker.exists()


@pytest.mark.parametrize("pickled", ["pickle", "archive"])
def test_that_weights_which_run_code_are_refused(pickled: str, program: Path, marker: Path) -> None:
    evil = (
        evil_pickle(marker)
        if pickled == "pickle"
        else evil_archive(marker, marker.with_suffix(".pt"))
    )
    edited(
        program,
        "data/weights/model_weights_config.json",
        lambda config: config["config"]["fc.weight"].update(use_pickle=True),
    )
    rewritten(program, lambda name, data: evil if name == "data/weights/weight_0" else data)
    refused(program, "could run code")
    assert not marker.exists()


@pytest.mark.parametrize("member", ["custom_obj_0", "opaque_obj_0", "tensor_0"])
def test_that_constants_which_run_code_are_refused(
    member: str, program: Path, marker: Path
) -> None:
    entry = {"path_name": member, "is_param": False, "use_pickle": True, "tensor_meta": None}
    edited(
        program,
        "data/constants/model_constants_config.json",
        lambda config: config["config"].update(evil=entry),
    )
    refused(added(program, {f"data/constants/{member}": evil_pickle(marker)}), "could run code")
    assert not marker.exists()


def test_that_files_of_the_older_layout_are_read_without_running_them(
    program: Path, marker: Path
) -> None:
    with zipfile.ZipFile(program) as archive:
        name = next(n for n in archive.namelist() if n.endswith("models/model.json"))
        text = archive.read(name)
    weights = program.with_suffix(".weights")
    torch.save(Plain().state_dict(), weights)
    members = {"serialized_exported_program.json": text, "version": b"8.1"}
    for name, data in (("good", weights.read_bytes()), ("evil", evil_archive(marker, weights))):
        path = program.with_name(f"{name}.pt2")
        with zipfile.ZipFile(path, "w") as archive:
            for member, content in {**members, "serialized_state_dict.pt": data}.items():
                archive.writestr(member, content)
    assert opened(program.with_name("good.pt2")).nodes[-1].op == "linear"
    refused(program.with_name("evil.pt2"), "could run code")
    assert not marker.exists()


@pytest.mark.parametrize("target", REACHING_TARGETS)
def test_that_only_ops_that_compute_can_be_called(target: str, program: Path, marker: Path) -> None:
    def edit(model: Any) -> None:
        node = model["graph_module"]["graph"]["nodes"][0]
        node["target"] = target
        node["inputs"] = [{"name": "path", "arg": {"as_string": str(marker)}, "kind": 1}]

    refused(edited(program, "models/model.json", edit), "calls|uses|have|damaged")
    assert not marker.exists()


def test_that_symbolic_expressions_and_guards_are_never_evaluated(
    program: Path, marker: Path
) -> None:
    expression = f"__import__('os').mkdir({str(marker)!r})"

    def edit(model: Any) -> None:
        model["guards_code"] = [expression]
        model["range_constraints"] = {expression: {"min_val": 1, "max_val": 4}}
        sizes = model["graph_module"]["graph"]["tensor_values"]["x"]["sizes"]
        sizes[0] = {"as_expr": {"expr_str": expression, "hint": {"as_int": 3}}}

    assert opened(edited(program, "models/model.json", edit)).inputs[0].outputs[0].shape == (3, 4)

    def without_hint(model: Any) -> None:
        sizes = model["graph_module"]["graph"]["tensor_values"]["x"]["sizes"]
        sizes[0]["as_expr"]["hint"] = None

    refused(edited(program, "models/model.json", without_hint), "without an example")
    assert not marker.exists()


def test_that_compiled_code_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "net.pt2"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/archive_format", "pt2")
        archive.writestr("net/data/aotinductor/model/model.so", b"\x7fELF")
    refused(path, "compiled machine code")


@pytest.mark.parametrize("sizes", [[1 << 40, 1 << 40], [1 << 40, 4], [-1, 4], [2, 5]])
def test_that_tensors_beyond_their_bytes_are_refused(sizes: list[int], program: Path) -> None:
    def edit(config: Any) -> None:
        meta = config["config"]["fc.weight"]["tensor_meta"]
        meta["sizes"] = [{"as_int": size} for size in sizes]

    refused(edited(program, "data/weights/model_weights_config.json", edit), "damaged")


def test_that_an_input_of_impossible_size_is_one_line(program: Path) -> None:
    def edit(model: Any) -> None:
        tensors = model["graph_module"]["graph"]["tensor_values"]
        tensors["x"]["sizes"] = [{"as_int": 1 << 40}, {"as_int": 1 << 40}]

    refused(edited(program, "models/model.json", edit), "impossible shape")


@pytest.mark.parametrize("ending", [".pt2", ".pt"])
def test_that_an_archive_which_expands_beyond_reason_is_not_opened(
    ending: str, tmp_path: Path
) -> None:
    path = tmp_path / f"net{ending}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("net/archive_format" if ending == ".pt2" else "net/constants.pkl", "x")
        archive.writestr("net/models/model.json" if ending == ".pt2" else "net/code/a.py",
                         b" " * (80 << 20))  # fmt: skip
    refused(path, "expands from")


# ------------------------------------------------------------------------- TorchScript


def test_that_the_attack_of_these_tests_works_on_torch_itself(script: Path, marker: Path) -> None:
    torch.jit.load(with_code(script, f'torch.save(x, "{marker}")'))(torch.ones(1, 4))
    assert marker.exists()


@pytest.mark.parametrize("line", REACHING_LINES)
def test_that_code_which_reaches_outside_is_refused_before_anything_runs(
    line: str, script: Path, marker: Path
) -> None:
    refused(with_code(script, line.replace("MARKER", str(marker))), "is not opened: its code")
    assert not marker.exists()


class Restoring(nn.Module):
    """Its state is restored by code of its own when it is loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = torch.ones(1)
        self.training = False

    @torch.jit.export
    def __getstate__(self) -> tuple[Tensor, bool]:
        return self.scale, self.training

    @torch.jit.export
    def __setstate__(self, state: tuple[Tensor, bool]) -> None:
        self.scale = state[0] + 1
        self.training = state[1]

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale


def restoring_with(line: str, path: Path) -> Path:
    """`Restoring` saved, with a line in front of what it does when it is loaded."""

    def change(name: str, data: bytes) -> bytes:
        head, found, rest = data.partition(b"__setstate__")
        before, arrow, after = rest.partition(b"NoneType:\n")
        if not name.endswith(".py") or not found:
            return data
        return head + found + before + arrow + f"    {line}\n".encode() + after

    return rewritten(save_scripted(Restoring(), path), change)


def test_that_a_network_which_restores_itself_opens(tmp_path: Path) -> None:
    path = save_scripted(Restoring(), tmp_path / "net.pt")
    assert [node.op for node in opened(path).ops] == ["constant", "mul"]


@pytest.mark.parametrize("line", ["y = ops", "y = (ops)", "y = [ops]"])
def test_that_code_at_loading_may_not_give_the_ops_another_name(line: str, tmp_path: Path) -> None:
    refused(restoring_with(line, tmp_path / "net.pt"), "is not opened: its code")


def test_that_code_which_runs_at_loading_is_checked_first(tmp_path: Path, marker: Path) -> None:
    path = restoring_with(f'torch.save(state[0], "{marker}")', tmp_path / "net.pt")
    refused(path, "calls save")
    assert not marker.exists()
    torch.jit.load(path)  # what the check is for: torch runs it without a call
    assert marker.exists()


def test_that_a_python_pickle_in_a_script_is_not_executed(script: Path, marker: Path) -> None:
    evil = evil_pickle(marker)
    for member in ("data.pkl", "constants.pkl"):
        rewritten(script, lambda name, data, m=member: evil if name == m else data)
        refused(script, "cannot be read as TorchScript")
    assert not marker.exists()


def test_that_a_pickle_may_not_name_other_custom_classes(script: Path) -> None:
    name = b"c__torch__.torch.classes.dist_c10d\nProcessGroup\n."
    rewritten(script, lambda member, data: name if member == "data.pkl" else data)
    refused(script, "custom class dist_c10d.ProcessGroup")


def test_that_an_endless_loop_in_a_script_ends(tmp_path: Path) -> None:
    class Endless(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            turns = 0
            while turns >= 0:
                turns = turns * 1
            return x

    with pytest.raises(TraceError, match="turns more than"):
        opened(save_scripted(Endless(), tmp_path / "net.pt"))


def test_that_usual_words_in_a_network_do_not_shut_it_out(tmp_path: Path) -> None:
    class Usual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.ops = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU())
            self.save_memory = True

        def forward(self, x: Tensor) -> Tensor:
            return self.ops(x) if self.save_memory else x

    assert [n.op for n in opened(save_scripted(Usual(), tmp_path / "net.pt")).ops] == [
        "conv2d", "relu",
    ]  # fmt: skip


# ------------------------------------------------------------------------- damage


@pytest.mark.parametrize("format", SAVERS)
def test_that_a_damaged_file_opens_or_says_one_line(format: str, tmp_path: Path) -> None:
    ending, save = SAVERS[format]
    path = tmp_path / f"net{ending}"
    whole = save(Small().eval(), path, picture()).read_bytes()
    for seed in range(MUTATIONS):
        path.write_bytes(mutated(whole, seed))
        try:
            opened(path)
        except (LoadError, TraceError) as error:
            assert str(error)
            assert "\n" not in str(error)
