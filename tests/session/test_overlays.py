from visualizer.costs import Cost, CostReport, LayerCost, Totals
from visualizer.session.overlays import overlay_values


def layer(name, macs, params=0):
    coverage = "uncovered" if macs is None else "counted"
    return LayerCost(name, Cost(coverage, macs), params, 4 * params, 10, 40)


REPORT = CostReport(
    {"a": layer("a", 100, 5), "b": layer("b", 300), "c": layer("c", None)}, Totals()
)


def test_that_a_module_has_the_sum_of_its_ops_as_share_of_the_largest():
    values = overlay_values(REPORT, [("module", ("a", "b")), ("a", ("a",))], "macs")
    assert values.shares == {"module": 1.0, "a": 0.25}
    assert values.largest == "400"


def test_that_an_unknown_cost_stays_unknown():
    values = overlay_values(REPORT, [("c", ("c",)), ("both", ("a", "c")), ("a", ("a",))], "macs")
    assert values.shares == {"c": None, "both": None, "a": 1.0}


def test_that_nothing_positive_is_no_division_by_zero():
    assert overlay_values(REPORT, [("b", ("b",))], "params").shares == {"b": 0.0}
