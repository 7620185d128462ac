"""Running an ONNX file by onnxruntime, with any of its tensors as outputs.

The file's ops are executed as they stand: no graph optimization, so that what is kept of a pass
does not change the pass, and equals what onnxruntime gives without it to the last bit.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import ModelProto

from visualizer.worker.failures import RunError
from visualizer.worker.live import DeviceError
from visualizer.worker.loaders.base import one_line
from visualizer.worker.onnx_networks.values import Array

_FOLDER_OF_WEIGHTS = "session.model_external_initializers_file_folder_path"
_PROVIDERS = {"cuda": "CUDAExecutionProvider", "cpu": "CPUExecutionProvider"}
_RUNTIME_MISSING = (
    "running an ONNX file needs onnxruntime: "
    'pip install "architecture-visualizer[onnx]"'
)  # fmt: skip
_SECONDS_BETWEEN_CHECKS = 0.02
_ONLY_ERRORS = 3
# `: 10 : INVALID_GRAPH :`, `/onnxruntime_src/…/graph.cc:1587`, `void onnxruntime::Graph::f()`.
_OWN_WORDS = re.compile(
    r"(^| ): \d+ : [A-Z_]+ :|[\w/-]+\.(cc|h|hpp):\d+|(void )?onnxruntime(::\w+)+\([^)]*\)"
    r"|This is an invalid model\. ?"
)


def is_runtime_there() -> bool:
    return find_spec("onnxruntime") is not None


def devices() -> tuple[str, ...]:
    """Devices that onnxruntime can use here, best first; raises RunError without onnxruntime."""
    if not is_runtime_there():
        raise RunError(_RUNTIME_MISSING)
    import onnxruntime

    there = onnxruntime.get_available_providers()
    return tuple(device for device, provider in _PROVIDERS.items() if provider in there)


def choose_device(wanted: str) -> str:
    """The best device for "auto", else the one asked for; raises DeviceError, RunError."""
    there = devices()
    if wanted == "auto":
        return there[0]
    if wanted not in there:
        extra = ", or pip install onnxruntime-gpu" if wanted == "cuda" else ""
        raise DeviceError(
            f"onnxruntime has no {wanted} here: use one of auto, {', '.join(there)}{extra}"
        )
    return wanted


def threads() -> int:
    """One core is the window's, as for torch."""
    return max(1, (os.cpu_count() or 2) - 1)


class LoadingError(RunError):
    """onnxruntime does not take the file."""


class PassError(RunError):
    """onnxruntime took the file, and could not run it on these inputs."""


@dataclass
class Session:
    """A file loaded by onnxruntime with some of its tensors as additional outputs."""

    runtime: Any
    device: str
    tensors: frozenset[str]

    def run(
        self, wanted: Sequence[str], feeds: dict[str, Array], check: Callable[[], None]
    ) -> list[Array]:
        """The wanted tensors; raises PassError, and what `check` raises, within a moment."""
        import onnxruntime

        options = onnxruntime.RunOptions()
        options.log_severity_level = _ONLY_ERRORS + 1
        outcome: list[Any] = []

        def work() -> None:
            try:
                outcome.append(self.runtime.run(list(wanted), feeds, options))
            except Exception as error:  # noqa: BLE001 - told by the thread that waits
                outcome.append(error)

        thread = threading.Thread(target=work, name="onnxruntime", daemon=True)
        thread.start()
        try:
            while thread.is_alive():
                check()
                thread.join(_SECONDS_BETWEEN_CHECKS)
            check()
        except BaseException:
            options.terminate = True
            thread.join()
            raise
        if isinstance(outcome[0], Exception):
            raise PassError(f"onnxruntime cannot run it: {plain_error(outcome[0])}")
        result: list[Array] = outcome[0]
        return result


def open_session(
    model: ModelProto, path: Path, tensors: Iterable[str], device: str, profile: str = ""
) -> Session:
    """Load `model`, read from `path`, with `tensors` as outputs besides its own. With `profile`
    its runs are written into a file whose name begins so.

    Raises RunError.
    """
    if not is_runtime_there():
        raise RunError(_RUNTIME_MISSING)
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = _ONLY_ERRORS + 1
    options.intra_op_num_threads = threads()
    options.add_session_config_entry(_FOLDER_OF_WEIGHTS, str(path.resolve().parent))
    if profile:
        options.enable_profiling = True
        options.profile_file_prefix = profile
    names = frozenset(tensors)
    own = {value.name for value in model.graph.output}
    extra = sorted(names - own)
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in extra)
    try:
        runtime = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=[_PROVIDERS[device]]
        )
    except Exception as error:
        text = f"onnxruntime cannot load {path.name}: {plain_error(error)}"
        raise LoadingError(text) from error
    finally:
        del model.graph.output[len(model.graph.output) - len(extra) :]
    return Session(runtime, device, names | own)


def plain_error(error: Exception) -> str:
    """What onnxruntime says, without its error codes and the places in its own source."""
    text = one_line(error, 600)
    told = _OWN_WORDS.sub(" ", text.rpartition("[ONNXRuntimeError]")[2])
    return one_line(" ".join(told.split()).strip(" :") or text)


def as_array(values: Any, dtype: str) -> Array:
    """Numbers as onnxruntime takes them."""
    if dtype == "bfloat16":
        raise RunError("onnxruntime takes no bfloat16 inputs from here: export it in float32")
    return np.asarray(values, np.dtype(dtype), order="C")  # a scalar stays one
