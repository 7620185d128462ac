"""`visualizer.show` from real scripts: the window is a process, the network stays in the script."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
CAT = ROOT / "resources" / "sample" / "chelsea.png"
PATIENCE = 120

HEAD = """
import sys, torch, visualizer
from torch import nn
class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
    def forward(self, x):
        return self.conv(x).relu().mean((2, 3))
network = Small()
x = torch.zeros(1, 3, 64, 64)
"""


@pytest.fixture
def script(tmp_path: Path):
    """Runs a script without a display; gives what it printed, and what it said on stderr."""

    def run(text: str) -> tuple[list[str], str]:
        file = tmp_path / "script.py"
        file.write_text(HEAD + dedent(text))
        hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
        environment = {k: v for k, v in os.environ.items() if k not in hidden}
        environment["PYTHONPATH"] = str(ROOT)
        done = subprocess.run(
            [sys.executable, str(file)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines(), done.stderr

    return run


def test_that_a_screenshot_has_the_network_and_its_maps(script, tmp_path: Path) -> None:
    target = tmp_path / "net.png"
    said, _ = script(f"""
        window = visualizer.show(
            network, x, picture={str(CAT)!r}, panel="feature-maps", theme="light",
            screenshot={str(target)!r}, size=(1000, 700),
        )
        print(window.is_open, network.training, network.conv.weight.grad)
    """)
    assert said == ["False True None"]
    picture = Image.open(target)
    assert picture.size == (1000, 700)
    maps = picture.convert("RGB").crop((200, 420, 700, 640))
    colors = maps.getcolors(maps.width * maps.height)
    assert len(colors) > 200  # pictures in the colours of the maps, not a bare panel


def test_that_without_a_display_it_says_where_the_window_is_drawn_or_why_not(
    script, tmp_path: Path
) -> None:
    said, errors = script("""
        class Broken(Small):
            def forward(self, x): return self.conv(x.flatten())
        def tried(what):
            try:
                print(what())
            except (RuntimeError, ValueError) as error:
                print(error)
        window = visualizer.show(network, x, block=False)
        broken = visualizer.show(Broken(), x, block=False)
        print(window.wait_until_traced(100), window.wait(100), repr(window))
        tried(lambda: broken.wait_until_traced(100))
        tried(lambda: broken.wait(100))
        tried(lambda: visualizer.show(network, inputs=3))
        tried(lambda: visualizer.show(network, picture="none.png"))
    """)
    assert said[0] == "True True <visualizer window of Small, closed>"
    assert f"the window is drawn in {(tmp_path / 'visualizer.png').resolve()}" in errors
    assert said[1].startswith("conv (Conv2d)") and said[1] in said[2]
    assert said[3].startswith("cannot read inputs of type int")
    assert said[4] == "there is no picture none.png"


def test_that_a_window_is_closed_from_the_script_which_goes_on(script) -> None:
    # Offscreen, but as on a display: it stays open until it is closed.
    said, _ = script("""
        import os
        os.environ.update(QT_QPA_PLATFORM="offscreen", DISPLAY=":none")
        with visualizer.show(network, x, block=False) as window:
            print(window.wait_until_traced(100), window.is_open)
        print(window.is_open)
        print(network(x).shape)
    """)
    assert said == ["True True", "False", "torch.Size([1, 8])"]
