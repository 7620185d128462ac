"""The `zoo` command, and `--compare` of the window."""

import json
import subprocess
import sys


def run(*arguments):
    return subprocess.run(
        [sys.executable, "main.py", *arguments], capture_output=True, text=True, timeout=120
    )


def test_that_the_zoo_is_listed_with_published_figures_and_the_advice():
    told = json.loads(run("zoo", "--format", "json").stdout)
    by_name = {entry["network"]: entry for entry in told["networks"]}
    # torchvision's table: 76.13 % top-1, 25,557,032 parameters, 4.089 GMACs
    resnet50 = by_name["resnet50"]
    assert (resnet50["top1"], resnet50["params"]) == (76.13, 25_557_032)
    assert (resnet50["macs"], resnet50["advised_for"]) == (4_089_000_000, "accuracy")
    macs = [entry["macs"] for entry in told["networks"]]
    assert macs == sorted(macs) and told["networks"][0]["best"]
    assert "MobileNet or ShuffleNet" in " ".join(told["advice"])


def test_that_the_best_weights_and_a_table_can_be_asked_for():
    table = run("zoo", "--weights", "best").stdout
    assert "80.86 %" in table and "do not design your own" in table


def test_that_the_window_draws_a_comparison_into_a_file(tmp_path):
    target = tmp_path / "compared.png"
    done = run("alexnet", "--compare", "squeezenet1_1", "--screenshot", str(target))
    assert done.returncode == 0 and target.stat().st_size > 10_000


def test_that_a_bad_network_to_compare_with_is_one_line(tmp_path):
    target = tmp_path / "compared.png"
    done = run("alexnet", "--compare", "resnet5", "--screenshot", str(target))
    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if line]
    assert lines[-1].startswith("visualizer: Cannot compare: torchvision has no network")
    assert len([line for line in lines if "Traceback" in line]) == 0


def test_that_a_narrow_terminal_shows_whole_names_and_leaves_columns_out(capsys):
    from rich.console import Console

    from visualizer.cli.zoo import zoo_table
    from visualizer.costs.published import Published

    entry = Published("shufflenet_v2_x1_0", "IMAGENET1K_V1", 2_278_604, 145_000_000, 69.36, 88.32)
    for width, whole in ((80, False), (110, True)):
        Console(width=width).print(zoo_table([entry], width))
        out = capsys.readouterr().out
        assert "shufflenet_v2_x1_0" in out and "88.32 %" in out
        assert ("IMAGENET1K_V1" in out) == whole
