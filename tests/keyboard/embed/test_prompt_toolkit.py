"""The prompt_toolkit example, typed into through prompt_toolkit's own pipe: ghost text, menu, learning."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from hushkey.keyboard.embed import HushkeyAutoSuggest, HushkeyCompleter, Surface
from hushkey.keyboard.embed.prose import prose_before
from hushkey.keyboard.profile import open_profile

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "prompt_toolkit_prompt.py"
_SPEC = importlib.util.spec_from_file_location("prompt_toolkit_prompt", EXAMPLE)
example = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(example)

RIGHT = "\x1b[C"


@pytest.fixture
def surface(shipped_base):
    with open_profile(in_memory=True, base=shipped_base) as profile:
        yield Surface(profile, "repl")


class Prompt:
    """A prompt under way."""

    def __init__(self, surface: Surface, pipe) -> None:
        self._pipe = pipe
        self.session = example.prompt_on(surface)
        self.line = asyncio.create_task(self.session.prompt_async())

    async def type(self, keys: str, until) -> None:
        self._pipe.send_text(keys)
        for _ in range(1000):
            if until(self.session.default_buffer):
                return
            await asyncio.sleep(0.01)
        pytest.fail("the prompt did not come to where it was awaited")


@pytest.fixture
async def prompt(surface) -> AsyncIterator[Prompt]:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        under_way = Prompt(surface, pipe)
        yield under_way
        under_way.line.cancel()


async def test_right_takes_the_ghost_text(prompt):
    await prompt.type("See you tom", lambda b: b.suggestion and b.suggestion.text == "orrow")
    await prompt.type(RIGHT, lambda b: b.text == "See you tomorrow")
    prompt._pipe.send_text("\r")
    assert await asyncio.wait_for(prompt.line, 10) == "See you tomorrow"


async def test_tab_opens_a_menu_whose_words_take_the_place_of_what_was_typed(prompt):
    await prompt.type("See you tomor\t", lambda b: b.text == "See you tomorrow" or b.complete_state)
    await prompt.type("\t", lambda b: b.text.startswith("See you tomorrow"))


def test_what_was_committed_is_in_the_menu_with_what_it_is(surface):
    for _ in range(2):
        surface.commit("We met Zorblax there")
    found = {
        completion.text: (completion.start_position, completion.display_meta_text)
        for completion in HushkeyCompleter(surface).get_completions(
            Document("one\nWe met Zor"), CompleteEvent()
        )
    }
    assert found["Zorblax"] == (-3, "new")


def test_inside_a_line_there_is_no_ghost_text(surface):
    suggest = HushkeyAutoSuggest(surface)
    assert suggest.get_suggestion(None, Document("See you tom")).text == "orrow"
    assert suggest.get_suggestion(None, Document("See you tom, bye", 11)) is None
    assert suggest.get_suggestion(None, Document("See you tom\nbye", 11)).text == "orrow"


def test_ghost_text_may_be_kept_to_prose(surface):
    suggest = HushkeyAutoSuggest(surface, prose_before)
    assert suggest.get_suggestion(None, Document("see_you = tom")) is None
    assert suggest.get_suggestion(None, Document("x = 1  # See you tom")).text == "orrow"
