"""What a file is that somebody took for weights of this app, as far as its bytes tell.

Only bytes are compared: nothing here is unpacked, parsed or run, for such files can hold code.
"""

from __future__ import annotations

import codecs

MOST_HEADER_BYTES = 100_000_000  # of what any safetensors file may say of itself
TEXT_BYTES = 4_096  # are enough to tell text from what is none

INSTEAD = (
    'Use a safetensors file that this app saved: "Weights (safetensors)" on the Train page gives '
    "one."
)

# How files begin: from which byte on, with what, and what they then are.
BEGINNINGS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89HDF\r\n\x1a\n", "a Keras or HDF5 file (.h5)"),
    (0, b"\x93NUMPY", "a NumPy array (.npy)"),
    (0, b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "a PyTorch file (.pt)"),
    *((0, bytes((0x80, protocol)), "a Python pickle file (.pkl)") for protocol in range(2, 6)),
    (4, b"TFL3", "a TensorFlow Lite model (.tflite)"),
    (0, b"\x08\x01\x12", "a TensorFlow model (saved_model.pb)"),
    *((0, bytes((0x08, version, 0x12)), "an ONNX model (.onnx)") for version in range(2, 32)),
    *((0, bytes((0x08, version, 0x3A)), "an ONNX model (.onnx)") for version in range(1, 32)),
    (0, b"GGUF", "a GGUF model (.gguf)"),
    (0, b"\x89PNG", "a picture (PNG)"),
    (0, b"\xff\xd8\xff", "a picture (JPEG)"),
    (0, b"GIF8", "a picture (GIF)"),
    (8, b"WEBP", "a picture (WebP)"),
    (0, b"BM", "a picture (BMP)"),
    (0, b"II*\0", "a picture (TIFF)"),
    (0, b"MM\0*", "a picture (TIFF)"),
    (4, b"ftyp", "a picture or film (HEIC, AVIF or MP4)"),
    (0, b"%PDF", "a PDF document"),
    (0, b"\x1f\x8b", "a compressed file (.gz)"),
    (0, b"SQLite format 3\0", "a database (SQLite)"),
)
# What is in a ZIP archive, by a file's name in it.
PACKED: tuple[tuple[bytes, str], ...] = (
    (b"model.weights.h5", "a Keras model (.keras)"),
    (b"data.pkl", "a PyTorch file (.pt)"),
    (b".npy", "a NumPy archive (.npz)"),
)


def is_safetensors(content: bytes) -> bool:
    """Whether a file begins as safetensors files do: a number of bytes, and that much JSON."""
    return content[8:9] == b"{" and int.from_bytes(content[:8], "little") <= MOST_HEADER_BYTES


def kind_of(content: bytes) -> str:
    """A sentence that says what a file is that holds no weights of this app."""
    if not content:
        return "This file is empty."
    return f"This is {_kind(content)}, and no weights file of this app."


def _kind(content: bytes) -> str:
    if content.startswith(b"PK\x03\x04"):
        return next((kind for name, kind in PACKED if name in content), "a ZIP archive")
    for start, beginning, kind in BEGINNINGS:
        if content.startswith(beginning, start):
            return kind
    if is_safetensors(content):
        return "a safetensors file of another program"
    return _text(content) or "a file of an unknown kind"


def _text(content: bytes) -> str:
    """What a file of text is; nothing for a file of something else."""
    try:  # by its beginning, which may end within a letter
        beginning = codecs.getincrementaldecoder("utf-8-sig")().decode(content[:TEXT_BYTES])
    except UnicodeDecodeError:
        return ""
    text = beginning.lstrip().lower()
    if "\0" in text:
        return ""
    if text.startswith(("<!doctype html", "<html")):
        return "a web page (HTML)"
    return "a JSON file" if text.startswith(("{", "[")) else "a text file"
