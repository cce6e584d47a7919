"""Availability of many people at once is put together as that of one is."""

from __future__ import annotations

import numpy as np
import pytest

from freeagents.matching import Segment, Segments, merge_availabilities, merge_availability


def some_segments(chance: np.random.Generator, most: int) -> list[Segment]:
    first = chance.integers(-20, 20, chance.integers(0, most + 1))
    shares = chance.choice([20, 40, 60, 100], len(first))
    return [
        Segment(int(day), int(day + chance.integers(0, 25)), int(share))
        for day, share in zip(first, shares, strict=True)
    ]


def columns(rows: list[list[Segment]]) -> Segments:
    table = np.array([segment for row in rows for segment in row], dtype=np.int64).reshape(-1, 3)
    return Segments(np.concatenate(([0], np.cumsum([len(row) for row in rows], dtype=np.int64))), *table.T)


def rows_of(segments: Segments) -> list[tuple[Segment, ...]]:
    flat = [Segment(*row) for row in zip(*(each.tolist() for each in segments[1:]), strict=True)]
    return [tuple(flat[start:end]) for start, end in zip(segments.indptr[:-1], segments.indptr[1:], strict=True)]


@pytest.mark.parametrize("seed", range(20))
def test_many_people_are_merged_as_each_alone(seed: int) -> None:
    chance = np.random.default_rng(seed)
    declared = [some_segments(chance, 4) for _ in range(60)]
    committed = [some_segments(chance, 3 * (seed % 2)) for _ in range(60)]
    merged = merge_availabilities(columns(declared), columns(committed))
    assert rows_of(merged) == [merge_availability(*each) for each in zip(declared, committed, strict=True)]


def test_nobody_and_nothing() -> None:
    assert rows_of(merge_availabilities(columns([]), columns([]))) == []
    assert rows_of(merge_availabilities(columns([[], []]), columns([[], []]))) == [(), ()]


def test_days_at_both_ends_of_what_can_be_said() -> None:
    whole = [Segment(-(2**31), 2**31 - 1, 60)]
    merged = merge_availabilities(columns([whole, whole]), columns([[Segment(0, 0, 10)], []]))
    assert rows_of(merged)[0] == (Segment(-(2**31), -1, 60), Segment(0, 0, 50), Segment(1, 2**31 - 1, 60))
    assert rows_of(merged)[1] == tuple(whole)
