"""The `compare` command as a shell runs it."""

import json


def test_that_two_networks_are_told_apart_in_totals_grids_and_layers(run):
    code, out, _ = run("compare", "resnet18", "resnet34", "--format", "json")
    document = json.loads(out)
    figures = {(f["title"], f["unit"]): f for f in document["figures"]}
    assert code == 0
    assert document["sources"] == ["resnet18", "resnet34"]
    assert figures["Parameters", ""]["values"] == [11_689_512, 21_797_672]
    assert figures["MACs", "MACs"]["values"] == [1_814_073_344, 3_663_761_408]
    assert sum(change["macs"] for change in document["changes"]) == 3_663_761_408 - 1_814_073_344
    assert document["grids"][0]["grid"] == [112, 112]


def test_that_the_slide_s_ratios_are_said_beside_the_true_ones(run):
    code, out, _ = run("compare", "alexnet", "vgg16", "--format", "md")
    assert code == 0
    assert "19.4×" in out and "21.66 ×" in out


def test_that_one_network_alone_is_refused_in_one_line(run):
    code, out, err = run("compare", "alexnet")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1 and "two networks" in err


def test_that_a_narrow_terminal_has_a_line_a_network_and_ratios_behind_numbers():
    """VGG-16 has 138,357,544 parameters, without conv3_3 (590,080) 137,767,464."""
    from tests.worker.test_lectures import opened
    from visualizer.cli.compare import narrow_tables
    from visualizer.costs.comparison import Compared

    names = ("vgg16", "vgg16-slide", "alexnet")
    networks = [Compared(name, *opened(name)) for name in names]
    totals, grids = narrow_tables(networks, None)
    assert totals[1] == ("", *names)
    assert totals[2][0][1:] == ("138.36 M", "137.77 M 1.00×", "61.10 M 0.44×")
    grid = next(number for number, row in enumerate(grids[2]) if row[0] == "56×56")
    assert [row[1] for row in grids[2][grid : grid + 3]] == list(names)
    assert [row[0] for row in grids[2][grid : grid + 3]] == ["56×56", "", ""]
