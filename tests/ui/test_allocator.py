"""What the C library keeps of memory that was given back."""

import gc
import subprocess
import sys
import weakref

import pytest

from model import PROJECT
from ui import allocator

pytestmark = pytest.mark.skipif(allocator._glibc() is None, reason="another C library")

# Eight threads hold memory at once; how many heaps there are then, from glibc's own account.
SCRIPT = """
import ctypes, sys, threading
from ui import allocator
if sys.argv[2] == "few":
    allocator.few_heaps()
together = threading.Barrier(9)
def work():
    held = [bytearray(2000) for _ in range(100)]
    together.wait()
    together.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
together.wait()
library = ctypes.CDLL("libc.so.6")
library.fopen.restype = ctypes.c_void_p
account = ctypes.c_void_p(library.fopen(sys.argv[1].encode(), b"w"))
library.malloc_info(0, account)
library.fclose(account)
together.wait()
"""


def heaps(folder, which):
    file = folder / which
    subprocess.run([sys.executable, "-c", SCRIPT, str(file), which], cwd=PROJECT, check=True)
    return file.read_text().count("<heap ")


def test_threads_share_heaps(tmp_path):
    assert heaps(tmp_path, "few") == allocator.HEAPS
    assert heaps(tmp_path, "as usual") > allocator.HEAPS


class Knot:
    """Holds itself, as a session does."""

    def __init__(self):
        self.itself = self


def test_giving_back_undoes_knots_that_nobody_holds_and_leaves_the_others():
    gc.disable()
    try:
        held, gone = Knot(), weakref.ref(Knot())
        assert gone() is not None
        allocator.give_back()
        assert gone() is None
        assert held.itself is held
    finally:
        gc.enable()


def test_where_there_is_another_library_nothing_happens(monkeypatch):
    monkeypatch.setattr(allocator.sys, "platform", "darwin")
    assert allocator._glibc() is None
    allocator.few_heaps()
    allocator.give_back()
