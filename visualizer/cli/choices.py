"""What the options of the commands can be, each a short list of words."""

from __future__ import annotations

from enum import StrEnum


class Device(StrEnum):
    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"
    mps = "mps"


class TableFormat(StrEnum):
    table = "table"
    json = "json"
    csv = "csv"
    md = "md"


class SortBy(StrEnum):
    macs = "macs"
    params = "params"
    memory = "memory"


class Panel(StrEnum):
    layers = "layers"
    costs = "costs"
    cut_profile = "cut-profile"
    findings = "findings"
    principles = "principles"
    factorize = "factorize"
    reductions = "reductions"
    feature_maps = "feature-maps"
    log = "log"


class Countable(StrEnum):
    pooling = "pooling"
    norm = "norm"
    elementwise = "elementwise"


class FindingsFormat(StrEnum):
    table = "table"
    json = "json"


class LecturePreset(StrEnum):
    lecture = "lecture"
    exact = "exact"


class OptimizerName(StrEnum):
    sgd = "sgd"
    momentum = "momentum"
    adam = "adam"
    adamw = "adamw"
    adamw8bit = "adamw8bit"


class Precision(StrEnum):
    float32 = "float32"
    mixed = "mixed"


class WhichWeights(StrEnum):
    first = "first"
    best = "best"


class ComparisonFormat(StrEnum):
    table = "table"
    json = "json"
    md = "md"


class Width(StrEnum):
    linear = "linear"
    sqrt = "sqrt"
    log = "log"


class FlowName(StrEnum):
    down = "down"
    right = "right"


class ThemeName(StrEnum):
    system = "system"
    light = "light"
    dark = "dark"
