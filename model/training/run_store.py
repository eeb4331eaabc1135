"""All runs of one server: who may start one, who may see and steer it, which make room.

What a run does stands in `run.py`, when it is kept in `keeper.py`, and how in `storage/`; there is
one registry for all visitors, in `model/server.py`. Whoever has a run's token in the address
steers it; a second token, which follows from it, only shows it. A visitor's browser has one token
of its own, from which those of the visitor's runs follow; the server keeps none of them, but their
digests.
"""

from __future__ import annotations

import hmac
import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from weakref import WeakValueDictionary

from model.data import datasets
from model.networks.architectures import Weights
from model.training import admission
from model.training.admission import ServerFullError
from model.training.keeper import LEASE_SECONDS, Keeper, is_dead
from model.training.queue import Jobs
from model.training.quotas import Quotas
from model.training.recipes import LIMITS, Config, SettingError, check
from model.training.run import Run
from model.training.snapshot import ENDED, TRAINING, Origin
from model.training.speed import Speeds
from model.training.storage.database import StorageError
from model.training.storage.record import Keys, Summary
from model.training.storage.rows import DamagedRowError
from model.training.storage.store import Storage
from model.training.tokens import digest, of_run, showing
from model.training.upkeep import Upkeep

MOST_IDLE = 8  # runs that do not train and are still in memory, besides those that are looked at
TOUCH_SECONDS = 600.0  # a look at a run is noted, at most so often
CHECK_SECONDS = 5.0  # and whether another server saved it since
SAVING_SECONDS = 1.0  # between the storage's word that a run is saved, and ours, at most
MOST_HELD = 200  # that memory alone has: without a storage, or while it does not answer
ELSEWHERE = (
    "This run trains on another server of this app. Load the page again to see how far it is."
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Listed:
    """One of a visitor's runs, in a list."""

    token: str  # that steers it
    about: Summary


class Runs:
    """All runs of one server. With a storage they outlive it."""

    def __init__(
        self,
        engine: Jobs,
        workers: int,
        storage: Storage | None = None,
        quotas: Quotas = Quotas(),  # noqa: B008 - frozen
    ) -> None:
        self._engine = engine
        self.workers = workers
        self.quotas = quotas
        self._storage = storage
        self._runs: WeakValueDictionary[str, Run] = WeakValueDictionary()  # by name
        self._recent: OrderedDict[str, Run] = OrderedDict()  # idle ones, to be found again quickly
        self._alone: dict[str, Run] = {}  # without a storage, all of them
        self._lock = threading.RLock()
        self._speeds = Speeds()
        self._unread = ""  # why the last run that somebody asked for could not be read
        self._upkeep = (
            Upkeep(storage, quotas, self._take_over, self._made_room) if storage else None
        )
        self._keeper = Keeper(storage, self._each_round) if storage else None

    @property
    def fault(self) -> str:
        """Why runs are not kept or read now, a sentence; empty while they are."""
        return (self._keeper.fault if self._keeper else "") or self._unread

    def close(self) -> None:
        """Keep what is new. Runs that train are found again, and go on, by the next registry."""
        if self._keeper and self._storage:
            self._keeper.close()
            self._storage.close()

    # Starting and going on

    def start(
        self,
        config: Config,
        recipe: str,
        visitor: str = "",
        begin: tuple[Weights, Origin] | None = None,
        title: str = "",
    ) -> str:
        """Start a run and give the token that steers it; raise ServerFullError or SettingError.

        It begins with random weights, or with those that `begin` gives.
        """
        check(config)
        self._check_epochs(config.epochs)
        with self._lock:
            who = digest(visitor) if visitor else ""
            self._admit(who)
            self._make_room()
            # The name comes first, for the visitor's tokens follow from it.
            name = secrets.token_hex(16)
            token = of_run(visitor, name) if visitor else secrets.token_urlsafe(16)
            keys = Keys(digest(token), digest(showing(token)), who)
            run = Run(config, recipe, self._engine, who, keys, self._changed, name, begin)
            if title:
                run.mark(title=title)
            self._runs[name] = run
            self._changed(run)
        return token

    def _check_epochs(self, epochs: object) -> None:
        """Raise SettingError where these are more than this server allows."""
        if isinstance(epochs, int) and epochs > self.quotas.epochs:
            raise SettingError(
                f"Epochs is {epochs}; on this server it must be "
                f"{LIMITS['epochs'][0]} to {self.quotas.epochs}."
            )

    def refusal(self, visitor: str) -> str:
        """Why this visitor can start no run now, in sentences; empty if there is room for one."""
        try:
            self._admit(digest(visitor) if visitor else "")
        except ServerFullError as error:
            return str(error)
        return ""

    def resume(self, run: Run) -> None:
        """Go on with a paused run; where there is no place for it now, it says so."""
        self._go_on(run, Run.resume)

    def one_epoch(self, run: Run) -> None:
        """Train to the end of the epoch and pause there; likewise."""
        run = self._newest(run)
        if run.status == "running":
            run.one_epoch()
        else:
            self._go_on(run, Run.one_epoch)

    def _go_on(self, run: Run, how: Callable[[Run], None]) -> None:
        run = self._newest(run)
        if run.status != "paused" or not self._is_ours(run):
            return
        with self._lock:
            try:
                self._admit(run.visitor)
            except ServerFullError as error:
                run.stay_paused(str(error))
            else:
                how(run)

    def one_batch(self, run: Run) -> None:
        """Train one batch of a paused run."""
        run = self._newest(run)
        if run.status == "paused" and self._is_ours(run):
            run.one_batch()

    def slow_motion(self, run: Run) -> None:
        """Train about one batch a second."""
        run = self._newest(run)
        if run.status == "running" or (run.status == "paused" and self._is_ours(run)):
            run.slow_motion()

    def change(self, run: Run, **settings: object) -> None:
        """Have a run go on with other settings, an ended one further than it was to go.

        Raises SettingError or ServerFullError.
        """
        run = self._newest(run)
        self._check_epochs(settings.get("epochs"))
        if run.status not in TRAINING and not self._is_ours(run):
            raise SettingError(ELSEWHERE)
        with self._lock:
            if run.status in ENDED:
                self._admit(run.visitor)
            run.change(**settings)

    def mark(self, run: Run, **marks: object) -> None:
        """Note what the visitor calls a run, its `title`, or whether it is `starred`."""
        run = self._newest(run)
        if run.status in TRAINING or self._is_ours(run):
            run.mark(**marks)

    def remove(self, run: Run) -> None:
        """Forget a run, with all that is kept of it; StorageError where that cannot be done."""
        run = self._newest(run)
        run.discard()
        with self._lock:
            self._let_go(run.name)
        if self._keeper:
            self._keeper.remove(run.name)

    def pause(self, run: Run) -> None:
        """Let a run that trains wait."""
        self._newest(run).pause()

    def stop(self, run: Run) -> None:
        """End a run here, and measure what it learned."""
        run = self._newest(run)
        if run.status != "paused" or self._is_ours(run):
            run.stop()

    def _newest(self, run: Run) -> Run:
        """What is in memory of this run: a page may hold what was there before."""
        with self._lock:
            return self._runs.get(run.name, run)

    def _is_ours(self, run: Run) -> bool:
        """Whether this server may go on with a paused run; if not, the run says so."""
        try:
            ours = run.kept[2] == 0 or self._claim_newest(run)  # nothing of a new one is kept
        except StorageError:
            ours = True  # in memory, then
        with self._lock:
            if ours:
                self._runs[run.name] = run
            else:
                self._let_go(run.name)  # who loads the page again sees how far it is
        if not ours:
            run.stay_paused(ELSEWHERE)
        return ours

    def _claim_newest(self, run: Run) -> bool:
        """Claim a run that nobody else saved since."""
        end = time.monotonic() + SAVING_SECONDS
        while not self._claim(run.name, revision := run.kept[2]):
            # It may be our own keeper who saved it just now.
            while run.kept[2] == revision:
                if time.monotonic() > end:
                    return False
                time.sleep(0.02)
        return True

    def _claim(self, name: str, revision: int | None = None) -> bool:
        """Have this process train a run that is kept; whether it may."""
        if self._keeper is None or self._storage is None:
            return True
        dead = {owner for _, owner, _ in self._storage.in_training() if is_dead(owner)}
        now = time.time()
        lease = now + LEASE_SECONDS
        return self._storage.claim(name, self._keeper.owner, lease, now, dead, revision)

    def _changed(self, run: Run) -> None:
        config, per_batch = run.measured
        if per_batch:
            self._speeds.note(config, per_batch)
        if self._keeper:
            self._keeper.changed(run)
        else:
            self._alone[run.name] = run
            run.let_go_of_state()  # many of them lie in memory
            run.let_go([step for step, _ in run.record().past])

    def _in_memory(self) -> list[Run]:
        with self._lock:
            return list(self._runs.values())

    def _admit(self, visitor: str) -> None:
        """Raise ServerFullError if too many runs train."""
        training = [run.visitor for run in self._in_memory() if run.status in TRAINING]
        admission.admit(visitor, training, self.quotas)

    def _make_room(self) -> None:
        """Where memory alone holds too many runs, let go of some."""
        held = self._alone if self._keeper is None else self._keeper.held
        while len(held) >= MOST_HELD and (gone := admission.least_needed(list(held.values()))):
            self._let_go(gone.name)

    def _let_go(self, name: str) -> None:
        for runs in (self._alone, self._recent, self._runs):
            runs.pop(name, None)
        if self._keeper:
            self._keeper.forget(name)

    # Finding

    def get(self, token: str | None) -> Run | None:
        """The run that this token steers or shows, if there is one."""
        if not token:
            return None
        key = digest(token)
        with self._lock:
            found = next((run for run in self._runs.values() if run.keys.open_to(key)), None)
        # What asks the storage holds no lock: it may take its time to answer, or never do.
        if found and self._is_stale(found):
            with self._lock:
                self._let_go(found.name)
            found = None
        found = found or self._found(key)
        return self._looked_at(found) if found else None

    def _is_stale(self, run: Run) -> bool:
        """Whether another server saved a run since that does not train here."""
        now = time.monotonic()
        if self._storage is None or self._keeper is None or now - run.checked < CHECK_SECONDS:
            return False
        run.checked = now
        if self.fault or run.name in self._keeper.held or run.status in TRAINING:
            return False
        try:
            return self._storage.revision(run.name) not in (run.kept[2], None)
        except StorageError:
            return False

    def _found(self, key: str) -> Run | None:
        """A run that is not in memory; none while the storage is known not to answer."""
        if self._storage is None or (self._keeper and self._keeper.fault):
            return None
        try:
            name = self._storage.find(key)
            return self._load(name) if name else None
        except StorageError as error:
            log.warning("A run could not be read: %s", error)
            self._unread = "" if isinstance(error, DamagedRowError) else str(error)
            return None

    @staticmethod
    def steers(token: str, run: Run) -> bool:
        """Whether this token may do more than watch."""
        return hmac.compare_digest(digest(token), run.keys.steering)

    def _looked_at(self, run: Run) -> Run:
        """Keep a run at hand, and note that somebody looked."""
        if run.status in TRAINING or run.snapshot().message == ELSEWHERE:
            return run
        with self._lock:
            self._recent[run.name] = run
            self._recent.move_to_end(run.name)
            while len(self._recent) > MOST_IDLE:
                self._recent.popitem(last=False)
        now = time.monotonic()
        if self._keeper and now - run.touched > TOUCH_SECONDS:
            run.touched = now
            self._keeper.touch(run.name)
        return run

    def _load(self, name: str) -> Run | None:
        """A run that is not in memory, as it was kept; one that nobody trains any more goes on."""
        record = self._storage.load(name) if self._storage else None
        if record is None:
            return None
        ours = (record.in_training or record.damaged) and self._claim(name, record.revision)
        if record.in_training and not ours:
            now = replace(record.snapshot, status="paused", message=ELSEWHERE)
            record = replace(record, snapshot=now)
        run = Run.restored(record, self._engine, record.keys.visitor, self._changed)
        with self._lock:
            first = self._runs.setdefault(name, run)
        if first is run and ours:
            log.info("Going on with a run, looked at %.0f s ago", time.time() - record.seen)
            self._changed(run)
            run.go_on()
        return first

    def of(self, visitor: str, most: int = 100) -> list[Listed]:
        """A visitor's runs, the newest first."""
        who = digest(visitor)
        kept: dict[str, Summary] = {}
        try:
            if self._storage and not (self._keeper and self._keeper.fault):
                kept = {one.name: one for one in self._storage.of_visitor(who, most)}
        except StorageError as error:
            log.warning("Runs could not be listed: %s", error)
        kept |= {run.name: run.summary() for run in self._in_memory() if run.visitor == who}
        newest = sorted(kept.values(), key=lambda one: (-one.created, one.name))[:most]
        return [Listed(of_run(visitor, one.name), one) for one in newest]

    def moments(self, run: Run) -> tuple[int, ...]:
        """After how many batches this run's weights are kept; StorageError where none answer."""
        return self._storage.steps(run.name) if self._storage else ()

    def weights_at(self, run: Run, step: int) -> Weights:
        """The weights to predict with after `step` batches, one of `moments`; or StorageError."""
        if self._storage is None:
            raise StorageError("This server keeps no weights of the past.")
        return self._storage.weights(run.name, step, run.record().snapshot)

    def slices_ahead(self, run: Run) -> int:
        """How many slices of other runs must end before this run's next slice begins."""
        return self._engine.ahead(run.name)

    def seconds_per_epoch(self, config: Config) -> float | None:
        """How long a worker of this server takes for an epoch of a run with these settings.

        It is told from runs that trained since the server began, and None before. Waiting for
        workers is not in it: see speed.together. Raises DataError where the pictures are missing.
        """
        return self._speeds.per_epoch(config, datasets.training_pictures(config.data))

    def training(self) -> int:
        """How many runs are training now."""
        return sum(run.status in TRAINING for run in self._in_memory())

    # What the keeper's thread does before it saves

    def _each_round(self) -> None:
        self._unread = ""  # whoever asks next sees for themselves
        if self._upkeep and self._keeper:
            self._upkeep.round(self._keeper.held)

    def _take_over(self, name: str) -> None:
        """Go on with a run whose process is gone; see Run.go_on."""
        if self._claim(name):
            with self._lock:
                known = self._runs.get(name)
                if known and known.record().snapshot.message != ELSEWHERE:
                    return  # somebody who looked at it was first, and it goes on already
                self._let_go(name)  # who looked at it while it trained elsewhere had a copy
            self._load(name)

    def _made_room(self, name: str, wholly: bool) -> None:
        """A run is let go of, or only its weights of the past."""
        with self._lock:
            if wholly:
                self._let_go(name)
            elif run := self._runs.get(name):
                run.past_gone = True
