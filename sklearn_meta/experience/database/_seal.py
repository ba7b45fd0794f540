"""Seal a finished file, so that a single changed bit is noticed when it is opened.

A sqlite file has two numbers in its header for the application's use. A sealed file has our mark in
the one, and in the other the CRC-32 of all its bytes, those four taken as zero. The first change
made through this package breaks the seal on purpose; a change made by anything else shows.
"""

import zlib

MARK = 0x534B4D45  # "SKME"
_MARK_AT = slice(68, 72)  # sqlite's application_id
_SUM_AT = slice(60, 64)  # sqlite's user_version
_CHUNK = 1 << 20


def seal(path):
    """Seal a file that no one has open."""
    with open(path, "r+b") as file:
        file.seek(_MARK_AT.start)
        file.write(MARK.to_bytes(4, "big"))
        file.flush()
        total = _sum(path)
        file.seek(_SUM_AT.start)
        file.write(total.to_bytes(4, "big"))


def is_sealed(path):
    """Tell whether a file carries the mark."""
    with open(path, "rb") as file:
        return file.read(100)[_MARK_AT] == MARK.to_bytes(4, "big")


def is_broken(path):
    """Tell whether a file is sealed and yet is not what was sealed."""
    with open(path, "rb") as file:
        header = file.read(100)
    is_marked = header[_MARK_AT] == MARK.to_bytes(4, "big")
    return is_marked and _sum(path) != int.from_bytes(header[_SUM_AT], "big")


def unseal(connection):
    """Take the mark off, inside the transaction that is about to change the base."""
    if connection.exec_driver_sql("PRAGMA application_id").scalar() == MARK:
        connection.exec_driver_sql("PRAGMA application_id = 0")


def _sum(path):
    """Sum up a file without its sum."""
    total = 0
    with open(path, "rb") as file:
        first = bytearray(file.read(_CHUNK))
        first[_SUM_AT] = bytes(4)
        total = zlib.crc32(first)
        while chunk := file.read(_CHUNK):
            total = zlib.crc32(chunk, total)
    return total
