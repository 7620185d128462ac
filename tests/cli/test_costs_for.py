"""`summary` for another batch, resolution, precision and convention."""

import json

import pytest

RESNET18_MACS = 1_814_073_344  # torchvision's published 1.814 G
# 9,600 numbers of γ and β and 1,000 biases stay in float32, the rest is packed two to a byte.
INT4_BYTES = (11_689_512 - 10_600) // 2 + 4 * 10_600


def test_that_batch_and_precision_are_options(run):
    code, out, _ = run("summary", "resnet18", "--batch", "8", "--dtype", "int4", "--format", "json")
    document = json.loads(out)
    assert code == 0
    assert document["inputs"] == [{"shape": [8, 3, 224, 224], "dtype": "float32"}]
    assert document["totals"]["macs"] == 8 * RESNET18_MACS
    assert document["totals"]["param_bytes"] == INT4_BYTES


def test_that_resolution_and_what_counts_are_options(run):
    counted = ("--count", "pooling", "--count", "norm")
    code, out, _ = run("summary", "resnet18", "--resolution", "64x96", *counted)
    assert code == 0
    assert "1×64×32×48" in out
    assert "the MACs count operations of pooling, norm as well" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("resnet18", "--batch", "0"), "batch 0 is not between 1 and 1,024"),
        (("resnet18", "--resolution", "2y"), "write it like 256 or 256x320"),
        (("resnet18", "--dtype", "int3"), "unknown precision 'int3'"),
        (("vit_b_16", "--resolution", "200"), "Wrong image height! Expected 224 but got 200!"),
    ],
)
def test_that_what_cannot_be_is_one_line(run, arguments, said):
    code, out, err = run("summary", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_that_the_precision_is_the_networks_own_unless_given(run, tmp_path):
    """3·4 weights and 3 biases: two bytes each in bfloat16, four in float32."""
    code = "import torch\ndef build():\n    return torch.nn.Linear(4, 3).bfloat16()\n"
    (tmp_path / "net.py").write_text(code)
    source = (f"{tmp_path}/net.py:build", "--input", "2x4:bfloat16", "--format", "json")
    code, out, err = run("summary", *source)
    assert (code, err) == (0, "")
    assert json.loads(out)["totals"]["param_bytes"] == 2 * 15
    _, out, _ = run("summary", *source, "--dtype", "float32")
    assert json.loads(out)["totals"]["param_bytes"] == 4 * 15
