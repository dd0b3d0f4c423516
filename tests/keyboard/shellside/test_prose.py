"""Prose is found where it stands in a command line, and nothing else is taken for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hushkey.keyboard.shellside.prose import fitting, said_in, under_way
from hushkey.keyboard.types import Suggestion


def text(before: str) -> str | None:
    found = under_way(before)
    return None if found is None else found.text


@pytest.mark.parametrize(
    ("before", "prose"),
    [
        ('git commit -m "fix the par', "fix the par"),
        ("git commit -m 'fix the par", "fix the par"),
        ('git commit -am "fix ', "fix "),
        ('git commit --amend -m "', ""),
        ('git commit --message="fix the', "fix the"),
        ('git -C repo commit -m "fix', "fix"),
        ('cd src && git commit -m "fix', "fix"),
        ('gh pr create --title "Add a" --body "This ad', "This ad"),
        ("echo see you tom", "see you tom"),
        ("echo -n see you ", "see you "),
        ('echo "see you', "see you"),
        ("notify-send -u low Tea is rea", "Tea is rea"),
        ('mail -s "About the har', "About the har"),
        ('LC_ALL=C git commit -m "fix', "fix"),
        ('git commit -m "fix $NAME par', "fix █ par"),
        ('git commit -m "say \\"hi\\" to', 'say "hi" to'),
        ("git commit -m fix", "fix"),
    ],
)
def test_prose_under_way_is_found(before, prose):
    assert text(before) == prose


@pytest.mark.parametrize(
    "before",
    [
        "",
        "ls -l some",
        "git commit",
        "git checkout -b fix-the-par",
        'git commit -m "fix" --author "Some',
        'git log --grep "fix',
        ' git commit -m "private par',
        "\techo private",
        "echo secret > fil",
        "echo",
        "notify-send -u lo",
        "mysql -psecret -s",
        "sudo echo hello",
        "# echo nothing",
        'grep -m "fix',
        "git commit -m",
    ],
)
def test_nothing_else_is_taken_for_prose(before):
    assert text(before) is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('git commit -m "Fix the parser" -m "It was wrong."', ["Fix the parser", "It was wrong."]),
        ("git add . && git commit -m 'Fix the parser'", ["Fix the parser"]),
        ("echo see you tomorrow", ["see you tomorrow"]),
        (
            "gh pr create --title='Add it' --body \"Because $REASON holds\"",
            ["Add it", "Because █ holds"],
        ),
        ('mail -s "About the harbour" someone@example.com', ["About the harbour"]),
        ("echo one; echo two", ["one", "two"]),
    ],
)
def test_what_a_line_said_is_its_prose_arguments_alone(line, said):
    assert said_in(line) == said


@pytest.mark.parametrize(
    "line",
    [
        " echo private words",
        "echo hunter2 | sudo -S true",
        "echo token > ~/.netrc",
        "cat <<END\necho words\nEND",
        "echo $TOKEN",
        "echo `pass show x`",
        'git commit -m "$(cat message)"',
        'echo "never closed',
        "ls -la",
        "export PASSWORD=words",
    ],
)
def test_what_is_handed_on_or_private_or_not_typed_is_not_learned(line):
    assert said_in(line) == []


def test_what_means_something_to_the_shell_is_not_put_there():
    def fits(before: str, word: str, replaces: int) -> bool:
        prose = under_way(before)
        assert prose is not None
        return fitting(Suggestion(word, "completion", 0.5, {}, replaces), prose, before)

    assert fits('git commit -m "fix it, do', "don't", 2)
    assert not fits("git commit -m 'fix it, do", "don't", 2)
    assert not fits("echo do", "don't", 2)
    assert fits("echo see you tom", "tomorrow at", 3)
    assert not fits("git commit -m fi", "fix it", 2)
    assert not fits('git commit -m "cost', "$5", 0)
    assert not fits(
        'git commit -m "a\\"', "x", 1
    )  # the letters before the cursor are not those of the text


@given(st.text(alphabet="ab'\"\\ $(){}`;|&<>-m=\n#", max_size=60))
def test_any_line_is_read_to_its_end(line):
    under_way(line)
    under_way("git commit -m " + line)
    said_in("echo " + line)
