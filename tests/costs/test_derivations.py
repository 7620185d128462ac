"""Derivations of every op family: the lines of a lecturer, worked out by hand."""

from __future__ import annotations

import pytest

from tests.costs.building import Net, line
from visualizer.costs.model import Derivation, LayerCost

_PADDED = "8×(6 + 3 + 0)×(7 + 1 + 2) = 8×9×10"


def rule(cost: LayerCost, quantity: str) -> str:
    (found,) = [d for d in cost.derivations if d.quantity == quantity]
    return found.formula


def test_that_a_convolution_of_volumes_has_a_line_for_each_side() -> None:
    """(8 − 3 + 2)/1 + 1 = 8; (32 − 3 + 2)/2 = 15.5, rounded down, + 1 = 16."""
    net = Net((1, 3, 8, 32, 32))
    net.op(
        "c", "conv3d", ["input"], (1, 8, 8, 16, 16), stride=(1, 2, 2), padding=1,
        weights={"weight": (8, 3, 3, 3, 3), "bias": (8,)},
    )  # fmt: skip
    cost = net.cost("c")
    assert line(cost, "output depth") == "(8 − 3 + 2·1)/1 + 1 = 8"
    floored = "floor((32 − 3 + 2·1)/2) + 1 = floor(15.5) + 1 = 16"
    assert line(cost, "output height") == line(cost, "output width") == floored
    assert line(cost, "parameters") == "8·3·3·3·3 + 8 = 656"
    assert line(cost, "MACs") == "(8·8·16·16)·(3·3·3·3) = 1,327,104"


def test_that_dilation_and_depth_have_different_letters() -> None:
    net = Net((1, 1, 16, 16, 16))
    net.conv("c", "input", (1, 1, 12, 12, 12), (3, 3, 3), dilation=2)
    assert rule(net.cost("c"), "output depth, height and width") == (
        "(W − d·(K − 1) − 1 + 2·P)/S + 1"
    )
    assert line(net.cost("c"), "output depth, height and width") == (
        "(16 − 2·(3 − 1) − 1 + 2·0)/1 + 1 = 12"
    )


def test_that_groups_are_written_as_a_division() -> None:
    net = Net((1, 96, 27, 27))
    net.conv("c", "input", (1, 256, 27, 27), (5, 5), padding=2, groups=2, bias=True)
    cost = net.cost("c")
    assert rule(cost, "MACs") == "(C_out·H'·W')·(C_in/g·K_h·K_w)"
    assert rule(cost, "parameters") == "C_out·C_in/g·K_h·K_w + C_out"
    assert line(cost, "parameters") == "256·48·5·5 + 256 = 307,456"


def test_that_a_transposed_convolution_undoes_the_strides() -> None:
    """(28 − 1)·2 − 2·1 + 1·(4 − 1) + 0 + 1 = 54 − 2 + 3 + 1 = 56."""
    net = Net((1, 64, 28, 28))
    net.op(
        "t", "conv_transpose2d", ["input"], (1, 32, 56, 56), stride=2, padding=1,
        weights={"weight": (64, 32, 4, 4), "bias": (32,)},
    )  # fmt: skip
    cost = net.cost("t")
    assert line(cost, "output height and width") == ("(28 − 1)·2 − 2·1 + 1·(4 − 1) + 0 + 1 = 56")
    assert line(cost, "parameters") == "64·32·4·4 + 32 = 32,800"
    assert line(cost, "MACs") == "(64·28·28)·(32·4·4) = 25,690,112"


def test_that_a_deformable_convolution_has_the_window_of_a_plain_one() -> None:
    net = Net((1, 8, 32, 32), (1, 18, 16, 16))
    net.op(
        "d", "deform_conv2d", ["input", "input_2"], (1, 4, 16, 16), stride=2, padding=1,
        weights={"weight": (4, 8, 3, 3)},
    )  # fmt: skip
    assert line(net.cost("d"), "output height and width") == (
        "floor((32 − 3 + 2·1)/2) + 1 = floor(15.5) + 1 = 16"
    )


def test_that_pooling_shows_27_and_a_half_becoming_27() -> None:
    """The lecture's rule floor((W − K)/S + 1): 56 with a window of 3 and stride 2."""
    net = Net((1, 64, 56, 56))
    net.op("p", "max_pool2d", ["input"], (1, 64, 27, 27), kernel_size=3, stride=2)
    assert line(net.cost("p"), "output height and width") == (
        "floor((56 − 3 + 2·0)/2) + 1 = floor(26.5) + 1 = 27"
    )


def test_that_ceil_is_its_own_rule() -> None:
    net = Net((1, 64, 112, 112))
    net.op("p", "max_pool2d", ["input"], (1, 64, 56, 56), kernel_size=3, stride=2, ceil_mode=True)
    assert line(net.cost("p"), "output height and width") == (
        "ceil((112 − 3 + 2·0)/2) + 1 = ceil(54.5) + 1 = 56"
    )


def test_that_a_dense_layer_at_every_token_says_so() -> None:
    net = Net((1, 197, 768))
    net.op(
        "fc", "linear", ["input"], (1, 197, 3072),
        weights={"weight": (3072, 768), "bias": (3072,)},
    )  # fmt: skip
    cost = net.cost("fc")
    assert line(cost, "output size") == "197×3072"
    assert line(cost, "parameters") == "768·3072 + 3072 = 2,362,368"
    assert line(cost, "MACs") == "197·768·3072 = 464,781,312"


def test_that_attention_is_written_in_three_steps() -> None:
    net = Net((1, 12, 197, 64))
    net.op("a", "scaled_dot_product_attention", ["input"] * 3, (1, 12, 197, 64))
    cost = net.cost("a")
    steps = [d.quantity for d in cost.derivations if d.quantity not in ("parameters", "FLOPs")]
    assert steps == [
        "output size", "MACs of Q·Kᵀ", "softmax(Q·Kᵀ/√D)", "MACs of attention·V", "MACs",
        "activation memory",
    ]  # fmt: skip
    assert line(cost, "softmax(Q·Kᵀ/√D)") == "12·197·197 = 465,708 numbers, 0 MACs"
    assert line(cost, "MACs") == "29,805,312 + 29,805,312 = 59,610,624"


def test_that_an_attention_layer_derives_its_projections() -> None:
    """ViT-B: 3·768·768 + 3·768 + 768·768 + 768 = 2,362,368 parameters."""
    net = Net((197, 1, 768))
    net.op(
        "mha", "multi_head_attention_forward", ["input"] * 3, (197, 1, 768),
        weights={
            "in_proj_weight": (2304, 768), "in_proj_bias": (2304,),
            "out_proj_weight": (768, 768), "out_proj_bias": (768,),
        },
        embed_dim=768, num_heads=12,
    )  # fmt: skip
    cost = net.cost("mha")
    assert rule(cost, "parameters") == "3·E·E + 3·E + E·E + E"
    assert line(cost, "parameters") == "3·768·768 + 3·768 + 768·768 + 768 = 2,362,368"
    quantities = [d.quantity for d in cost.derivations]
    softmax = quantities.index("softmax(Q·Kᵀ/√D)")
    assert quantities[softmax - 1] == "MACs of Q·Kᵀ"
    assert quantities[softmax + 1] == "MACs of attention·V"


def lstm(layers: int) -> LayerCost:
    """PyTorch's weights of an LSTM from 64 to 128 numbers."""
    net = Net((1, 12, 64))
    weights: dict[str, tuple[int, ...]] = {}
    for layer in range(layers):
        weights |= {
            f"weight_ih_l{layer}": (512, 64 if layer == 0 else 128),
            f"weight_hh_l{layer}": (512, 128),
            f"bias_ih_l{layer}": (512,),
            f"bias_hh_l{layer}": (512,),
        }
    net.op(
        "lstm", "lstm", ["input"], (1, 12, 128), weights=weights, hidden_size=128,
        num_layers=layers,
    )  # fmt: skip
    return net.cost("lstm")


def test_that_a_recurrent_layers_weights_are_counted_gate_by_gate() -> None:
    """4·(128·64 + 128·128 + 2·128) = 4·24,832 = 99,328."""
    cost = lstm(1)
    assert rule(cost, "parameters") == "gates·H·I + gates·H·H + 2·gates·H"
    assert line(cost, "parameters") == "4·128·64 + 4·128·128 + 4·128 + 4·128 = 99,328"
    assert line(cost, "output size") == "12×128"
    assert line(cost, "MACs") == "12·1·4·128·(64 + 128) = 1,179,648"


def test_that_every_recurrent_layer_has_its_own_bracket() -> None:
    cost = lstm(2)
    assert rule(cost, "parameters").endswith("for each layer and direction")
    assert line(cost, "parameters") == (
        "(4·128·64 + 4·128·128 + 4·128 + 4·128) + (4·128·128 + 4·128·128 + 4·128 + 4·128) = 231,424"
    )


@pytest.mark.parametrize(
    ("op", "attributes", "inputs", "output", "text"),
    [
        ("embedding", {}, ["ids"], (1, 12, 64), "12×64"),
        ("matmul", {}, ["left", "right"], (1, 8, 64, 32), "(8×64×16)·(8×16×32) = 8×64×32"),
        ("cat", {"dim": 1}, ["map", "map"], (1, 16, 6, 7), "(8 + 8)×6×7 = 16×6×7"),
        ("pad", {"pad": (1, 2, 3, 0)}, ["map"], (1, 8, 9, 10), _PADDED),
        ("interpolate", {}, ["map"], (1, 8, 12, 14), "8×(2·6)×(2·7) = 8×12×14"),
        ("pixel_shuffle", {}, ["map"], (1, 2, 12, 14), "8/2² × 2·6 × 2·7 = 2×12×14"),
        ("mean", {"dim": (2, 3)}, ["map"], (1, 8), "mean of 8×6×7 → 8"),
        ("permute", {}, ["map"], (1, 42, 8), "8·6·7 = 336 = 42·8"),
        ("flatten", {}, ["map"], (1, 336), "8·6·7 = 336"),
        ("getitem", {}, ["map"], (1, 8, 6, 3), "getitem of 8×6×7 → 8×6×3"),
        ("mul", {}, ["gate", "map"], (1, 8, 6, 7), "8×1×1 and 8×6×7 → 8×6×7"),
        ("relu", {}, ["map"], (1, 8, 6, 7), "8×6×7"),
    ],
)  # fmt: skip
def test_that_the_size_of_every_other_output_is_explained(
    op: str, attributes: dict[str, object], inputs: list[str], output: tuple[int, ...], text: str
) -> None:
    shapes = {
        "map": (1, 8, 6, 7), "ids": (1, 12), "left": (1, 8, 64, 16), "right": (1, 8, 16, 32),
        "gate": (1, 8, 1, 1),
    }  # fmt: skip
    net = Net(*(shapes[name] for name in inputs))
    names = ["input", "input_2"][: len(inputs)]
    net.op("it", op, names, output, **attributes)
    assert line(net.cost("it"), "output size") == text


def test_that_normalization_has_two_numbers_a_channel_and_no_multiply_adds() -> None:
    net = Net((1, 64, 56, 56))
    net.op(
        "bn", "batch_norm", ["input"], (1, 64, 56, 56),
        weights={"weight": (64,), "bias": (64,), "running_mean": (64,), "running_var": (64,)},
    )  # fmt: skip
    cost = net.cost("bn")
    assert line(cost, "parameters") == "2·64 = 128"
    assert "401,408 operations, 2 a number" in rule(cost, "MACs")


def test_that_a_size_that_no_rule_gives_is_called_as_executed() -> None:
    net = Net((1, 8, 6, 7))
    net.op("it", "pad", ["input"], (1, 8, 6, 9), pad=(1, 5))
    found: Derivation = net.cost("it").derivations[0]
    assert found.formula == "as executed"


@pytest.mark.parametrize(
    ("op", "weights", "attributes", "output", "text"),
    [
        ("conv2d", (16, 8, 3, 3), {"stride": (1, 1), "padding": (1, 1)}, (1, 16, 6, 7),
         "16 filters of 8·3·3 → 16"),
        ("conv2d", (8, 1, 3, 3), {"stride": (1, 1), "padding": (1, 1), "groups": 8}, (1, 8, 6, 7),
         "8 filters of 1·3·3 → 8"),
        ("conv_transpose2d", (8, 4, 2, 2), {"stride": (2, 2)}, (1, 4, 12, 14),
         "4 filters of 8·2·2 → 4"),
        ("conv_transpose2d", (8, 2, 2, 2), {"stride": (2, 2), "groups": 2}, (1, 4, 12, 14),
         "4 filters of 4·2·2 → 4"),
        ("max_pool2d", None, {"kernel_size": 2, "stride": 2}, (1, 8, 3, 3), "8"),
        ("adaptive_avg_pool2d", None, {"output_size": (1, 1)}, (1, 8, 1, 1), "8"),
    ],
)  # fmt: skip
def test_that_output_channels_are_filters_and_a_pool_keeps_them(
    op: str, weights: tuple[int, ...] | None, attributes: dict[str, object],
    output: tuple[int, ...], text: str,
) -> None:  # fmt: skip
    net = Net((1, 8, 6, 7))
    net.op(
        "it", op, ["input"], output, weights={"weight": weights} if weights else {}, **attributes
    )
    assert line(net.cost("it"), "output channels") == text


def test_that_the_operations_of_a_norm_are_those_that_counting_it_would_add() -> None:
    """A layer norm with scale and shift takes 5 a number (fvcore): 5·197·768 = 756,480."""
    net = Net((1, 197, 768))
    net.op("ln", "layer_norm", ["input"], (1, 197, 768), weights={"weight": (768,), "bias": (768,)})
    assert "756,480 operations, 5 a number" in rule(net.cost("ln"), "MACs")


def test_that_dropout_is_said_to_do_nothing() -> None:
    net = Net((1, 768))
    net.op("drop", "dropout", ["input"], (1, 768))
    assert "passes its input through" in rule(net.cost("drop"), "MACs")
