from visualizer.engine.early import Mailbox


def test_that_nothing_said_before_anybody_listens_is_lost():
    mailbox, heard = Mailbox(), []
    mailbox.put("ready")
    mailbox.put("steady")
    mailbox.listen(heard.append)
    mailbox.put("go")
    assert heard == ["ready", "steady", "go"]
