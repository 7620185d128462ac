"""Maximum flow through an acyclic network whose edges have capacities, and its minimum cut.

Dinic, "Algorithm for solution of a problem of maximum flow in a network with power
estimation", 1970; before its phases one blocking flow along the edges' own directions, which
finds most of the flow in the long, tangled networks that cuts are looked for in.
"""

from __future__ import annotations

SOURCE, SINK = 0, 1


class FlowNetwork:
    """Vertices are small whole numbers, `SOURCE` and `SINK` two of them.

    Edge e (even) has its reverse in e + 1; `_room[e]` is what may still flow along it.
    """

    def __init__(self, vertices: int) -> None:
        self._out: list[list[int]] = [[] for _ in range(vertices)]
        self._to: list[int] = []
        self._room: list[int] = []

    def add_edge(self, start: int, end: int, capacity: int) -> None:
        """An edge; those that lead furthest should be added first."""
        for tail, head, room in ((start, end, capacity), (end, start, 0)):
            self._out[tail].append(len(self._to))
            self._to.append(head)
            self._room.append(room)

    def reached_at_maximum(self) -> list[bool]:
        """Which vertices the source still reaches when no more can flow: the minimum cut
        closest to the source lies at their border."""
        self._block(None)
        while (levels := self._levels())[SINK] >= 0:
            self._block(levels)
        return [level >= 0 for level in levels]

    def _levels(self) -> list[int]:
        """Fewest edges with room from the source to each vertex, -1 where none lead."""
        to, room, out = self._to, self._room, self._out
        levels = [-1] * len(out)
        levels[SOURCE], reached = 0, [SOURCE]
        for vertex in reached:
            for edge in out[vertex]:
                head = to[edge]
                if levels[head] < 0 and room[edge]:
                    levels[head] = levels[vertex] + 1
                    reached.append(head)
        return levels

    def _block(self, levels: list[int] | None) -> None:
        """Send along edges to the next level, or without levels along edges that are no reverse
        ones, until every path is full."""
        to, out = self._to, self._out
        following = [0] * len(out)
        path: list[int] = []
        vertex = SOURCE
        while True:
            edges = out[vertex]
            place = following[vertex] = self._open(vertex, following[vertex], levels)
            if vertex == SINK:
                vertex = self._send(path)
            elif place < len(edges):
                path.append(edges[place])
                vertex = to[edges[place]]
            elif path:
                vertex = to[path.pop() ^ 1]
                following[vertex] += 1
            else:
                return

    def _open(self, vertex: int, place: int, levels: list[int] | None) -> int:
        """Where in a vertex's list, from `place` on, the next edge is that may be taken."""
        to, room, edges = self._to, self._room, self._out[vertex]
        wanted = levels[vertex] + 1 if levels is not None else 0
        while place < len(edges):
            edge = edges[place]
            taken = levels[to[edge]] == wanted if levels is not None else not edge & 1
            if taken and room[edge]:
                return place
            place += 1
        return place

    def _send(self, path: list[int]) -> int:
        """Fill a path; it then ends before its first full edge, where the search goes on."""
        room = self._room
        amount = min(room[edge] for edge in path)
        for edge in path:
            room[edge] -= amount
            room[edge ^ 1] += amount
        full = next(place for place, edge in enumerate(path) if not room[edge])
        start = self._to[path[full] ^ 1]
        del path[full:]
        return start
