"""What the inspector says about a node, a group or the whole network, as plain data."""

from __future__ import annotations

from visualizer.session.network import OpenNetwork
from visualizer.ui.panels.inspection.group import inspect_group, inspect_network
from visualizer.ui.panels.inspection.model import Inspection, Link, Quantity, Row, share_text
from visualizer.ui.panels.inspection.node import inspect_node

__all__ = ["Inspection", "Link", "Quantity", "Row", "inspect", "share_text"]


def inspect(network: OpenNetwork, item: str) -> Inspection:
    """What to show for a node or group id; the network's overview for anything else."""
    if item in network.graph.by_id:
        return inspect_node(network, network.graph.by_id[item])
    if group := network.group(item):
        return inspect_group(network, group)
    return inspect_network(network)
