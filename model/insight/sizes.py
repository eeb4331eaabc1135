"""How large a map is: the arithmetic of kernel, stride, padding and pooling, along one edge."""

from __future__ import annotations


def after_convolution(size: int, kernel: int, stride: int, padding: int) -> int:
    """Places where a kernel fits, `stride` apart, with `padding` zeros at both ends."""
    return max(0, (size + 2 * padding - kernel) // stride + 1)


def after_pooling(size: int, pool: int) -> int:
    """Whole squares of this size; what is left over is dropped."""
    return size // pool


def places(size: int, kernel: int, stride: int, padding: int) -> list[int]:
    """Where the kernel begins, counted from the first zero of the padding."""
    return [stride * at for at in range(after_convolution(size, kernel, stride, padding))]
