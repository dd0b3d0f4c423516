"""One place where text is typed, under a name with a consent of its own. Knows no library and no screen.

    with open_profile() as profile:
        mail = Surface(profile, "mail")
        offered = mail.suggest("See you tom")     # -> [Suggestion(text="tomorrow", replaces=3, ...), ...]
        mail.accept(offered[0])                   # -> "tomorrow ", to put in the place of "tom"
        mail.commit("See you tomorrow")           # redacted, kept, learned; nothing where the owner said so

The owner's switches (`surfaces_off`, `surfaces_silent`, `learning`) are read at each call, also where another process
set them.
"""

import threading
from typing import Final

from hushkey.keyboard.embed.why import Why, why
from hushkey.keyboard.profile import Profile
from hushkey.keyboard.settings import is_surface_name
from hushkey.keyboard.types import Suggestion
from hushkey.keyboard.undo import Undo

_WORDS: Final = frozenset({"prediction", "completion"})


class Surface:
    """Suggestions and learning for one place where text is typed. Any thread may call it; they take turns.

    Every method raises KeyboardError where the profile refuses; no message of it quotes what was typed.
    """

    def __init__(self, profile: Profile, name: str) -> None:
        """Be the surface `name` of a profile. Raises ValueError for a name that the settings cannot hold."""
        if not is_surface_name(name):
            raise ValueError("a surface is named by 1 to 32 small letters, digits and . _ : -")
        self.name = name
        self._profile = profile
        self._session = profile.session(name)
        self._lock = threading.RLock()
        self._private = False
        self._touched_in_private = False

    # The owner's will ---------------------------------------------------------------------------

    @property
    def learns(self) -> bool:
        """Whether lines finished here are kept and learned, as the owner's settings and private mode are now."""
        return not self._touched_in_private and self._profile.settings.learns_from(self.name)

    @property
    def suggests(self) -> bool:
        """Whether anything is offered here, as the owner's settings are now."""
        return self._profile.settings.suggests_in(self.name)

    @property
    def private(self) -> bool:
        """Whether nothing is kept. A line that was begun while it was on is not kept either."""
        return self._private

    @private.setter
    def private(self, on: bool) -> None:
        with self._lock:
            self._touched_in_private |= on or self._private
            self._private = on
            self._session = self._profile.session(self.name)  # it knows nothing of what was shown

    # Typing -------------------------------------------------------------------------------------

    def suggest(self, text_before_cursor: str, k: int = 3) -> list[Suggestion]:
        """Return at most k suggestions for the end of a line; what other processes wrote counts.

        Of several lines pass the last. Each replaces `replaces` characters (Unicode code points) before the cursor.
        """
        with self._lock:
            self._profile.catch_up()
            return self._session.suggest(text_before_cursor, k)

    @property
    def places(self) -> tuple[int, ...]:
        """The slot, from 0, of each suggestion of the last answer; see Session.places."""
        return self._session.places

    def ghost(self, text_before_cursor: str, *, look_ahead: bool = True) -> str:
        """Return what is likely to stand behind the cursor next, '' where nothing is: for text shown in grey.

        It only ever adds: the rest of the word under way, or the next word, with the one or two that are likely to
        follow it where `look_ahead` may cost a word boundary's time.
        """
        with self._lock:
            words = [word for word in self.suggest(text_before_cursor) if word.kind in _WORDS]
            phrase = self._session.phrase(look_ahead=look_ahead)
        if not words:
            return ""
        likeliest = max(
            words, key=lambda word: word.score
        )  # slots keep their words in their places
        text = likeliest.text
        if phrase is not None and phrase.text.startswith(f"{text} "):
            text = phrase.text
        typed = text_before_cursor[len(text_before_cursor) - likeliest.replaces :]
        return text[len(typed) :] if text.startswith(typed) else ""

    def accept(self, suggestion: Suggestion) -> str:
        """Take a suggestion: returns what to put in place of the `replaces` characters before the cursor."""
        with self._lock:
            return self._session.accept(suggestion)

    def undo(self, text_before_cursor: str) -> Undo | None:
        """Take back the newest correction that stands before the cursor; None where none does."""
        with self._lock:
            return self._session.undo(text_before_cursor, remember=self.learns)

    def commit(self, text: str) -> bool:
        """Learn finished text, a line or several; say whether it was to be kept. Secrets are cut out first."""
        with self._lock:
            self._profile.catch_up()
            keeps = self.learns
            self._touched_in_private = self._private
            if keeps:
                self._session.commit(text)
            else:
                self._session = self._profile.session(self.name)
            return keeps

    # What was learned ---------------------------------------------------------------------------

    def forget(self, word: str) -> int:
        """Forget a word or phrase everywhere, not on this surface alone; return how many lines held it."""
        return self._profile.forget(word).entries

    def why(self, suggestion: Suggestion) -> Why:
        """Return why a word was offered: which expert, and when and where it was written."""
        return why(self._profile, suggestion)
