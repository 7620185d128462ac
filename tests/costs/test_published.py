"""Published accuracies: which entry stands for a network, and which networks nothing surpasses."""

from visualizer.costs.published import Published, advised_for, chosen, frontier


def entry(network, weights, gmacs, top1):
    return Published(network, weights, 1_000_000, int(gmacs * 1e9), top1, top1 + 10)


# torchvision's table of its classification weights
RESNET50 = (
    entry("resnet50", "IMAGENET1K_V1", 4.089, 76.13),
    entry("resnet50", "IMAGENET1K_V2", 4.089, 80.858),
)
OTHERS = (entry("alexnet", "IMAGENET1K_V1", 0.714, 56.522),
          entry("mobilenet_v2", "IMAGENET1K_V1", 0.301, 71.878),
          entry("vgg16", "IMAGENET1K_V1", 15.47, 71.592))  # fmt: skip


def test_that_one_entry_a_network_is_chosen_the_first_or_the_best():
    assert [each.top1 for each in chosen(RESNET50, "first")] == [76.13]
    assert [each.top1 for each in chosen(RESNET50, "best")] == [80.858]
    assert [each.network for each in chosen((*OTHERS, *RESNET50), "first")] == [
        "alexnet", "mobilenet_v2", "vgg16", "resnet50",
    ]  # fmt: skip


def test_that_the_frontier_leaves_out_what_costs_more_and_achieves_less():
    found = frontier((*OTHERS, *RESNET50))
    assert [each.network for each in found] == ["mobilenet_v2", "resnet50"]


def test_that_the_advised_families_are_the_lectures():
    assert advised_for("resnet101") == advised_for("resnext50_32x4d") == "accuracy"
    assert advised_for("mobilenet_v3_small") == "efficiency"
    assert advised_for("shufflenet_v2_x1_0") == "efficiency"
    assert advised_for("vgg16") == advised_for("wide_resnet50_2") == ""
