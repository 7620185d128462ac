"""Stills of the window at work: open, zoom, unfold, search, select and export, to be looked at.

`python -m tests.perf.stills FOLDER [NETWORK ...] [--theme dark] [--size 1920x1080]`, or
`make stills`, writes one PNG a step and network into FOLDER.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSettings

from visualizer.app import Application, Request
from visualizer.ui.canvas.export import Sheet, save
from visualizer.ui.settings import Settings

_LLAMA = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 4096,
    "intermediate_size": 11008, "num_hidden_layers": 32, "num_attention_heads": 32,
    "num_key_value_heads": 32, "vocab_size": 32000, "max_position_embeddings": 4096,
}  # fmt: skip
"""Of the size of Llama 2 with 7 billion parameters."""


@dataclass(frozen=True)
class Story:
    """What is done with a network: the module unfolded, what is searched for, what is selected."""

    module: str
    search: str
    select: str


STORIES: Mapping[str, Story] = {
    "googlenet": Story("inception3a", "op:conv2d kernel:3", "inception3a.branch2.1.conv"),
    "resnet152": Story("layer3.1…35", "layer3 conv2", "layer2.3.conv2"),
    "densenet201": Story("features.denseblock2", "denseblock2 conv1", "features.denseblock3"),
    "swin_b": Story("features.1.0", "attn", "features.1.0.mlp"),
    "llama": Story("model.layers", "op:linear o_proj", "model.layers.0.self_attn"),
}


class Film:
    """The window with one network, and where its stills go."""

    def __init__(self, application: Application, name: str, folder: Path) -> None:
        self.application, self.name, self.folder = application, name, folder
        self._count = 0

    def still(self, step: str) -> None:
        """Wait until nothing moves, and keep what is seen."""
        self.settle()
        self._count += 1
        path = self.folder / f"{self.name}-{self._count}-{step}.png"
        if not self.application.front.grab().save(str(path)):
            raise SystemExit(f"cannot write {path}")
        print(path)

    def settle(self) -> None:
        waiting = QEventLoop()
        self.application.when_settled(waiting.quit)
        waiting.exec()
        self.application.qt.processEvents()

    def play(self, story: Story) -> None:
        """All steps; each leaves the window as the next begins."""
        application = self.application
        canvas, commands = application.window.canvas, application.commands
        self.still("open")
        commands.reveal(story.module)
        self.settle()
        canvas.zoom_by(2.5)
        canvas.center_on_item(application.pictures.visible_item(story.module) or "")
        self.still("zoom")
        canvas.fit()
        self.settle()
        application.session.folding.toggle(story.module)
        self.still("unfold")
        canvas.fit_all()  # F
        self.settle()
        self._search(story.search)
        self.still("search")
        self._search("")
        commands.reveal(story.select)
        self.still("select")
        canvas.fit()
        self._export()

    def _search(self, text: str) -> None:
        box = self.application.window.module_tree.search
        box.setText(text)
        box.ask_now()

    def _export(self) -> None:
        canvas, printed = self.application.window.canvas, self.application.pictures.in_one_column()
        assert printed is not None
        path = self.folder / f"{self.name}-{self._count + 1}-export.png"
        save(Sheet(printed, canvas.theme, canvas.marks), path)
        print(path)


@contextmanager
def _sources() -> Iterator[Callable[[str], str]]:
    """From a name of STORIES to what can be opened; a configuration lies in a folder meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "llama-7b"
        config.mkdir()
        (config / "config.json").write_text(json.dumps(_LLAMA))
        yield lambda name: f"hf:{config}" if name == "llama" else name


def film(name: str, source: str, folder: Path, theme: str, size: tuple[int, int]) -> None:
    """Play the story of one network in a window of its own."""
    with tempfile.TemporaryDirectory() as forgotten:
        settings = Settings(QSettings(f"{forgotten}/s.ini", QSettings.Format.IniFormat))
        application = Application(Request(source=source, theme=theme), settings)
        application.window.canvas.set_animated(False)  # a still shows where things end up
        application.window.resize(*size)
        application.show()
        try:
            Film(application, name, folder).play(STORIES[name])
        finally:
            application.window.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("networks", nargs="*", default=list(STORIES), metavar="NETWORK")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--size", default="1280x800", metavar="WxH")
    given = parser.parse_args()
    width, height = map(int, given.size.split("x"))
    given.folder.mkdir(parents=True, exist_ok=True)
    with _sources() as source_of:
        for name in given.networks:
            film(name, source_of(name), given.folder, given.theme, (width, height))


if __name__ == "__main__":
    main()
