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
from collections import Counter, OrderedDict
from dataclasses import dataclass, replace
from weakref import WeakValueDictionary

from model.networks.architectures import Weights
from model.training.keeper import LEASE_SECONDS, Keeper, is_dead
from model.training.quotas import Quotas
from model.training.recipes import LIMITS, Config, SettingError, check
from model.training.run import Jobs, Run
from model.training.snapshot import TRAINING
from model.training.storage.database import StorageError
from model.training.storage.record import Keys, Summary
from model.training.storage.store import Storage
from model.training.tokens import derived, digest, showing

MOST_IDLE = 8  # runs that do not train and are still in memory, besides those that are looked at
ROOM_SECONDS = 60.0  # how often the storage is looked through for what is too old or too much
TOUCH_SECONDS = 600.0  # a look at a run is noted, at most so often
MOST_HELD = 200  # that memory alone has: without a storage, or while it does not answer
ELSEWHERE = (
    "This run trains on another server of this app. Load the page again to see how far it is."
)

log = logging.getLogger(__name__)


class ServerFullError(RuntimeError):
    """Too many runs at once. The message tells the user what to do."""


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
        self._unreadable: set[str] = set()
        self._restored = False
        self._made_room = -ROOM_SECONDS
        self._keeper = Keeper(storage, self._each_round) if storage else None

    @property
    def fault(self) -> str:
        """Why runs are not kept now, a sentence; empty while they are."""
        return self._keeper.fault if self._keeper else ""

    def close(self) -> None:
        """Keep what is new. Runs that train are found again, and go on, by the next registry."""
        if self._keeper and self._storage:
            self._keeper.close()
            self._storage.close()

    # Starting and going on

    def start(self, config: Config, recipe: str, visitor: str = "") -> str:
        """Start a run and give the token that steers it; raise ServerFullError or SettingError."""
        check(config)
        if config.epochs > self.quotas.epochs:
            raise SettingError(
                f"Epochs is {config.epochs}; on this server it must be "
                f"{LIMITS['epochs'][0]} to {self.quotas.epochs}."
            )
        with self._lock:
            who = digest(visitor) if visitor else ""
            self._admit(who)
            self._make_room()
            # The name comes first, for the visitor's tokens follow from it.
            name = secrets.token_hex(16)
            token = derived(visitor, f"run {name}") if visitor else secrets.token_urlsafe(16)
            keys = Keys(digest(token), digest(showing(token)), who)
            run = Run(config, recipe, self._engine, who, keys, self._changed, name)
            self._runs[name] = run
            self._changed(run)
        return token

    def resume(self, run: Run) -> None:
        """Go on with a paused run; where there is no place for it now, it says so."""
        with self._lock:
            if run.status != "paused":
                return
            try:
                self._admit(run.visitor)
                if self._storage and not self._claim(run.name):
                    raise ServerFullError(ELSEWHERE)
            except ServerFullError as error:
                run.stay_paused(str(error))
            except StorageError:
                run.resume()  # in memory, then
            else:
                run.resume()

    def _claim(self, name: str) -> bool:
        """Have this process train a run that is kept; whether it may."""
        if self._keeper is None or self._storage is None:
            return True
        if name in self._keeper.held:
            return True  # perhaps so new that nothing of it is kept
        dead = {owner for _, owner, _ in self._storage.in_training() if is_dead(owner)}
        now = time.time()
        return self._storage.claim(name, self._keeper.owner, now + LEASE_SECONDS, now, dead)

    def _changed(self, run: Run) -> None:
        if self._keeper:
            self._keeper.changed(run)
        else:
            self._alone[run.name] = run
            run.let_go([step for step, _ in run.record().past])

    def _in_memory(self) -> list[Run]:
        with self._lock:
            return list(self._runs.values())

    def _admit(self, visitor: str) -> None:
        """Raise ServerFullError if too many runs train: only these hold a place, paused ones none.

        Whoever is nobody in particular, "", is not counted as one visitor.
        """
        training = [run.visitor for run in self._in_memory() if run.status in TRAINING]
        if visitor and training.count(visitor) >= self.quotas.training_each:
            raise ServerFullError(
                f"{self.quotas.training_each} of your runs are training already. Pause or stop one "
                "of them, or wait until one ends."
            )
        if len(training) >= self.quotas.training:
            raise ServerFullError(
                f"{len(training)} runs are training on this server already. Wait until one of "
                "them ends, then try again."
            )

    def _make_room(self) -> None:
        """Where memory alone holds too many runs, let go of those of who has most of them.

        What nobody watches goes first; then what ended, before what is paused; then the oldest.
        """
        held = self._alone if self._keeper is None else self._keeper.held
        while len(held) >= MOST_HELD:
            runs = list(held.values())
            counts = Counter(run.visitor for run in runs)
            idle = [run for run in runs if run.status not in TRAINING]
            if not idle:
                return
            gone = min(
                idle,
                key=lambda run: (
                    -counts[run.visitor],
                    run.watched(),
                    run.status == "paused",
                    run.created,
                ),
            )
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
            for run in self._in_memory():
                if key in (run.keys.steering, run.keys.showing):
                    return self._looked_at(run)
            found = self._found(key)
            return self._looked_at(found) if found else None

    def _found(self, key: str) -> Run | None:
        """A run that is not in memory; none while the storage is known not to answer."""
        if self._storage is None or self.fault:
            return None
        try:
            name = self._storage.find(key)
            return self._load(name) if name else None
        except StorageError as error:
            log.warning("A run could not be read: %s", error)
            return None

    @staticmethod
    def steers(token: str, run: Run) -> bool:
        """Whether this token may do more than watch."""
        return hmac.compare_digest(digest(token), run.keys.steering)

    def _looked_at(self, run: Run) -> Run:
        """Keep a run at hand, and note that somebody looked."""
        if run.status not in TRAINING and run.record().snapshot.message != ELSEWHERE:
            self._recent[run.name] = run
            self._recent.move_to_end(run.name)
            while len(self._recent) > MOST_IDLE:
                self._recent.popitem(last=False)
            now = time.monotonic()
            if self._storage and now - run.touched > TOUCH_SECONDS:
                run.touched = now
                try:
                    self._storage.touch(run.name, time.time())
                except StorageError:
                    log.info("A look at a run was not noted.")
        return run

    def _load(self, name: str) -> Run | None:
        """A run that is not in memory, as it was kept; one that nobody trains any more goes on."""
        record = self._storage.load(name) if self._storage else None
        if record is None:
            return None
        goes_on = record.in_training and self._claim(name)
        if record.in_training and not goes_on:
            record = replace(
                record, snapshot=replace(record.snapshot, status="paused", message=ELSEWHERE)
            )
        run = Run.restored(record, self._engine, record.keys.visitor, self._changed)
        self._runs[name] = run
        if goes_on:
            log.info("Going on with a run, looked at %.0f s ago", time.time() - record.seen)
            self._changed(run)
            run.go_on()
        return run

    def of(self, visitor: str, most: int = 100) -> list[Listed]:
        """A visitor's runs, the newest first."""
        who = digest(visitor)
        kept: dict[str, Summary] = {}
        try:
            if self._storage and not self.fault:
                kept = {one.name: one for one in self._storage.of_visitor(who, most)}
        except StorageError as error:
            log.warning("Runs could not be listed: %s", error)
        kept |= {run.name: run.summary() for run in self._in_memory() if run.visitor == who}
        newest = sorted(kept.values(), key=lambda one: (-one.created, one.name))[:most]
        return [Listed(derived(visitor, f"run {one.name}"), one) for one in newest]

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

    def training(self) -> int:
        """How many runs are training now."""
        return sum(run.status in TRAINING for run in self._in_memory())

    # What the keeper's thread does before it saves

    def _each_round(self) -> None:
        if self._storage is None:
            return
        if not self._restored:
            self._storage.sweep(time.time() - 3600)
            self._restored = True
        self._take_over()
        if time.monotonic() - self._made_room > ROOM_SECONDS:
            self._made_room = time.monotonic()
            self._free()

    def _take_over(self) -> None:
        """Go on with runs whose process is gone; see Run.go_on."""
        if self._storage is None or self._keeper is None:
            return
        for name, _owner, _seen in self._storage.in_training():
            with self._lock:
                # What is held may have ended, and only the storage does not know yet.
                known = name in self._keeper.held or name in self._unreadable
                if not known and self._claim(name):
                    self._let_go(name)
                    self._load_if_sound(name)

    def _load_if_sound(self, name: str) -> None:
        """One run whose row is damaged must not keep the others from going on."""
        try:
            self._load(name)
        except StorageError as error:
            log.warning("A run cannot go on: %s", error)
            self._unreadable.add(name)

    def _free(self) -> None:
        """Let go of runs that are too old or too many, and of weights that are too large."""
        if self._storage is None or self._keeper is None:
            return
        gone = self._storage.idle(before=time.time() - self.quotas.days * 86_400)
        for visitor, more in self._storage.crowded(self.quotas.runs_each):
            gone += self._storage.idle(visitor=visitor)[:more]
        if (more := self._storage.count() - len(set(gone)) - self.quotas.runs) > 0:
            gone += [name for name in self._storage.idle() if name not in gone][:more]
        gone = [name for name in gone if name not in self._keeper.held]  # goes on just now
        for name in gone:
            self._let_go(name)
        if gone:
            self._storage.forget(gone)
        self._free_bytes()

    def _free_bytes(self) -> None:
        if self._storage is None:
            return
        excess = self._storage.size() - self.quotas.megabytes * 1_000_000
        for name, size in self._storage.with_past():
            if excess <= 0:
                return
            self._storage.forget_past(name)
            if run := self._runs.get(name):
                run.past_gone = True
            excess -= size
