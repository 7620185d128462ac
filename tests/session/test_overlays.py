from visualizer.costs import Cost, CostReport, LayerCost, ReceptiveField, Totals
from visualizer.costs.border import Border, BorderLayer
from visualizer.session.overlays import border_verdicts, overlay_values


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


def seeing(name, size, whole=False):
    field = ReceptiveField((size, size), (1, 1), (0, 0), (size, size), whole_input=whole)
    return LayerCost(name, Cost("counted", 1), 0, 0, 10, 40, receptive_field=field)


def test_that_receptive_fields_are_shares_of_the_picture():
    report = CostReport(
        {"a": seeing("a", 56), "b": seeing("b", 427), "gap": seeing("gap", 91, True)}, Totals()
    )
    members = [("a", ("a",)), ("b", ("b",)), ("gap", ("gap",))]
    values = overlay_values(report, members, "receptive_field", side=224)
    assert values.shares == {"a": 0.25, "b": 1.0, "gap": 1.0}
    assert values.largest == "the whole input (224 px)"


def test_that_a_module_shows_the_worst_verdict_inside_and_other_ops_none():
    layers = (
        BorderLayer("a", 1, 20, 5, "productive"),
        BorderLayer("b", 20, 40, 5, "critical"),
        BorderLayer("c", 40, 60, 5, "unproductive"),
    )
    members = [("early", ("a", "b", "relu")), ("late", ("a", "c")), ("relu", ("relu",))]
    assert border_verdicts(Border(32, layers, None), members) == {
        "early": "critical", "late": "unproductive", "relu": None,
    }  # fmt: skip
    assert border_verdicts(None, members) == {"early": None, "late": None, "relu": None}
