"""The malicious corpus and some damaged files of each format, through one real worker."""

from __future__ import annotations

from tests.perf.dangerous_files import tallies


def test_that_nothing_runs_nothing_falls_and_every_message_is_one_clear_line() -> None:
    found = list(tallies(mutations=12))
    assert sum(tally.tried for tally in found) > 400
    for tally in found:
        assert (tally.executed, tally.crashed, tally.ended, tally.unclear) == (0, 0, 0, 0), (
            tally.kind, tally.doubtful,
        )  # fmt: skip
        assert tally.opened == 0 or "mutated" in tally.kind
