"""Run as a program: prints a line when the window, or a network in it, is on the screen."""

from __future__ import annotations

import sys

from visualizer.cli.window import window_module
from visualizer.engine.early import EarlyWorker


def main(source: str) -> None:
    worker = EarlyWorker()
    app = window_module()
    application = app.Application(app.Request(source=source), worker=worker)
    application.show()

    def report() -> None:
        if source and application.window.canvas.shown is None:
            sys.exit(str(application.session.state.message))
        application.window.grab()
        print("on screen", flush=True)
        application.close()
        application.qt.quit()

    application.when_settled(report) if source else report()
    if source:
        application.qt.exec()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
