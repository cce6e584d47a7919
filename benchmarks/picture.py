"""The picture: time against size, both axes by powers of ten, as SVG."""

from __future__ import annotations

import io
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.peers import OURS, SOLVERS
from benchmarks.report import seconds

WHOLE = "freeagents, whole round"
COLOURS = ("#1d70b8", "#d4351c", "#f47738", "#85994b", "#28a197", "#6f72af", "#912b88", "#b58840", "#505a5f", "#0b0c0c")


def drawn(found: dict[str, Any]) -> str:
    """Return the picture of a run: each solver's seconds on the short lists of made-up services of growing size."""
    lines: dict[str, list[tuple[int, float]]] = {}
    for name, of in found["assign"].items():
        if name.startswith("lists"):
            for solver, run in of["solvers"].items():
                lines.setdefault(solver, []).append((of["shape"]["seats"], seconds(run)))
    lines[WHOLE] = [(int(name.rpartition("x")[2]), seconds(run)) for name, run in found["whole"].items()]
    style = {"svg.hashsalt": "bench", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9}
    with mpl.rc_context(style):
        figure = Figure(figsize=(8, 4.8), layout="constrained")
        axes = figure.subplots()
        colours = dict(zip((name for name in SOLVERS if name != OURS), COLOURS, strict=False))
        for name, points in lines.items():
            known = [(size, time) for size, time in points if time == time]  # noqa: PLR0124  NaN: not run to the end
            if known:
                own = name in {OURS, WHOLE}
                axes.plot(
                    *zip(*known, strict=True),
                    marker="o",
                    markersize=4,
                    linewidth=2.5 if own else 1.2,
                    linestyle="--" if name == WHOLE else "-",
                    color="#00703c" if own else colours[name],
                    label=name,
                )
        axes.set(xscale="log", yscale="log", xlabel="seats (10 to 100 people each)", ylabel="seconds")
        axes.set_title("Building and solving: short lists of a made-up public service", fontsize=10)
        axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
        figure.legend(loc="outside right upper", frameon=False, fontsize=8)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()
