"""The `memory` command as a shell runs it."""

import json


def test_that_resnet18_s_training_is_told_as_json(run):
    code, out, _ = run(
        "memory", "resnet18", "--batch", "8", "--optimizer", "momentum", "--checkpoint",
        "--fits", "8", "--format", "json",
    )  # fmt: skip
    document = json.loads(out)
    memory = document["memory"]
    assert code == 0
    assert memory["param_bytes"] == memory["gradient_bytes"] == 4 * 11_689_512
    assert memory["optimizer_bytes"] == 4 * 11_689_512
    assert sum(part["bytes"] for part in memory["parts"]) == memory["peak_bytes"]
    assert document["blocks"] == [f"layer{n}.{k}" for n in range(1, 5) for k in (0, 1)]
    assert document["observed"]["off"] == 0
    assert document["largest_batch"] > 8


def test_that_the_table_says_where_the_peak_is_and_what_fits(run):
    code, out, _ = run("memory", "alexnet", "--fits", "0.5")
    assert code == 0
    assert "Saved activations" in out and "when the optimizer updates" in out
    assert "Not even a batch of 1 fits in 0.5 GB." in out


def test_that_a_network_without_blocks_is_refused_in_one_line(run):
    code, out, err = run("memory", "alexnet", "--checkpoint")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1 and "no blocks in a row" in err


def test_that_a_network_that_needs_targets_is_refused_in_one_line(run):
    code, out, err = run("memory", "fasterrcnn_resnet50_fpn")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1 and "targets" in err
