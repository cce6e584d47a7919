"""The tables of a run, in Markdown: wins, losses and what was missed, all alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.graphs import OPTIMA, orlib_costs
from benchmarks.peers import DENSE, FLOW, LAPJVSP, LAPMOD, OURS, SOLVERS
from benchmarks.store import FROZEN, ROOT, SIZES, frozen, lists, service

OF_MACHINE = ("system", "cores", "load")
PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- begin: written by make bench -->", "<!-- end -->"
NATIONAL = SIZES[-1]
RATIOS = ((LAPMOD, lists(*NATIONAL), 20), (FLOW, lists(*NATIONAL), 20), (LAPJVSP, lists(*NATIONAL), 40))
"""Peer, instance, and how many times as long as ours it is to take."""
BEST_CONTENDED, WORST_ALIKE, MOST_WHOLE, SOUGHT_WHOLE, MOST_MIB = 5, 1.5, 4, 2, 512
EXACT = tuple(name for name, peer in SOLVERS.items() if peer.exact and name != OURS)


def assignment(name: str, of: dict[str, Any]) -> Iterator[str]:
    """Yield the table of one instance: seconds with their range, ratio to ours, memory, total and its gap."""
    shape, solvers = of["shape"], of["solvers"]
    best = max((each["total"] for each in solvers.values() if "total" in each), default=0)
    ours, busy = seconds(solvers.get(OURS, {})), _busy(solvers.get(OURS, {}))
    yield ""
    yield "**{}**: {people:,} people, {projects:,} projects, {seats:,} seats, {pairs:,} pairs".format(name, **shape)
    yield ""
    heads = (
        "solver",
        "build s",
        "solve s",
        "both s (least–most)",
        "runs",
        "× ours",
        "cpu s",
        "× ours",
        "peak MiB",
        "placed",
        "total",
        "gap",
    )
    yield from _table(heads, (_line(solver, found, ours, busy, best) for solver, found in solvers.items()))


def seconds(found: dict[str, Any]) -> float:
    """Return the median of building and solving; NaN where there is none."""
    return float(np.median([run[0] + run[1] for run in found["runs"]])) if "runs" in found else float("nan")


def _busy(found: dict[str, Any]) -> float:
    """Return the median of processor seconds; NaN where there is none."""
    return float(np.median([run[2] for run in found["runs"]])) if "runs" in found else float("nan")


def whole(found: dict[str, Any]) -> Iterator[str]:
    """Yield the table of whole rounds: each stage, memory, and the ratio to scipy's assignment stage alone."""
    rounds = found["whole"]
    if not rounds:
        return
    stages = list(dict.fromkeys(stage for each in rounds.values() for stage in each.get("stages", ())))
    yield ""
    yield "**whole round**: from arrays to plan, beside scipy's assignment of the short lists alone"
    yield ""
    heads = (
        "service",
        *(f"{stage} s" for stage in stages),
        "all s (least–most)",
        "cpu s",
        "× scipy",
        "peak MiB",
        "of it arrays",
    )
    yield from _table((*heads, "placed", "total", "short lists"), (_round(found, name, stages) for name in rounds))


def growth(found: dict[str, Any]) -> Iterator[str]:
    """Yield by which power of the number of seats time grows, over the services' sizes."""
    if sum(name.startswith("lists") for name in found["assign"]) < 2:
        return
    yield ""
    yield "**growth**: processor seconds as a power of the number of seats, over the made-up services (people grow too)"
    yield ""
    names = [name for name in found["assign"] if name.startswith("lists")]
    sizes = [found["assign"][name]["shape"]["seats"] for name in names]
    runs = {solver: [found["assign"][name]["solvers"].get(solver, {}) for name in names] for solver in SOLVERS}
    runs["whole round"] = [found["whole"].get(name.replace("lists", "national"), {}) for name in names]
    rows = [(solver, *_powers(sizes, [_busy(run) for run in each])) for solver, each in runs.items()]
    heads = [f"{low:,} → {high:,}" for low, high in pairwise(sizes)]
    yield from _table(("solver", *heads, "all"), rows)


def held(found: dict[str, Any]) -> Iterator[str]:
    """Yield what was to hold and whether it did."""
    rows = list(_held(found))
    if rows:
        yield ""
        yield "**to hold**"
        yield ""
        yield from _table(("what", "wanted", "found", "by processor time", ""), rows)


def faults(found: dict[str, Any]) -> list[str]:
    """Return what is wrong rather than slow: exact solvers that differ, or a solver that failed."""
    wrong = []
    for name, of in found["assign"].items():
        totals = {s: run["total"] for s, run in of["solvers"].items() if SOLVERS[s].exact and "total" in run}
        if len(set(totals.values())) > 1:
            wrong.append(f"{name}: exact solvers differ: {totals}")
        if name in OPTIMA and totals:
            cost = int(orlib_costs(name).max()) * of["shape"]["people"] - max(totals.values())
            wrong += [f"{name}: cost {cost} is found, not {OPTIMA[name]}"] if cost != OPTIMA[name] else []
        wrong += [
            f"{name}: {solver} failed: {run['failed']}" for solver, run in of["solvers"].items() if "failed" in run
        ]
    for name, run in found["whole"].items():
        listed = found["assign"].get(name.replace("national", "lists"), {}).get("solvers", {}).get(LAPJVSP, {})
        if "failed" in run:
            wrong.append(f"{name}: failed: {run['failed']}")
        elif run.get("total", np.inf) < listed.get("total", 0):
            wrong.append(
                f"{name}: the round's total {run['total']} is below {listed['total']}, that of its short lists"
            )
    return wrong


def publish(found: dict[str, Any]) -> None:
    """Write the tables of a whole run, and the frozen hashes, into the page."""
    lines = [
        BEGIN,
        "",
        "Run on {system}, {cores} cores, load {load:.1f}; {libraries}.".format(**_named(found["machine"])),
    ]
    lines += [*held(found), *whole(found), *growth(found)]
    for name, of in found["assign"].items():
        lines += assignment(name, of)
    lines += ["", f"Instances (SHA-256, `{FROZEN.relative_to(ROOT)}`, generators version {frozen()['version']}):", ""]
    lines += _table(("instance", "SHA-256"), ((f"`{name}`", f"`{code}`") for name, code in frozen()["sha256"].items()))
    page = PAGE.read_text()
    before, after = page[: page.index(BEGIN)], page[page.index(END) :]
    PAGE.write_text(before + "\n".join(lines) + "\n\n" + after)


def _named(machine: dict[str, Any]) -> dict[str, Any]:
    libraries = ", ".join(f"{name} {version}" for name, version in machine.items() if name not in OF_MACHINE)
    return {name: machine[name] for name in OF_MACHINE} | {"libraries": libraries}


def _line(solver: str, found: dict[str, Any], ours: float, busy: float, best: int) -> tuple[str, ...]:
    if "runs" not in found:
        over = found.get("over")
        ratio = f"> {over / busy:,.0f}" if over and busy > 0 else ""
        return (solver, "", "", "", "", "", f"over {over}" if over else "failed", ratio, "", "", "", "")
    build, solve, _ = np.median(np.array(found["runs"]), axis=0)
    gap = (best - found["total"]) / best if best else 0.0
    return (
        solver,
        _short(build),
        _short(solve),
        _ranged(found),
        str(len(found["runs"])),
        f"{seconds(found) / ours:.1f}" if ours > 0 else "",
        _short(_busy(found)),
        f"{_busy(found) / busy:.1f}" if busy > 0 else "",
        f"{found['peak']:,.0f}",
        f"{found['filled']:,}",
        f"{found['total']:,}",
        f"{gap:.3%}" if gap else "0",
    )


def _round(found: dict[str, Any], name: str, stages: list[str]) -> tuple[str, ...]:
    run = found["whole"][name]
    if "runs" not in run:
        return (
            name,
            *("" for _ in stages),
            f"over {run['over']}" if "over" in run else "failed",
            *("" for _ in range(7)),
        )
    beside = found["assign"].get(name.replace("national", "lists"), {}).get("solvers", {}).get(LAPJVSP, {})
    return (
        name,
        *(_short(run["stages"].get(stage, 0.0)) for stage in stages),
        _ranged(run),
        _short(_busy(run)),
        f"{seconds(run) / seconds(beside):.1f}" if "runs" in beside else "",
        f"{run['peak']:,.0f}",
        f"{run['loaded']:,.0f}",
        f"{run['filled']:,}",
        f"{run['total']:,}",
        f"{beside['total']:,}" if "total" in beside else "",
    )


def _held(found: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield what, how much, how much was found by the clock and by processor time, and the verdict by the clock."""

    def of(name: str, solver: str = OURS) -> tuple[float, float]:
        run = found["assign"].get(name, {}).get("solvers", {}).get(solver, {})
        return seconds(run), _busy(run)

    def judged(what: str, limit: float, above: tuple[float, float], below: tuple[float, float], *, most: bool) -> Any:
        ratio, busy = (over / under for over, under in zip(above, below, strict=True))
        good = ratio <= limit if most else ratio >= limit
        ended = not np.isnan(ratio)
        cells = (f"{ratio:,.1f} ×", f"{busy:,.1f} ×") if ended else ("not run to the end", "")
        return (what, f"{'≤' if most else '≥'} {limit} ×", *cells, "held" if good else "missed")

    for peer, name, least in RATIOS:
        if name in found["assign"]:
            yield judged(f"{peer} over ours, {name}", least, of(name, peer), of(name), most=False)
    for name, rivals, limit in (("contended", EXACT, BEST_CONTENDED), ("alike", (LAPJVSP, DENSE), WORST_ALIKE)):
        times = {solver: of(name, solver) for solver in rivals if not np.isnan(of(name, solver)[0])}
        if times:
            best = min(times, key=lambda solver: times[solver])
            if name == "contended":
                yield judged(f"best peer ({best}) over ours, {name}", limit, times[best], of(name), most=False)
            else:
                yield judged(f"ours over scipy's best ({best}), {name}", limit, of(name), times[best], most=True)
    if service(*NATIONAL) in found["whole"]:
        run, beside = found["whole"][service(*NATIONAL)], of(lists(*NATIONAL), LAPJVSP)
        for limit, word in ((MOST_WHOLE, "whole round"), (SOUGHT_WHOLE, "(sought) whole round")):
            what = f"{word} over scipy's assignment alone, {service(*NATIONAL)}"
            yield judged(what, limit, (seconds(run), _busy(run)), beside, most=True)
        peak = run.get("peak", float("nan"))
        held_too = "held" if peak <= MOST_MIB else "missed"
        yield (f"peak memory of it, {service(*NATIONAL)}", f"≤ {MOST_MIB} MiB", f"{peak:,.0f} MiB", "", held_too)


def _powers(sizes: list[int], times: list[float]) -> Iterator[str]:
    known = [(size, time) for size, time in zip(sizes, times, strict=True) if not np.isnan(time)]
    for (low, fast), (high, slow) in pairwise(zip(sizes, times, strict=True)):
        power = np.log(slow / fast) / np.log(high / low)
        yield "" if np.isnan(power) else f"{power:.2f}"
    yield f"{np.polyfit(*np.log(np.array(known).T), 1)[0]:.2f}" if len(known) > 2 else ""


def _ranged(found: dict[str, Any]) -> str:
    both = [run[0] + run[1] for run in found["runs"]]
    return f"{_short(seconds(found))} ({_short(min(both))}–{_short(max(both))})"


def _short(value: float) -> str:
    return f"{value:.4f}" if value < 0.1 else f"{value:.2f}"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield a Markdown table whose columns also line up on a screen."""
    lines = [list(heads), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for number, line in enumerate(lines):
        cells = [
            cell.ljust(w) if not at else cell.rjust(w) for at, (cell, w) in enumerate(zip(line, widths, strict=True))
        ]
        yield "| " + " | ".join(cells) + " |"
        if not number:
            yield "| " + " | ".join("-" * w if not at else "-" * (w - 1) + ":" for at, w in enumerate(widths)) + " |"
