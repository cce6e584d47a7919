"""Stable keys of people and projects as arrays of bytes, their keyed hashes, and groups of equal values."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from freeagents.matching._arrays import Hashes, Whole, first, frozen
from freeagents.matching._compiled import kernel
from freeagents.matching._errors import ProblemError

Keys = NDArray[np.bytes_]
LONGEST_KEY = 200


def keys(field: str, values: Sequence[str] | NDArray[np.bytes_]) -> Keys:
    """Return keys as a frozen array of UTF-8 bytes.

    :raises ProblemError: a key is too long, ends in a zero byte, or stands twice.
    """
    if isinstance(values, np.ndarray) and values.dtype.kind == "S":
        found = np.array(values)
    else:
        encoded = [value.encode() for value in values]
        found = np.array(encoded, dtype="S") if encoded else np.zeros(0, dtype="S1")
        for index, (key, kept) in enumerate(zip(encoded, found.tolist(), strict=True)):
            if key != kept:
                raise ProblemError(field, "zero_byte", index)
    if found.dtype.itemsize > LONGEST_KEY:
        raise ProblemError(field, "too_long", first(np.char.str_len(found) > LONGEST_KEY), high=LONGEST_KEY)
    group_of, leaders = groups(hashes(found, b"", b""))
    for index in np.flatnonzero(leaders[group_of] != np.arange(len(found))).tolist():
        if found[index] == found[leaders[group_of[index]]]:
            raise ProblemError(field, "twice", index, key=found[index].decode())
    return frozen(found)


def hashes(values: Keys, salt: bytes, kind: bytes) -> Hashes:
    """Return SipHash-2-4 (Aumasson and Bernstein 2012) of each key, under 128 bits made of the salt and the kind."""
    size = values.dtype.itemsize
    data = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), size)
    key = np.frombuffer(blake2b(salt, digest_size=16, person=kind).digest(), dtype="<u8")
    return sip_hashes(data, key[0], key[1])


@kernel
def _rotate(value: np.uint64, bits: int) -> np.uint64:
    return (value << np.uint64(bits)) | (value >> np.uint64(64 - bits))


@kernel
def _round(v0: np.uint64, v1: np.uint64, v2: np.uint64, v3: np.uint64) -> tuple[np.uint64, ...]:
    v0 += v1
    v1 = _rotate(v1, 13) ^ v0
    v0 = _rotate(v0, 32)
    v2 += v3
    v3 = _rotate(v3, 16) ^ v2
    v0 += v3
    v3 = _rotate(v3, 21) ^ v0
    v2 += v1
    v1 = _rotate(v1, 17) ^ v2
    v2 = _rotate(v2, 32)
    return v0, v1, v2, v3


@kernel
def sip_hashes(data: NDArray[np.uint8], key0: np.uint64, key1: np.uint64) -> Hashes:
    """Return SipHash-2-4 of each row without its zero bytes at the end."""
    found = np.empty(len(data), np.uint64)
    for row in range(len(data)):
        length = data.shape[1]
        while length > 0 and data[row, length - 1] == 0:
            length -= 1
        v0 = key0 ^ np.uint64(0x736F6D6570736575)
        v1 = key1 ^ np.uint64(0x646F72616E646F6D)
        v2 = key0 ^ np.uint64(0x6C7967656E657261)
        v3 = key1 ^ np.uint64(0x7465646279746573)
        for at in range(0, length + 1, 8):
            word = np.uint64(0)
            for byte in range(min(8, length - at)):
                word |= np.uint64(data[row, at + byte]) << np.uint64(8 * byte)
            if at + 8 > length:
                word |= np.uint64(length & 255) << np.uint64(56)
            v3 ^= word
            for _ in range(2):
                v0, v1, v2, v3 = _round(v0, v1, v2, v3)
            v0 ^= word
        v2 ^= np.uint64(255)
        for _ in range(4):
            v0, v1, v2, v3 = _round(v0, v1, v2, v3)
        found[row] = v0 ^ v1 ^ v2 ^ v3
    return found


@kernel
def mixed(value: np.uint64) -> np.uint64:
    """Return SplitMix64's finaliser (Steele, Lea and Flood 2014): a bijection in which each input bit moves all."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@kernel
def mixed_all(values: Hashes) -> Hashes:
    """Return :func:`mixed` of each value."""
    found = np.empty(len(values), np.uint64)
    for at in range(len(values)):
        found[at] = mixed(values[at])
    return found


@kernel
def groups(values: Hashes) -> tuple[NDArray[np.int32], Whole]:
    """Return the number of each value's group of equal values, and where each group is met first."""
    size = 16
    while size < 2 * len(values):
        size *= 2
    table = np.full(size, -1, np.int32)
    group_of = np.empty(len(values), np.int32)
    leaders = np.empty(len(values), np.int64)
    count = 0
    for row in range(len(values)):
        at = np.int64(mixed(values[row]) & np.uint64(size - 1))
        while table[at] != -1 and values[leaders[table[at]]] != values[row]:
            at = (at + 1) & (size - 1)
        if table[at] == -1:
            table[at] = count
            leaders[count] = row
            count += 1
        group_of[row] = table[at]
    return group_of, leaders[:count].copy()


def alike(*columns: NDArray[Any]) -> tuple[NDArray[np.int32], Whole]:
    """Return the number of each row's group of rows equal in all columns, and where each group is met first."""
    group_of, leaders = groups(_bits(columns[0]))
    for column in columns[1:]:
        other, others = groups(_bits(column))
        group_of, leaders = groups(
            group_of.astype(np.uint64) * np.uint64(max(len(others), 1)) + other.astype(np.uint64)
        )
    return group_of, leaders


def _bits(column: NDArray[Any]) -> Hashes:
    if column.dtype.kind == "f":
        # One NaN for all, and no zero below zero.
        return np.where(np.isnan(column), np.nan, column + 0.0).astype(np.float64).view(np.uint64)
    return column.astype(np.int64).view(np.uint64)
