"""Programs of torch.export: `.pt2` files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from torch import nn

from visualizer.sources import ModelSource
from visualizer.worker.loaders.base import BuildError, LoadError, Recipe, one_line
from visualizer.worker.loaders.exported.archive import ProgramFile, read_program
from visualizer.worker.loaders.exported.network import exported_network
from visualizer.worker.loaders.exported.program import Program, program_of
from visualizer.worker.loaders.exported.tensors import read_tensors
from visualizer.worker.loaders.formats import format_of
from visualizer.worker.loaders.programs.archives import damaged


class ExportLoader:
    """A model file that torch.export.save wrote."""

    def supports(self, source: ModelSource) -> bool:
        return source.kind == "file" and format_of(source.location) == "export"

    def recipe(self, source: ModelSource) -> Recipe:
        file = read_program(source.location)
        try:
            program = program_of(file.program)
            type_name = _type_of_root(program)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise damaged(source.location, error) from error
        specs = tuple(i.spec for i in program.inputs if i.spec is not None)
        return Recipe(
            name=Path(source.location).stem,
            build=_building(file, program, type_name),
            weights_text=f"weights from {Path(source.location).name}",
            trained=True,
            default_inputs=specs,
        )


def _building(file: ProgramFile, program: Program, type_name: str) -> Callable[[str], nn.Module]:
    def build(device: str) -> nn.Module:
        try:
            tensors = read_tensors(file, device)
            return exported_network(program, type_name, tensors).eval()
        except LoadError as error:
            raise BuildError(str(error), error.detail) from error
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, RuntimeError) as error:
            raise BuildError(
                f"{file.location} cannot be read as an exported program: {one_line(error)}"
            ) from error

    return build


def _type_of_root(program: Program) -> str:
    """The class of the network that was exported, from the first node that tells."""
    for node in program.graph["nodes"]:
        stack = (node.get("metadata") or {}).get("nn_module_stack") or ""
        if stack:
            return str(stack.split(";")[0].split(",")[-1])
    return "torch.export.ExportedProgram"
