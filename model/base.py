"""The shipped base: which files it is made of, where they lie, whether they are whole."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from hushkey.model.adapter import Adapter
from hushkey.model.directions import Directions
from hushkey.model.errors import BaseDamaged
from hushkey.model.groups import AdapterShape
from hushkey.model.lexicon import Lexicon
from hushkey.model.runtime import Runtime
from hushkey.model.vocabulary import Vocabulary
from hushkey.model.words import WordTable

GRAPH = "base.int8.onnx"
WEIGHTS = "base.safetensors"
PIECES = "pieces.model"
LEXICON = "lexicon.tsv.xz"
GATES = "gates.json"
DIRECTIONS = "directions.safetensors"
MANIFEST = "manifest.json"
CARD = "MODEL_CARD.md"

SHIPPED = Path(__file__).parent / "base"


@dataclass(frozen=True)
class Base:
    """A folder of artefacts that belong together; its identity is the hash of the float weights."""

    folder: Path
    hashes: dict[str, str]  # file name -> SHA-256, hex

    @property
    def identity(self) -> str:
        """Return what an adapter must name to be used with this base."""
        return self.hashes[WEIGHTS]

    def read(self, name: str) -> bytes:
        """Return a file's bytes. Raises BaseDamaged where they are not what the manifest states."""
        try:
            data = (self.folder / name).read_bytes()
        except OSError as error:
            raise BaseDamaged(f"the base's {name} cannot be read; reinstall hushkey") from error
        if hashlib.sha256(data).hexdigest() != self.hashes.get(name):
            raise BaseDamaged(
                f"the base's {name} is not the file its manifest names; it was not used; reinstall hushkey"
            )
        return data

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Return the pieces."""
        return Vocabulary(self.read(PIECES))

    @cached_property
    def lexicon(self) -> Lexicon:
        """Return the words."""
        return Lexicon.from_bytes(self.read(LEXICON))

    @cached_property
    def word_table(self) -> WordTable:
        """Return how the words are cut into pieces."""
        return WordTable(self.vocabulary, self.lexicon)

    @cached_property
    def directions(self) -> Directions | None:
        """Return the public directions of what is shared; None where the base comes with none."""
        return Directions.from_bytes(self.read(DIRECTIONS)) if DIRECTIONS in self.hashes else None

    def shape(self) -> AdapterShape:
        """Return what an adapter of it is like, directions included."""
        return replace(self.runtime().shape, directions=self.directions)

    def runtime(self, adapter: Adapter | None = None) -> Runtime:
        """Return a network that answers keystrokes."""
        return Runtime(self.read(GRAPH), base=self.identity, adapter=adapter)

    def damaged_files(self) -> list[str]:
        """Return the names of the files that are not what the manifest states."""
        bad = []
        for name in self.hashes:
            try:
                self.read(name)
            except BaseDamaged:
                bad.append(name)
        return bad


class BaseBeside(Base):
    """A base whose parts and network are another's: whoever stands on it needs no second copy of them."""

    network: Runtime

    def __init__(self, base: Base, network: Runtime) -> None:
        super().__init__(base.folder, base.hashes)
        vars(self).update(
            vocabulary=base.vocabulary,
            lexicon=base.lexicon,
            word_table=base.word_table,
            network=network,
        )

    def runtime(self, adapter: Adapter | None = None) -> Runtime:
        """Return the other's network under an adapter of one's own, or none."""
        return self.network.beside(adapter)


def load_base(folder: Path = SHIPPED) -> Base:
    """Return the base in a folder. Raises BaseDamaged where its manifest cannot be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        hashes = {name: str(entry["sha256"]) for name, entry in manifest["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BaseDamaged(
            f"the base's {MANIFEST} cannot be read; no suggestions are served; reinstall hushkey"
        ) from error
    return Base(folder, hashes)


def write_manifest(folder: Path, facts: Mapping[str, object]) -> Base:
    """State size and hash of every artefact in `folder`, beside `facts`; returns the base."""
    text = json.dumps({"format": 1, **facts, "files": files_of(folder)}, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return load_base(folder)


def files_of(folder: Path) -> dict[str, dict[str, object]]:
    """Return size and SHA-256 of each artefact that is in `folder`, by name."""
    files: dict[str, dict[str, object]] = {}
    for name in (GRAPH, WEIGHTS, PIECES, LEXICON, GATES, DIRECTIONS):
        path = folder / name
        if path.exists():
            data = path.read_bytes()
            files[name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    return files
