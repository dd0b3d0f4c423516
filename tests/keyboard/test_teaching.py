"""What one finished line changes: every word judged and then counted, once, in its written form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stand_ins import BigramModel

from hushkey.keyboard.experts import Experts
from hushkey.keyboard.memory import START, Memory
from hushkey.keyboard.mixer import Mixer
from hushkey.keyboard.reader import Reader
from hushkey.keyboard.recency import Recency
from hushkey.keyboard.teaching import Teacher
from hushkey.keyboard.wordbook import Wordbook
from hushkey.model.text import GAP, fold, sentences_of, words_of

line = st.one_of(
    st.text(st.characters(), max_size=30),
    st.text("aB1'’.,?!… \t█é", max_size=30),
)


@pytest.fixture
def experts(lexicon) -> Experts:
    return Experts(Wordbook(lexicon), Memory(), Recency(), Mixer())


@pytest.fixture
def teacher(bigrams, table, experts) -> Teacher:
    return Teacher(Reader(bigrams, table), experts)


def new_teacher(table) -> tuple[Teacher, Experts]:
    experts = Experts(Wordbook(table.lexicon), Memory(), Recency(), Mixer())
    model = BigramModel(np.zeros((table.vocabulary.size,) * 2))
    return Teacher(Reader(model, table), experts), experts


def forms_in(book: Wordbook) -> dict[str, dict[str, int]]:
    return {
        book.word(number): forms for number in range(len(book)) if (forms := book.forms(number))
    }


@settings(max_examples=60)
@given(st.lists(line, max_size=4))
def test_every_word_of_any_text_is_counted_once(table, lines):
    teacher, experts = new_teacher(table)
    teacher.teach(lines)
    words = [fold(word) for text in lines for word in words_of(text)]
    assert experts.memory.words == len(words)
    for word in set(words):
        assert experts.memory.count(experts.book.find(word)) == words.count(word)


@settings(max_examples=60)
@given(st.lists(line, max_size=4))
def test_recounting_is_learning_but_for_the_gates(table, lines):
    teacher, learned = new_teacher(table)
    teacher.teach(lines)
    again, recounted = new_teacher(table)
    again.recount(lines)
    assert recounted.memory == learned.memory
    assert recounted.recency._weights == learned.recency._weights
    assert forms_in(recounted.book) == forms_in(learned.book)
    assert again.opens_with_capital == teacher.opens_with_capital
    assert recounted.mixer.as_state() == []


@settings(max_examples=60)
@given(st.lists(line, max_size=4), st.lists(line, max_size=2))
def test_what_was_kept_and_loaded_goes_on_as_if_it_had_never_been_away(table, lines, more):
    teacher, learned = new_teacher(table)
    teacher.recount(lines)
    again, loaded = new_teacher(table)
    again.restore(teacher.as_arrays())
    for one in (teacher, again):
        one.recount(more)
    assert loaded.memory == learned.memory
    assert loaded.recency._weights == learned.recency._weights
    assert forms_in(loaded.book) == forms_in(learned.book)
    assert len(loaded.book) == len(learned.book)
    assert again.opens_with_capital == teacher.opens_with_capital


def test_a_new_word_for_which_no_number_is_left_is_not_counted_and_the_others_are(table, bigrams):
    room = len(table.lexicon.words) + 1
    experts = Experts(Wordbook(table.lexicon, room=room), Memory(), Recency(), Mixer())
    teacher = Teacher(Reader(bigrams, table), experts)
    teacher.teach(["how are zorb today", "how are quux today", "how are zorb"])
    teacher.recount(["quux and tea"])
    assert experts.book.find("quux") is None
    assert experts.memory.words == 4 + 3 + 3 + 2
    how, are, today = (experts.book.find(word) for word in ("how", "are", "today"))
    assert experts.memory.followers((how, are)).counts == {experts.book.find("zorb"): 2}
    assert experts.memory.count(today) == 2
    assert experts.memory.followers((are, today)) is None


def test_recounting_asks_the_network_nothing(teacher, bigrams):
    teacher.recount(["how are you"])
    assert bigrams.steps == 0


@settings(max_examples=60)
@given(line)
def test_the_memory_holds_each_sentence_with_its_gaps(table, text):
    teacher, experts = new_teacher(table)
    teacher.teach([text])
    twin = Memory()
    for sentence in sentences_of(text):
        twin.add([None if word == GAP else experts.book.find(fold(word)) for word in sentence])
    assert experts.memory == twin


def test_a_word_is_judged_before_it_is_counted(teacher, experts):
    """On its first sighting no n-gram foresaw it; on its second the one before did."""
    teacher.teach(["zorb"])
    assert experts.mixer.as_state() == []  # nothing was there to be judged
    teacher.teach(["zorb"])
    gates = {name[0]: claimed / seen for name, claimed, seen in experts.mixer.as_state()}
    assert gates[1] > Mixer().gate((1, 1, 0, 0))  # the start of the sentence foresaw it


def test_learning_is_the_same_line_by_line_and_all_at_once(table, bigrams):
    lines = ["how are you", "the zorb is late. How are the beans?", "see you there"]
    together, experts = new_teacher(table)
    together.teach(lines)
    apart, others = new_teacher(table)
    for one in lines:
        apart.teach([one])
    assert experts.memory == others.memory
    assert experts.mixer.as_state() == others.mixer.as_state()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("I saw Zorb", "Zorb"),
        ("Zorb came", "zorb"),  # the capital may come from the sentence alone
        ("Zorb came, then Zorb left", "Zorb"),
        ("ZORB came", "ZORB"),  # this one may not
        ("zorb came", "zorb"),
        ("ok. Zorb came", "zorb"),
        ("ZoRb", "ZoRb"),
    ],
)
def test_a_word_is_written_as_its_user_writes_it_inside_a_sentence(teacher, experts, text, written):
    teacher.teach([text])
    assert experts.book.usual_form(experts.book.find("zorb")) == written


def test_whoever_opens_sentences_in_small_letters_is_followed(teacher):
    assert teacher.opens_with_capital
    teacher.teach(["hello there", "how are you", "I am late"])
    assert not teacher.opens_with_capital
    teacher.teach(["Oh. Well. Yes"])
    assert teacher.opens_with_capital


def test_a_sentence_that_opens_with_a_gap_tells_nothing_of_capitals_or_of_starts(teacher, experts):
    before = list(teacher._openings)
    teacher.teach([f"{GAP} said so"])
    assert teacher._openings == before
    assert experts.memory.followers((START,)) is None
