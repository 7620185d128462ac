"""A file that is no network by itself, in a session whose worker only writes down what is asked."""

import msgspec
import pytest

from tests.session.test_sessions import Worker, loaded
from visualizer.engine.messages import Failed, FileExamined
from visualizer.engine.saved import Fit, SavedFile, SavedTensor
from visualizer.session.session import Session
from visualizer.sources import ModelSource

TENSORS = (SavedTensor("fc.weight", (10, 4), "float16", 80),)
FIT = Fit("timm:resnet50", 1, 1)


class Recording(Worker):
    """Keeps the sources too."""

    def load(self, source, inputs=()):
        self.source, self.inputs = source, inputs
        return self._answer("load", source.text)

    def load_beside(self, source, inputs=()):
        self.source, self.inputs = source, inputs
        return self._answer("beside", source.text)


@pytest.fixture
def worker():
    return Recording()


@pytest.fixture
def session(worker):
    made = Session(worker)
    made.opening.open_text("resnet18")
    made.handle(loaded(1))
    return made


def weights(text="w.pth"):
    return SavedFile(ModelSource("file", text), TENSORS, (FIT,))


def code(text="net.pt", sha256="a" * 64):
    return SavedFile(ModelSource("file", text), TENSORS, (FIT,), 0, ("mine.Net",), sha256)


def ask(session, worker, file, **options):
    session.opening.open_text(file.source.location, **options)
    session.handle(FileExamined(len(worker.asked), file))


def test_that_weights_leave_the_open_network_as_it_is(session, worker) -> None:
    network = session.state.network
    ask(session, worker, weights())
    state = session.state
    assert state.examined is not None and state.network is network
    assert state.activity is None and state.message is None


def test_that_weights_open_as_the_network_they_fit(session, worker) -> None:
    ask(session, worker, weights())
    session.opening.open_as(session.state.examined, FIT)
    assert worker.source == ModelSource("timm", "resnet50", weights="w.pth")
    assert session.state.examined is None


def test_that_code_is_asked_about_and_opened_with_its_very_hash(session, worker) -> None:
    ask(session, worker, code())
    assert session.state.examined.needs_trust and worker.source.trust == ""
    session.opening.open_trusted(session.state.examined)
    assert worker.source == ModelSource("file", "net.pt", trust="a" * 64)


def test_that_a_file_trusted_before_is_not_asked_about(session, worker) -> None:
    session.opening.is_trusted = {"a" * 64}.__contains__
    ask(session, worker, code())
    assert session.state.examined is None and worker.source.trust == "a" * 64
    ask(session, worker, code(sha256="b" * 64))  # it has changed
    assert session.state.examined is not None and worker.source.trust == ""


def test_that_trust_from_the_command_line_is_for_that_file(session, worker) -> None:
    ask(session, worker, code(), trust=True)
    assert session.state.examined is None and worker.source.trust == "a" * 64
    ask(session, worker, code("other.pt"))
    assert session.state.examined is not None


def test_that_a_file_that_changes_while_it_is_opened_is_asked_about(session, worker) -> None:
    session.opening.is_trusted = lambda sha256: True
    ask(session, worker, code())
    changed = code(sha256="b" * 64)
    source = msgspec.structs.replace(changed.source, trust="a" * 64)
    session.handle(FileExamined(len(worker.asked), msgspec.structs.replace(changed, source=source)))
    assert session.state.examined is not None


def test_that_a_late_answer_about_a_file_is_dropped(session, worker) -> None:
    session.opening.open_text("w.pth")
    session.opening.open_text("alexnet")
    session.handle(FileExamined(2, weights()))
    assert session.state.examined is None and session.opening.busy


def test_that_inputs_asked_for_are_kept(session, worker) -> None:
    from visualizer.sources import InputSpec

    inputs = (InputSpec((1, 3, 64, 64)),)
    ask(session, worker, weights(), inputs=inputs)
    session.opening.open_as(session.state.examined, FIT)
    assert worker.inputs == inputs


def compare_with(session, worker, file):
    session.comparing.compare_text(file.source.location)
    session.handle(FileExamined(len(worker.asked), file))


def test_that_comparing_with_code_asks_for_trust_and_then_compares(session, worker) -> None:
    network = session.state.network
    compare_with(session, worker, code())
    assert session.state.examined == code() and session.state.message is None
    session.examiner.open_trusted(session.state.examined)
    assert worker.asked[-1] == ("beside", "net.pt") and worker.source.trust == "a" * 64
    assert session.state.examined is None and session.state.network is network


def test_that_comparing_with_weights_compares_with_the_network_they_fit(session, worker) -> None:
    compare_with(session, worker, weights())
    session.examiner.open_as(session.state.examined, FIT)
    assert worker.asked[-1] == ("beside", "timm:resnet50") and worker.source.weights == "w.pth"


def test_that_code_that_is_trusted_already_is_compared_without_asking(session, worker) -> None:
    session.comparing.is_trusted = lambda sha256: sha256 == "a" * 64
    compare_with(session, worker, code())
    assert session.state.examined is None
    assert worker.source.trust == "a" * 64


def test_that_opening_after_comparing_is_answered_by_opening(session, worker) -> None:
    compare_with(session, worker, code())
    ask(session, worker, code())
    session.examiner.open_trusted(session.state.examined)
    assert worker.asked[-1] == ("load", "net.pt")


def test_that_what_another_process_held_is_not_tried_again(session, worker) -> None:
    session.opening.open_text("resnet18")
    session.handle(Failed(len(worker.asked), "gone", "The process has ended"))
    assert session.state.message.text == "The process has ended"
    assert not session.state.message.can_retry
