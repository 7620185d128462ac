from __future__ import annotations

from tests.costs.building import Net, line
from tests.costs.test_derivations import rule


def test_that_attention_names_its_two_products_and_the_softmax() -> None:
    net = Net((1, 12, 197, 64), (1, 12, 197, 64), (1, 12, 197, 64))
    net.op("a", "scaled_dot_product_attention", ["input", "input_2", "input_3"], (1, 12, 197, 64))
    cost = net.cost("a")
    assert line(cost, "MACs of Q·Kᵀ") == "12·197·197·64 = 29,805,312"
    assert line(cost, "MACs of attention·V") == "12·197·197·64 = 29,805,312"
    assert cost.macs == 59_610_624
    assert cost.cost.note.startswith("softmax: 465,708 operations")


def test_that_grouped_queries_are_counted_by_the_queries_heads() -> None:
    net = Net((1, 8, 10, 64), (1, 2, 20, 64), (1, 2, 20, 32))
    net.op(
        "a", "scaled_dot_product_attention", ["input", "input_2", "input_3"], (1, 8, 10, 32),
        enable_gqa=True,
    )  # fmt: skip
    assert net.cost("a").macs == 8 * 10 * 20 * 64 + 8 * 10 * 20 * 32


def _layer(net: Net, inputs: list[str], length: int) -> int | None:
    net.op(
        "mha", "multi_head_attention_forward", inputs, (length, 1, 768),
        weights={
            "in_proj_weight": (2304, 768), "in_proj_bias": (2304,),
            "out_proj_weight": (768, 768), "out_proj_bias": (768,),
        },
        embed_dim=768, num_heads=12,
    )  # fmt: skip
    return net.cost("mha").macs


def test_that_self_attention_counts_projections_and_products() -> None:
    net = Net((197, 1, 768))
    expected = 3 * 197 * 768 * 768 + 2 * 12 * 197 * 197 * 64 + 197 * 768 * 768
    assert _layer(net, ["input", "input", "input"], 197) == expected == 524_391_936
    assert net.cost("mha").params == 2_362_368


def test_that_a_self_attention_that_names_its_input_once_counts_the_same() -> None:
    assert _layer(Net((197, 1, 768)), ["input"], 197) == 524_391_936


def test_that_cross_attention_projects_the_keys_where_they_are() -> None:
    net = Net((10, 1, 768), (50, 1, 768))
    expected = (10 + 50 + 50 + 10) * 768 * 768 + 2 * 12 * 10 * 50 * 64
    assert _layer(net, ["input", "input_2", "input_2"], 10) == expected


def test_that_attention_s_letters_are_named_and_a_batch_has_its_own() -> None:
    """ViT-B: 12 heads of D = 768/12 = 64 numbers; a batch of 2 doubles everything."""
    net = Net((2, 12, 197, 64))
    net.op("a", "scaled_dot_product_attention", ["input"] * 3, (2, 12, 197, 64))
    cost = net.cost("a")
    assert rule(cost, "MACs of Q·Kᵀ") == "N·heads·L·S·D, D numbers a head"
    assert line(cost, "MACs of Q·Kᵀ") == "2·12·197·197·64 = 59,610,624"
    assert rule(cost, "MACs of attention·V") == "N·heads·L·S·D"


def test_that_an_attention_layer_writes_e_for_the_numbers_of_a_token() -> None:
    net = Net((197, 1, 768))
    net.op(
        "mha", "multi_head_attention_forward", ["input"] * 3, (197, 1, 768),
        weights={"in_proj_weight": (2304, 768), "out_proj_weight": (768, 768)},
        embed_dim=768, num_heads=12,
    )  # fmt: skip
    cost = net.cost("mha")
    assert rule(cost, "MACs of the query projection") == "L·E·E"
    assert line(cost, "MACs of the query projection") == "197·768·768 = 116,195,328"
    assert line(cost, "MACs of Q·Kᵀ") == "12·197·197·64 = 29,805,312"
    assert rule(cost, "MACs of the output projection") == "L·E·E"
