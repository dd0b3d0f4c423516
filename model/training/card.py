"""The model card: what a base is made of, how good it is, what is owed to whom. Pure text."""

from collections.abc import Mapping, Sequence

from hushkey.model.training.appraisal import Appraisal
from hushkey.model.training.sources import Source

_FILES = "## Files"
_WRITERS = """of self_dialogue (BSD-3-Clause; github.com/jfainberg/self_dialogue_corpus @ 113a1b0ff103),
gov_bloggers (CC0-1.0; github.com/18F/18f.gsa.gov @ 0a55c75e6d9b, github.com/GSA/digitalgov.gov @ 4979583206d9),
duraspace_irc (CC-BY-4.0; github.com/duraspace/irclogs @ 41b63d8f1dde) and star_users (MIT; github.com/RasaHQ/STAR @
3058975092cd), none of whom keystrokes are measured on."""
_FOUND = {  # what was found on writers, not trained on the texts above
    "gates.json": f"""
`gates.json`, how far each expert is trusted at first, was fitted (`bench/fit_gates.py`) on writers
{_WRITERS}
""",
    "directions.safetensors": """
`directions.safetensors`, along which devices that share send what they learned, was found
(`bench/fit_directions.py`) on other writers of the same four: 64 directions of 4,096 numbers, and no word. The first
is the way of as much text of each, the next four that of each alone.
""",
}

# Where the table that `python -m bench.architectures` makes for docs/benchmarks.md is copied to.
DESIGNS = """## Accuracy against latency

<!-- architectures -->
Not measured beside this base yet: `python -m bench.architectures` does.
<!-- /architectures -->"""


def model_card(  # noqa: PLR0913  a card states all of it
    *,
    sources: Sequence[Source],
    words: Mapping[str, int],
    shares: Mapping[str, float],
    shape: Mapping[str, int],
    trained: Sequence[Mapping[str, object]],
    appraisal: Appraisal,
    files: Mapping[str, Mapping[str, object]],
    command: str,
) -> str:
    """Return MODEL_CARD.md."""
    corpora = "\n".join(
        f"| {source.name} | {words[source.name]:,} | {shares.get(source.name, 1.0):g} "
        f"| {source.licence} | {source.origin} |"
        for source in sources
    )
    read = sum(int(str(stretch["pieces_read"])) for stretch in trained)
    sizes = ", ".join(f"{name} {value:,}" for name, value in shape.items())
    return f"""# The hushkey base model

A next-word model for English: a residual stack of LSTMs over case-folded words cut into sentencepiece
pieces. It serves suggestions as an int8 ONNX graph and is the frozen ground on which a personal adapter
is trained. It has seen the public text below and no user's.

Made by: `{command}`

## Licence

The files in this folder are licensed under **CC-BY-SA-4.0**, as the largest part of the text that trained
them is. The code of hushkey is under Apache-2.0. The attributions owed are the table under "Text".

## How good it is

On {appraisal.lines:,} lines ({appraisal.words:,} words) that never trained it, from every corpus below:

| figure | value |
|---|---|
| perplexity of a word, float network | {appraisal.word_perplexity:.1f} |
| recall@1 of the next word, int8 graph | {100 * appraisal.recall_at_1:.1f}% |
| recall@3 of the next word, int8 graph | {100 * appraisal.recall_at_3:.1f}% |
| int8 against float: shared among the five likeliest pieces | {100 * appraisal.agreement:.1f}% |

Every word counts, those outside the word list too. Keystrokes saved on real typing: `docs/benchmarks.md`.

{DESIGNS}

## How it was trained

{read:,} pieces were read, padding included. Punctuation is read as context and never predicted; a share of the messages
loses it, as many people type. Lines of running text are joined by chance to longer messages. Sizes: {sizes}.
Each stretch goes on from the weights of the one before, with settings of its own:

{_stretches(trained)}

## Text

A share of 0.3 means that each epoch draws that part of the file's lines. One block of 64 lines in a hundred is
held out.

| corpus | words | share | licence | source |
|---|---:|---:|---|---|
{corpora}

The text was cleaned (see the corpora's own notes): mark-up, addresses, links and slurs removed. Ordinary
profanity was not, so a suggestion may be rude: `hushkey block WORD`.

## What it is not for

Anything but suggesting words to a person who picks them. It knows no facts, mirrors the wording of its
sources (US English, spoken technology talk, dated fiction in part), and can be biased as they are.

{_files(files)}"""


def with_files(card: str, files: Mapping[str, Mapping[str, object]]) -> str:
    """Return a card with its list of files made anew, for a file that came or changed after it was written."""
    return card[: card.index(_FILES)] + _files(files)


def _stretches(trained: Sequence[Mapping[str, object]]) -> str:
    """Return a table with a column for each stretch of training."""
    names = dict.fromkeys(name for stretch in trained for name in stretch)
    head = [
        "| setting |" + "".join(f" stretch {number} |" for number in range(1, len(trained) + 1)),
        "|---|" + "---|" * len(trained),
    ]
    rows = [f"| {name} |" + "".join(f" {s.get(name, '–')} |" for s in trained) for name in names]
    return "\n".join([*head, *rows])


def _files(files: Mapping[str, Mapping[str, object]]) -> str:
    rows = "\n".join(
        f"| `{name}` | {entry['bytes']:,} | `{entry['sha256']}` |"
        for name, entry in sorted(files.items())
    )
    made = "".join(_FOUND[name] for name in _FOUND if name in files)
    return f"{_FILES}\n\n| file | bytes | SHA-256 |\n|---|---:|---|\n{rows}\n{made}"
