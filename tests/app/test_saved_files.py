"""A file of weights or a whole network comes into the window."""

import pytest
import torch
from torchvision import models


@pytest.fixture(scope="module")
def network():
    return models.squeezenet1_1(weights=None)


@pytest.fixture
def asked(qtbot, application):
    """Opens a file as if it were dropped; the dialog that comes."""

    def drop(path):
        application.window.files_dropped.emit([str(path)])
        qtbot.waitUntil(lambda: application.session.state.examined is not None, timeout=60_000)
        return application.saved.dialog

    return drop


def test_that_dropped_weights_are_asked_about_and_open_on_one_click(
    opened, asked, settle, application, network, tmp_path
):
    path = tmp_path / "my weights.pth"
    torch.save(network.state_dict(), path)
    state = opened("alexnet").session.state
    before = state.network
    dialog = asked(path)
    assert state.network is before and dialog.isVisible()
    dialog.reject()
    assert state.examined is None and state.network is before
    assert application.settings.recent()[0] == str(path)
    asked(path).fit_buttons[0].click()
    settle()
    assert state.network.source.text == "squeezenet1_1"
    assert state.network.weights_text == "weights from my weights.pth"


def test_that_a_trusted_file_opens_and_is_not_asked_about_again(
    opened, asked, settle, application, network, tmp_path
):
    path = tmp_path / "whole.pt"
    torch.save(network, path)
    state = opened("alexnet").session.state
    asked(path).trust_button.click()
    settle()
    assert state.network.graph.name == "SqueezeNet"
    application.session.opening.open_text("alexnet")
    settle()
    application.session.opening.open_text(str(path))
    settle()
    assert state.network.graph.name == "SqueezeNet" and state.examined is None
    application.saved.forget_trust()
    assert asked(path).isVisible()
    application.saved.dialog.reject()


def test_that_comparing_with_a_network_saved_as_code_asks_and_then_compares(
    opened, settle, qtbot, application, network, tmp_path
):
    path = tmp_path / "theirs.pt"
    torch.save(network, path)
    state = opened("squeezenet1_1").session.state
    application.session.comparing.compare_text(str(path))
    qtbot.waitUntil(lambda: state.examined is not None, timeout=60_000)
    application.saved.dialog.trust_button.click()
    qtbot.waitUntil(lambda: state.comparison is not None, timeout=60_000)
    assert state.comparison.names[0] == "squeezenet1_1"
    assert state.comparison.names[1].endswith("theirs.pt")
    assert state.network.source.text == "squeezenet1_1"
    application.saved.forget_trust()
