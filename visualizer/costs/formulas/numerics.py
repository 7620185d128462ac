"""Numerical methods that some networks use: triangular systems, distances, Fourier transforms."""

from __future__ import annotations

import math

from visualizer.costs.derive import counted, summed, without_one
from visualizer.costs.model import Cost
from visualizer.costs.registry import Call, MissingFactError, formula
from visualizer.costs.units import product_text


@formula("linalg_solve_triangular")
def triangular(call: Call) -> Cost:
    """T·X = B with T (…, n, n) and B (…, n, k), by substitution: row i takes i - 1 products.

    n·k divisions, which a unit diagonal saves, are not counted (Golub, Van Loan, Matrix
    Computations, 3.1).
    """
    rows, columns = call.output[-2:]
    size = rows if call.attribute("left", True) else columns
    others = math.prod(call.output) // max(size, 1)
    count = size * (size - 1) // 2
    return counted(
        "n·(n - 1)/2·columns", f"{product_text((count, others))}, n = {size}", count * others
    )


@formula("cdist")
def distances(call: Call) -> Cost:
    """Each of P points of D numbers from each of R: a difference and its square for each number."""
    if len(call.tensors) < 2:
        raise MissingFactError("the points of cdist are not recorded")
    pairs, numbers = call.output, call.tensors[0][-1]
    shown = without_one(pairs)
    return counted("P·R·D", product_text((*shown, numbers)), math.prod(pairs) * numbers)


@formula(
    "fft_fft", "fft_ifft", "fft_fft2", "fft_ifft2", "fft_fftn", "fft_ifftn", "fft_rfft",
    "fft_irfft", "fft_rfft2", "fft_irfft2", "fft_rfftn", "fft_irfftn",
)  # fmt: skip
def fourier(call: Call) -> Cost:
    """Cooley and Tukey's: N/2·log₂N butterflies a line of N numbers, each one product of complex
    numbers, which is 4 multiply-adds; for real numbers half of it."""
    real = call.node.op in ("fft_rfft", "fft_rfft2", "fft_rfftn")
    back = call.node.op in ("fft_irfft", "fft_irfft2", "fft_irfftn")
    whole = call.output if back or not real else call.input
    parts = [_lines(whole, axis, 1 if real or back else 2) for axis in _axes(call, len(whole))]
    return summed(tuple(parts)) if len(parts) > 1 else counted(*parts[0][1:])


@formula("stft", "istft")
def short_time_fourier(call: Call) -> Cost:
    """A Fourier transform of n_fft numbers for every frame. The window's products are summed with
    nothing: elementwise, not counted."""
    if not call.inputs:
        raise MissingFactError(f"the signal of {call.node.op} is not recorded")
    ends = (call.node.output, call.inputs[0])
    spectrum, signal = ends if call.node.op == "stft" else ends[::-1]
    shape = spectrum.shape if spectrum.dtype.startswith("complex") else spectrum.shape[:-1]
    bins = shape[-1] if call.attribute("frames_first") else shape[-2]
    pairs = call.attribute("frames_first") and signal.shape[-1] == 2 and len(signal.shape) == 3
    each = 2 if pairs or signal.dtype.startswith("complex") else 1
    return _transforms(call.integer("n_fft"), math.prod(shape) // max(bins, 1), each, "frames")


@formula("dft")
def discrete_fourier(call: Call) -> Cost:
    """ONNX's: complex numbers are pairs in the last side. Real to complex, and back by one side
    of the spectrum, are half of it."""
    shape = call.input
    length = call.integer("n")
    lines = math.prod(shape[:-1]) // max(shape[call.integer("dim")], 1)
    half = shape[-1] == 1 or (call.attribute("inverse") and call.attribute("onesided"))
    return _transforms(length, lines, 1 if half else 2, "lines")


def _transforms(length: int, count: int, each: int, what: str) -> Cost:
    many = f"{each}·" if each > 1 else ""
    return counted(
        f"{many}N·log₂N·{what}", f"{many}{length}·log₂({length})·{count}",
        round(each * length * math.log2(max(length, 1))) * count,
    )  # fmt: skip


def _axes(call: Call, rank: int) -> list[int]:
    axes = call.attribute("dim")
    if axes is None:
        kind = call.node.op
        return list(range(rank)) if kind.endswith("n") else [-2, -1] if kind[-1] == "2" else [-1]
    if isinstance(axes, int):
        return [axes]
    return [int(axis) for axis in axes] if isinstance(axes, tuple) else [-1]


def _lines(shape: tuple[int, ...], axis: int, each: int) -> tuple[str, str, str, int]:
    length = shape[axis]
    lines = math.prod(shape) // max(length, 1)
    count = round(each * length * math.log2(max(length, 1))) * lines
    many = f"{each}·" if each > 1 else ""
    return (
        f"along side {axis}", f"{many}N·log₂N·lines",
        f"{many}{length}·log₂({length})·{lines}", count,
    )  # fmt: skip
