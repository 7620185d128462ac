import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings

from visualizer.app import Application, Request, qt_application
from visualizer.ui.settings import Settings

PATIENCE = 60_000  # milliseconds; waits end as soon as their condition holds


@pytest.fixture(scope="module")
def application(tmp_path_factory):
    """The real window with its real processes, shared by the journeys of a module."""
    qt_application().setQuitOnLastWindowClosed(False)
    file = tmp_path_factory.mktemp("settings") / "settings.ini"
    settings = Settings(QSettings(str(file), QSettings.Format.IniFormat))
    running = Application(Request(theme="light"), settings)
    running.show()
    yield running
    running.window.close()
    # Nothing of it may stay: a window that is only hidden is dressed anew by every test of a theme.
    running.window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def settle(qtbot, application):
    """Waits until nothing is under way."""

    def wait():
        qtbot.waitUntil(lambda: application.settled, timeout=PATIENCE)

    return wait


@pytest.fixture
def opened(application, settle):
    """Opens a network in the window, with no picture to run."""

    def begin(source, inputs=()):
        application.session.state.picture = ""
        application.session.state.width_mode = "linear"
        application.session.opening.open_text(source, inputs=inputs)
        settle()
        assert application.session.state.network.source.text == source
        return application

    return begin
