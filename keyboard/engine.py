"""The suggestion engine: what this person is about to type, learned from what they typed before.

    engine = SuggestionEngine()                   # the shipped base, in memory
    session = engine.session("editor")
    offered = session.suggest("See you tom")      # -> [Suggestion(text="tomorrow", ...), ...]
    session.accept(offered[0])                    # -> "tomorrow " to put in place of "tom"
    session.commit("See you tomorrow")            # a finished line: learned

It holds no file, no clock and no store: whoever embeds it decides what it is taught and what is kept.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence

from hushkey.keyboard.casing import cased
from hushkey.keyboard.correction.corrector import ON_PURPOSE, Corrector, Typed
from hushkey.keyboard.correction.tokens import in_the_case_of, may_hold_a_typo
from hushkey.keyboard.experts import ABLATIONS, Experts
from hushkey.keyboard.fitted import fitted_gates
from hushkey.keyboard.foresight import Foreseen, foresee
from hushkey.keyboard.memory import Memory
from hushkey.keyboard.mixer import GateState, Mixer
from hushkey.keyboard.prediction import Prediction, predict
from hushkey.keyboard.prior import PriorReader
from hushkey.keyboard.ranking import rank
from hushkey.keyboard.reader import Reader
from hushkey.keyboard.recency import Recency
from hushkey.keyboard.session import Policy, Session
from hushkey.keyboard.settings import Settings
from hushkey.keyboard.teaching import Array, Teacher
from hushkey.keyboard.types import Suggestion
from hushkey.keyboard.wordbook import Wordbook
from hushkey.model.adapter import Adapter
from hushkey.model.base import Base, BaseBeside, load_base
from hushkey.model.text import GAP, fold, normalise, sentence_so_far, split_cursor, split_token

_PREDICTIONS = 8  # kept; half a megabyte each

Boundary = tuple[Prediction, list[str]]  # what comes next, and the words of the sentence so far


class SuggestionEngine:
    """Suggests words and learns from finished lines. Every method may be called from any thread."""

    def __init__(
        self,
        base: Base | None = None,
        *,
        adapter: Adapter | None = None,
        without: frozenset[str] = frozenset(),
    ) -> None:
        """Serve `base`, the shipped one unless another is given, `without` some of keyboard.experts.ABLATIONS.

        Raises BaseDamaged, ModelMismatch, and ValueError for a name that is no part.
        """
        if unknown := without - set(ABLATIONS):
            raise ValueError(f"{min(unknown)} is no part of the engine; the parts: {ABLATIONS}")
        self._without = without
        self._base = base or load_base()
        self._lock = threading.RLock()
        self._runtime = self._base.runtime(adapter)
        self._shared: Adapter | None = None
        self._personal = adapter
        reads = PriorReader if "network" in without else Reader
        self._reader = reads(self._runtime, self._base.word_table)
        self._blocked: set[str] = set()
        self._as_typed: set[str] = set()
        self._vouched: dict[str, str] = {}  # folded -> as it was written
        self._forgettings = 0
        self._kept: OrderedDict[str, Boundary] = OrderedDict()
        self._gates = {} if "fitted" in without else fitted_gates(self._base)
        self._begin()

    def _begin(self) -> None:
        mixer = Mixer(self._gates, learns="trust" not in self._without)
        self._experts = Experts(
            Wordbook(self._base.lexicon), Memory(), Recency(), mixer, self._without
        )
        self._teacher = Teacher(self._reader, self._experts)
        self._corrector = Corrector(self._experts.book)
        self._kept.clear()

    @property
    def base(self) -> Base:
        """Return the base that is served."""
        return self._base

    @property
    def words_learned(self) -> int:
        """Return how many words the n-gram memory holds."""
        return self._experts.memory.words

    def suggest(self, text_before_cursor: str, k: int = 3) -> list[Suggestion]:
        """Return at most k suggestions, likeliest first. Never changes state; only the current line counts."""
        return self.candidates(text_before_cursor, k)

    def candidates(
        self,
        text_before_cursor: str,
        k: int,
        *,
        leave_out: Iterable[str] = (),
        sightings: int = 0,
        trusted: int = 0,
    ) -> list[Suggestion]:
        """Return the k likeliest words, but those in `leave_out` (folded) and those new words seen too rarely.

        A word outside the base's lexicon is offered from its `sightings`-th use on, and marked as new until
        its `trusted`-th.
        """
        context, prefix = split_cursor(text_before_cursor)
        with self._lock:
            prediction, sentence = self._predict(context)
            found = rank(
                prediction,
                prefix,
                k,
                book=self._experts.book,
                opens_sentence=not sentence and self._teacher.opens_with_capital,
                admits=lambda number: self._admits(number, sightings),
                is_new=lambda number: not self._seen(number, trusted),
                leave_out=frozenset(() if "passed-over" in self._without else leave_out),
            )
            return found if len(found) == k else [*found, *self._added(prefix, leave_out)][:k]

    def _added(self, prefix: str, leave_out: Iterable[str]) -> list[Suggestion]:
        """Return the begun words that are vouched for and were never typed, last: no expert knows them."""
        begun = fold(prefix)
        if not begun or not self._vouched:
            return []
        apart = {begun, *leave_out} | self._blocked
        return [
            Suggestion(
                cased(written, prefix, opens_sentence=False), "completion", 0.0, {}, len(prefix)
            )
            for word, written in sorted(self._vouched.items())
            if word.startswith(begun) and word not in apart and not self.knows(word)
        ]

    def _admits(self, number: int, sightings: int) -> bool:
        if self._experts.book.word(number) in self._blocked:
            return False
        return self._seen(number, sightings)

    def _seen(self, number: int, times: int) -> bool:
        """Whether a word is in the base's lexicon, was seen so often, or is vouched for."""
        book = self._experts.book
        return (
            number < book.known
            or self._experts.memory.count(number) >= times
            or book.word(number) in self._vouched
        )

    def _predict(self, context: str) -> Boundary:
        """Ask every expert at a word boundary; asked once, kept for the word's keys."""
        held = self._kept.get(context)
        if held is not None:
            self._kept.move_to_end(context)  # looking ahead must not push out the word under way
            return held
        sentence = sentence_so_far(context)
        before = [self._experts.book.find(fold(word)) for word in sentence]
        outlook = self._reader.outlook(self._reader.read(context))
        held = self._kept[context] = predict(outlook, before, self._experts), sentence
        if len(self._kept) > _PREDICTIONS:
            self._kept.popitem(last=False)
        return held

    def foresee(self, line: str) -> list[Foreseen]:
        """Return how each word of a line would have come up while it was typed. Never changes state."""
        found: list[Foreseen] = []
        line, place = normalise(line), 0
        with self._lock:
            for token in line.split():
                start = line.index(token, place)
                place = start + len(token)
                lead, core, _ = split_token(token)
                if core and GAP not in token:
                    prediction, _ = self._predict(line[:start] + lead)
                    found.append(foresee(prediction, fold(core), self._experts.book))
        return found

    def knows(self, word: str) -> bool:
        """Whether a word is in the base's lexicon or was learned."""
        with self._lock:
            number = self._experts.book.find(fold(word))
            return number is not None and (
                number < self._experts.book.known or self._experts.memory.count(number) > 0
            )

    def count(self, word: str) -> int:
        """Return how often a word was learned and not forgotten."""
        with self._lock:
            number = self._experts.book.find(fold(word))
            return 0 if number is None else self._experts.memory.count(number)

    def chances(self, context: str, words: Sequence[str]) -> list[float]:
        """Return the chance of each of some words behind a line's finished text, 0 where nobody knows the word."""
        with self._lock:
            numbers = [self._experts.book.find(fold(word)) for word in words]
            chances = self._predict(context)[0].chances
            return [0.0 if number is None else float(chances[number]) for number in numbers]

    def own_words(self) -> list[str]:
        """Return the folded words that were learned and are not in the base's lexicon, sorted."""
        with self._lock:
            book, memory = self._experts.book, self._experts.memory
            return [
                book.word(number) for number in book.own_with_prefix("") if memory.count(number)
            ]

    def session(
        self,
        surface: str = "python",
        *,
        policy: Policy = "shown",
        settings: Callable[[], Settings] = Settings,
        on_commit: Callable[[str], None] | None = None,
        on_keep: Callable[[str], None] | None = None,
    ) -> Session:
        """Return a session: what is shown, accepted and committed on one surface.

        `on_commit` takes the place of teaching the engine, for owners that redact and store first; `on_keep`
        that of keep_as_typed.
        """
        return Session(
            self,
            surface,
            policy=policy,
            settings=settings,
            on_commit=on_commit,
            on_keep=on_keep,
        )

    def learn(self, lines: Iterable[str]) -> None:
        """Learn finished lines, oldest first: n-grams, recent words, how far to trust each expert."""
        with self._lock:
            self._teacher.teach(list(lines))
            self._kept.clear()

    def recount(self, lines: Iterable[str], trust: GateState = ()) -> None:
        """Take up lines learned in an earlier run, and the trust in each expert that they earned.

        The network is not asked, so that years of typing are back within a moment.
        """
        with self._lock:
            self._teacher.recount(list(lines))
            self._experts.mixer.restore(trust)
            self._kept.clear()

    def as_arrays(self) -> dict[str, Array]:
        """Return all that lines taught but the trust in each expert, as named arrays: for keeping."""
        with self._lock:
            return self._teacher.as_arrays()

    def restore(self, arrays: Mapping[str, Array]) -> None:
        """Take up what as_arrays returned, over a base with the same lexicon, in place of all learned so far."""
        with self._lock:
            self._begin()
            self._teacher.restore(arrays)

    @property
    def trust(self) -> GateState:
        """Return how far each expert is trusted, as plain numbers that hold no word: for keeping."""
        return self._experts.mixer.as_state()

    def trust_as(self, trust: GateState) -> None:
        """Trust each expert as far as `trust` says, whatever was learned of them until now."""
        with self._lock:
            self._experts.mixer.begin_from(trust)
            self._kept.clear()

    def use_adapter(self, adapter: Adapter | None) -> None:
        """Take up a trained adapter, or none, from the next suggestion on. Raises ModelMismatch.

        It stands on the shared one, where there is one: the network works with their sum.
        """
        with self._lock:
            self._take_up(self._shared, None if "adapter" in self._without else adapter)

    def use_shared(self, adapter: Adapter | None) -> None:
        """Take up what many devices learned together, or none, beneath the trained adapter. Raises ModelMismatch."""
        with self._lock:
            self._take_up(adapter, self._personal)

    @property
    def shared(self) -> Adapter | None:
        """What many devices learned together, where it is in use."""
        return self._shared

    def _take_up(self, shared: Adapter | None, personal: Adapter | None) -> None:
        if shared is None or personal is None:
            self._runtime.use(personal or shared or self._runtime.zero_adapter())
        else:
            self._runtime.use(shared.plus(personal))
        self._shared, self._personal = shared, personal
        self._reader.clear()
        self._kept.clear()

    def untaught(self, adapter: Adapter | None = None) -> "SuggestionEngine":
        """Return an engine on the same network that learned nothing, with an adapter or none. Raises ModelMismatch."""
        return SuggestionEngine(BaseBeside(self._base, self._runtime), adapter=adapter)

    @property
    def adapted(self) -> bool:
        """Whether a trained adapter of its user's own is in use."""
        return self._personal is not None

    def zero_adapter(self) -> Adapter:
        """Return the adapter that changes nothing: where training starts."""
        return self._runtime.zero_adapter()

    def forget(self, word: str) -> None:
        """Drop a word from all that was learned here, as if it had been a gap in what was typed."""
        with self._lock:
            self.unlist(word)
            number = self._experts.book.find(fold(word))
            if number is not None:
                self._experts.memory.forget(number)
                self._experts.recency.forget(number)
                self._experts.book.forget_forms(number)
                self._kept.clear()

    def forget_everything(self) -> None:
        """Be as on the first day, but for blocked words and the adapter."""
        with self._lock:
            self._forgettings += 1
            self._begin()
            self._as_typed.clear()
            self._vouched.clear()

    @property
    def forgettings(self) -> int:
        """Return how often it was told to forget: what was shown before may hold what is forgotten."""
        return self._forgettings

    def block(self, word: str) -> None:
        """Never suggest a word again, until it is unblocked."""
        with self._lock:
            self._blocked.add(fold(word))

    def unblock(self, word: str) -> None:
        """Allow a blocked word again."""
        with self._lock:
            self._blocked.discard(fold(word))

    @property
    def blocked(self) -> frozenset[str]:
        """Return the blocked words, folded."""
        return frozenset(self._blocked)

    def corrections(
        self, text_before_cursor: str, k: int = 1, *, finished: bool = False
    ) -> list[Suggestion]:
        """Return at most k words that the token before the cursor was probably meant to be, likeliest first.

        None where it may well stand as it is. A suggestion's `score` is the chance that it was meant. A token
        that is not `finished` may still go on. Never changes state.
        """
        context, token = split_cursor(text_before_cursor)
        if not may_hold_a_typo(token):
            return []
        with self._lock:
            if fold(token) in self._as_typed or fold(token) in self._vouched:
                return []
            return self._corrections(context, token, finished)[:k]

    def _corrections(self, context: str, token: str, finished: bool) -> list[Suggestion]:
        prediction, sentence = self._predict(context)
        book = self._experts.book
        readings = self._corrector.readings(
            Typed(fold(token), bool(sentence) and token[0].isupper(), finished),
            prediction,
            lambda first: self._predict(f"{context}{book.word(first)} ")[0],
            self._experts.memory.count,
        )
        return [
            Suggestion(
                in_the_case_of(token, " ".join(map(book.usual_form, meant.numbers))),
                "correction",
                meant.chance,
                prediction.experts(meant.numbers[0]),
                len(token),
            )
            for meant in readings
            if all(self._admits(number, ON_PURPOSE) for number in meant.numbers)
        ]

    def keep_as_typed(self, word: str) -> None:
        """Never correct a word again: a correction of it was undone."""
        with self._lock:
            self._as_typed.add(fold(word))

    @property
    def kept_as_typed(self) -> frozenset[str]:
        """Return the words that are never corrected, folded."""
        with self._lock:
            return frozenset(self._as_typed)

    def vouch_for(self, word: str) -> None:
        """Trust a word of the user's own however seldom it was seen: it is offered as any other, and not corrected."""
        with self._lock:
            self._vouched[fold(word)] = word

    def unlist(self, word: str) -> None:
        """Correct a word again, and trust it no more than its uses do."""
        with self._lock:
            self._forgettings += 1  # a session may hold a note of its correction
            self._as_typed.discard(fold(word))
            self._vouched.pop(fold(word), None)

    @property
    def vouched(self) -> frozenset[str]:
        """Return the words that are vouched for, folded."""
        with self._lock:
            return frozenset(self._vouched)
