"""Opening and folding modules."""

from __future__ import annotations

from visualizer.graph import ROOT, Hierarchy
from visualizer.graph.folding import expanded_to_depth
from visualizer.graph.repeats import first_shown
from visualizer.session.state import SessionState


class FoldController:
    """Changes which groups of the open network are expanded; anything else is left alone."""

    def __init__(self, state: SessionState) -> None:
        self._state = state

    def toggle(self, group: str) -> None:
        """Open a folded module and those around it, or fold an open one with all inside.

        A long run opens with the first of its modules.
        """
        hierarchy = self._hierarchy_with(group)
        if hierarchy is None or group == ROOT:
            return
        expanded = self._state.expanded
        if group in expanded:
            self._state.expanded = expanded - {group, *hierarchy.walk(group)}
        else:
            first = first_shown(hierarchy.groups[group])
            self._state.expanded = (
                expanded | first | ({group, *hierarchy.ancestors(group)} - {ROOT})
            )

    def toggle_all(self, group: str = ROOT) -> None:
        """Open a module and every module inside it, or fold all of them when all are open."""
        hierarchy = self._hierarchy_with(group)
        if hierarchy is None:
            return
        inside = {group, *(i for i in hierarchy.walk(group) if i in hierarchy.groups)} - {ROOT}
        expanded = self._state.expanded
        self._state.expanded = expanded - inside if inside <= expanded else expanded | inside

    def open_selected(self) -> None:
        """Open the selected module."""
        if self._state.selection not in self._state.expanded:
            self.toggle(self._state.selection)

    def fold_selected(self) -> None:
        """Fold the selected module, or the one around the selected op, which is then selected."""
        state = self._state
        if state.drawn_network is None:
            return
        group = state.selection
        if group not in state.expanded:
            group = state.drawn_network.hierarchy.parent_of.get(group, ROOT)
        if group in state.expanded:
            state.selection = group
            self.toggle(group)

    def to_depth(self, depth: int) -> None:
        """Open every module down to nesting `depth`, fold the rest."""
        if self._state.drawn_network is not None:
            self._state.expanded = expanded_to_depth(self._state.drawn_network.hierarchy, depth)

    def _hierarchy_with(self, group: str) -> Hierarchy | None:
        network = self._state.drawn_network
        if network is None or group not in network.hierarchy.groups:
            return None
        return network.hierarchy
