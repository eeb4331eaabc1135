"""Fashion-MNIST: where it may be, whether what is there is genuine, and the arrays themselves.

`load()` is what the rest of the program calls. `python -m model.data` looks for the data set, says
what it tried and what it took, and downloads what is missing. This module draws nothing (the
wardrobe that stands in for Fashion-MNIST is `model/wardrobe/`), installs nothing, and knows
neither networks nor screens.

Fashion-MNIST is by Xiao, Rasul and Vollgraf (arXiv 1708.07747), MIT licence, Zalando SE.
"""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
import threading
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import PIL
from numpy.typing import NDArray

from model import PROJECT
from model.data import verified
from model.data.idx import DataError as DataError
from model.data.idx import Part, Report, fetched, quiet, read_part
from model.files import whole

CLASSES: tuple[str, ...] = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
# The data sets by name, and what people call them. The last one is for training alone.
NAMES: dict[str, str] = {
    "fashion-mnist": "Fashion-MNIST",
    "wardrobe": "Drawn clothes",
    "mixed": "Fashion-MNIST and drawn clothes",
}
# Where keras.datasets.fashion_mnist takes it.
DOWNLOAD = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
HOW_TO_GET_IT = (
    "How to get Fashion-MNIST: with a network connection, `python -m model.data` downloads it "
    "(31 MB). On Debian or Ubuntu, `sudo apt-get install dataset-fashion-mnist` brings it. Or put "
    "its four files into the folder data/fashion-mnist of this project, or name their folder in "
    "the variable FASHION_MNIST_DIR."
)
HOW_TO_MIX = "`python -m model.snapshots` draws it, in about ten minutes."
PARTS: tuple[Part, ...] = (
    Part(
        "train-images-idx3-ubyte",
        (60_000, 28, 28),
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    ),
    Part(
        "train-labels-idx1-ubyte",
        (60_000,),
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    ),
    Part(
        "t10k-images-idx3-ubyte",
        (10_000, 28, 28),
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    ),
    Part(
        "t10k-labels-idx1-ubyte",
        (10_000,),
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
)


Arrays = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
KEPT = PROJECT / "data" / "fashion-mnist.verified"  # see verified.py
FIELDS = ("train_images", "train_labels", "test_images", "test_labels")
DRAWN_BY = (
    "draw.py",
    "textures.py",
    "garments/*.py",
)  # the modules that decide what the wardrobe looks like


@dataclass(frozen=True)
class Dataset:
    """Pictures and labels; one copy serves all threads of a process, so nothing can write to it."""

    name: str  # key of NAMES
    origin: str  # where it was taken from, for people to read
    train_images: NDArray[np.uint8]  # (60000, 28, 28), the wardrobe (6000, 28, 28), mixed more
    train_labels: NDArray[np.uint8]  # (60000,)
    test_images: NDArray[np.uint8]  # (10000, 28, 28); mixed has Fashion-MNIST's
    test_labels: NDArray[np.uint8]  # (10000,)
    mapping: mmap.mmap | None = field(default=None, kw_only=True)  # holds the pictures

    def __post_init__(self) -> None:
        """Lock the arrays."""
        for name in FIELDS:
            getattr(self, name).setflags(write=False)

    def release(self) -> None:
        """Give back the memory that looking at many pictures took, where they can be read again."""
        if self.mapping is not None:
            verified.release(self.mapping)


@dataclass(frozen=True)
class Source:
    """A place where Fashion-MNIST may be."""

    name: str
    folder: Callable[[], Path | None]  # None: nobody named one
    url: str | None = None  # what the folder lacks is downloaded from here


def named_folder() -> Path | None:
    """The folder that the user names in FASHION_MNIST_DIR."""
    name = os.environ.get("FASHION_MNIST_DIR")
    return user_path(name) if name else None


def keras_cache() -> Path:
    """The folder in which Keras keeps Fashion-MNIST."""
    return user_path(os.environ.get("KERAS_HOME") or "~/.keras") / "datasets" / "fashion-mnist"


def user_path(name: str) -> Path:
    """A path that may begin with ~; Path.expanduser would fail where there is no home."""
    return Path(os.path.expanduser(name))  # noqa: PTH111


SOURCES: tuple[Source, ...] = (
    Source("the folder in FASHION_MNIST_DIR", named_folder),
    Source("data/fashion-mnist in the project", lambda: PROJECT / "data" / "fashion-mnist"),
    Source("Keras' cache folder", keras_cache),
    Source(
        "Debian's package dataset-fashion-mnist",
        lambda: Path("/usr/share/datasets/fashion-mnist"),
    ),
    Source("a download into Keras' cache folder", keras_cache, DOWNLOAD),
)


@dataclass(frozen=True)
class Search:
    """What came of looking for Fashion-MNIST: the data set, if it was found, and the story."""

    dataset: Dataset | None
    story: tuple[str, ...]  # one line for each source tried

    @property
    def conclusion(self) -> str:
        """What was taken and why; or that nothing was, and what to do next."""
        if self.dataset is None:
            return f"Not found: the app shows clothes that it draws itself.\n{HOW_TO_GET_IT}"
        return f"Taken: {self.dataset.origin}, the first with all four files intact."


def find(
    download: bool = False, report: Report = quiet, sources: Sequence[Source] = SOURCES
) -> Search:
    """Look for Fashion-MNIST in each source in turn, downloading only where asked to.

    Each outcome is reported as it comes, and what a download has done so far.
    """
    story: list[str] = []
    for source in sources:
        if source.url and not download:
            continue
        dataset, outcome = None, "taken, all four files are there and intact"
        try:
            dataset = take(source, report)
        except DataError as error:
            outcome = str(error)
        story.append(f"{source.name}: {outcome}")
        report(f"- {story[-1]}")
        if dataset:
            return Search(dataset, tuple(story))
    return Search(None, tuple(story))


def take(source: Source, report: Report = quiet) -> Dataset:
    """Fashion-MNIST from one source; DataError says what is wrong there."""
    folder = source.folder()
    if folder is None:
        raise DataError("not set")
    try:
        if source.url:
            arrays = [fetched(part, folder, source.url, report) for part in PARTS]
        elif folder.is_dir():
            arrays = [read_part(part, folder) for part in PARTS]
        else:
            raise DataError(f"there is no folder {folder}")
    except OSError as error:
        raise DataError(f"{folder} cannot be used ({error.strerror or error})") from error
    return Dataset("fashion-mnist", source.name, *arrays)


def keep(dataset: Dataset, file: Path | None = None) -> Dataset:
    """Fashion-MNIST as `file` has it, KEPT unless another is named, written if need be.

    `dataset` itself, in memory, where nothing can be written.
    """
    file = file or KEPT
    with contextlib.suppress(OSError):
        if kept(file) is None:
            verified.write(file, PARTS, [getattr(dataset, name) for name in FIELDS], dataset.origin)
    return kept(file) or dataset


def kept(file: Path) -> Dataset | None:
    """Fashion-MNIST from a file that `keep` wrote; None where there is none that can be used."""
    found = verified.read(file, PARTS)
    if found is None:
        return None
    return Dataset("fashion-mnist", found.origin, *found.arrays, mapping=found.mapping)


def wardrobe(folder: Path = PROJECT / "data") -> Arrays:
    """The drawn pictures and labels, kept in a file where one can be: drawing takes seconds."""
    file, digest = folder / "wardrobe.npz", drawing_digest()
    # A file that is missing, damaged or not allowed is no fault: the pictures are drawn again.
    faults = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)
    with contextlib.suppress(*faults), np.load(file) as kept:
        if kept["digest"] == digest:
            return kept["arr_0"], kept["arr_1"], kept["arr_2"], kept["arr_3"]

    from model.wardrobe.draw import drawn_wardrobe  # not needed where the data is real

    arrays = drawn_wardrobe()
    with contextlib.suppress(OSError):
        folder.mkdir(exist_ok=True)
        with whole(file) as unfinished:
            np.savez(unfinished, *arrays, digest=np.array(digest))
    return arrays


def drawing_digest() -> str:
    """What tells how the wardrobe is drawn: other code or libraries may draw it otherwise."""
    digest = hashlib.sha256(f"{np.__version__} {PIL.__version__}".encode())
    for file in drawing_modules():
        digest.update(file.read_bytes())
    return digest.hexdigest()


def drawing_modules() -> list[Path]:
    """The files that DRAWN_BY stands for."""
    room = PROJECT / "model" / "wardrobe"
    return [path for name in DRAWN_BY for path in sorted(room.glob(name))]


class Library:
    """The data sets of one process: each is read once, and all threads share it.

    With `file`, Fashion-MNIST is kept there once it was found, and taken from there later.
    """

    def __init__(self, sources: Sequence[Source] = SOURCES, file: Path | None = None) -> None:
        self._sources, self._file = sources, file
        self._reading = threading.Lock()
        self._searching = threading.Lock()  # apart: nobody waits for another's download
        self._search: Search | None = None
        self._wardrobe: Dataset | None = None
        self._mixed: Dataset | None = None

    def load(self, name: str | None = None) -> Dataset:
        """See `load` below."""
        loaders = {
            None: self._best,
            "fashion-mnist": self._fashion,
            "wardrobe": self._drawn,
            "mixed": self._mix,
        }
        if name not in loaders:
            known = ", ".join(filter(None, loaders))
            raise DataError(f'There is no data set "{name}", only {known}.')
        with self._reading:
            return loaders[name]()

    def reload(self, download: bool = False, report: Report = quiet) -> Search:
        """See `reload` below."""
        with self._searching:
            if self._search and self._search.dataset:
                return self._search
            search = self._find(download, report)
            with self._reading:
                return self._keep(search)

    def _find(self, download: bool = False, report: Report = quiet) -> Search:
        """`find`, unless Fashion-MNIST was kept."""
        if self._file and (dataset := kept(self._file)):
            return Search(dataset, (f"{self._file}: taken, verified when it was written",))
        search = find(download, report, self._sources)
        if self._file and search.dataset:
            search = replace(search, dataset=keep(search.dataset, self._file))
        return search

    def _best(self) -> Dataset:
        search = self._search or self._keep(self._find())
        return search.dataset or self._drawn()

    def _fashion(self) -> Dataset:
        if self._search and self._search.dataset:
            return self._search.dataset
        # A failure is not final here: a worker may have looked before the server found it.
        search = self._keep(self._find())
        if search.dataset is None:
            raise DataError(f"Fashion-MNIST is not on this computer. {HOW_TO_GET_IT}")
        return search.dataset

    def _keep(self, search: Search) -> Search:
        """Remember a search, unless one that found something came first: one copy for all."""
        if self._search is None or self._search.dataset is None:
            self._search = search
        return self._search

    def _drawn(self) -> Dataset:
        if self._wardrobe is None:
            origin = "drawn by this program; it is not Fashion-MNIST"
            self._wardrobe = Dataset("wardrobe", origin, *wardrobe())
        return self._wardrobe

    def _mix(self) -> Dataset:
        if self._mixed is None:
            from model.wardrobe.synthetic import kept  # not needed where nobody asks for them

            fashion, drawn = self._fashion(), kept()
            if drawn is None:
                raise DataError(f"The drawn half of the data set mixed is missing. {HOW_TO_MIX}")
            labels = (np.arange(len(drawn)) % len(CLASSES)).astype(np.uint8)
            self._mixed = Dataset(
                "mixed",
                f"Fashion-MNIST from {fashion.origin}, and {len(drawn):,} drawn pictures",
                np.concatenate([fashion.train_images, drawn]),
                np.concatenate([fashion.train_labels, labels]),
                fashion.test_images,
                fashion.test_labels,
            )
        return self._mixed


_library = Library(file=KEPT)


def load(name: str | None = None) -> Dataset:
    """A data set, read on the first call and shared from then on, by all threads.

    None is the best that this computer has, without a download: Fashion-MNIST, or else the
    wardrobe, for which `reload` can be called to try again. "fashion-mnist" raises DataError where
    it is not; "wardrobe" always works. "mixed" is Fashion-MNIST and, for training alone, the
    pictures of `synthetic.py`; DataError where either is missing.
    """
    return _library.load(name)


def training_pictures(name: str) -> int:
    """How many pictures a data set has to learn from, told without mixing any; see `load`."""
    if name != "mixed":
        return len(load(name).train_labels)
    from model.wardrobe.synthetic import COUNT

    return len(load("fashion-mnist").train_labels) + COUNT


def reload(download: bool = False, report: Report = quiet) -> Search:
    """Look for Fashion-MNIST again, unless it was found; from then on `load()` gives it.

    A search with a download may take minutes; meanwhile `load` goes on answering.
    """
    return _library.reload(download, report)
