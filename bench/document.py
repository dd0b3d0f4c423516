"""Write one benchmark's section of a document, between its two marks, leaving the rest as it is."""

from pathlib import Path


def write_section(path: Path, name: str, text: str) -> None:
    """Replace what stands between `<!-- name -->` and `<!-- /name -->`; append the section if there is none."""
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    held = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    if start not in held:
        held += f"\n{start}\n{end}\n"
    before, rest = held.split(start, 1)
    _, after = rest.split(end, 1)
    path.write_text(f"{before}{start}\n{text.strip()}\n{end}{after}", encoding="utf-8")


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table, its first column to the left."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
