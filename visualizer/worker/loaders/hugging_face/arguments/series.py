"""Series of numbers in time."""

from __future__ import annotations

from typing import Any

from visualizer.worker.loaders.hugging_face import sizes
from visualizer.worker.loaders.hugging_face.arguments.made import Made, Parameters, Table


def past(config: Any, parameters: Parameters) -> list[Made]:
    """A time series as long as the config looks back."""
    lags = sizes.find(config, "lags_sequence", otherwise=()) or (0,)
    length = sizes.whole(config, "context_length", otherwise=sizes.TOKENS) + max(lags)
    series = sizes.whole(config, "num_input_channels", "input_size", otherwise=1)
    flat, wide = Made((1, length)), Made((1, length, series))
    return [wide, flat] if hasattr(config, "num_input_channels") or series > 1 else [flat, wide]


def past_times(config: Any, parameters: Parameters) -> list[Made]:
    """What is known of each moment that the series looks back to, such as the hour."""
    length = past(config, parameters)[0].shape[1]
    return [Made((1, length, sizes.find(config, "num_time_features", otherwise=1)))]


def coming_times(config: Any, parameters: Parameters) -> list[Made]:
    """The same of the moments to be predicted."""
    length = sizes.whole(config, "prediction_length", otherwise=1)
    return [Made((1, length, sizes.find(config, "num_time_features", otherwise=1)))]


def coming(config: Any, parameters: Parameters) -> list[Made]:
    return [Made((1, sizes.whole(config, "prediction_length", otherwise=1)))]


def nothing_missing(config: Any, parameters: Parameters) -> list[Made]:
    """Ones where a number of the past is known."""
    return [Made(made.shape, made.dtype, (1,)) for made in past(config, parameters)]


def nothing_padded(config: Any, parameters: Parameters) -> list[Made]:
    return [Made((1, past(config, parameters)[0].shape[1]), "int64", (0,))]


BY_NAME: Table = {
    "past_values": past,
    "past_time_features": past_times,
    "past_observed_mask": nothing_missing,
    "future_values": coming,
    "future_time_features": coming_times,
    "past_values_padding": nothing_padded,
    "freq": lambda config, _: [Made((1, 1), "int64", (0,))],
}
