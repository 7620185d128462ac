"""Run as a program: prints a line when the window, or a network in it, is on the screen."""

from __future__ import annotations

import sys


def main(source: str) -> None:
    from visualizer.app import Application, Request

    application = Application(Request(source=source))
    application.show()

    def report() -> None:
        application.window.grab()
        print("on screen", flush=True)
        application.close()
        application.qt.quit()

    application.when_settled(report) if source else report()
    if source:
        application.qt.exec()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
