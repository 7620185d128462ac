"""A report saved from the window."""


def test_that_the_open_network_is_saved_as_the_canvas_shows_it(opened, tmp_path):
    application = opened("squeezenet1_1")
    page = tmp_path / "net.html"
    application.commands.save_report(page)
    message = application.session.state.message
    assert message is not None and str(page) in message.text and message.severity == "info"
    text = page.read_text(encoding="utf-8")
    drawn = [bar for bar in application.window.canvas.shown.bars if bar.label in text]
    assert len(drawn) == len(application.window.canvas.shown.bars)


def test_that_a_report_that_cannot_be_saved_is_told(opened, tmp_path):
    application = opened("squeezenet1_1")
    application.commands.save_report(tmp_path / "nowhere" / "net.html")
    message = application.session.state.message
    assert message is not None and "no folder" in message.text and message.severity == "error"
