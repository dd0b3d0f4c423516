"""The screen that a program paints, as a terminal would show it: the few escapes that such programs use. No colours."""

import codecs
import re

_ESCAPE = re.compile(
    r"\x1b(?:"
    r"\[([0-9;?<>=]*)([ -/]*[@-~])"  # a command and its parameters
    r"|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\"  # a string for the terminal itself
    r"|[()][0-9A-Za-z]|[=>78MDEHc])"
)
_INCOMPLETE = re.compile(r"\x1b(?:\[[0-9;?<>= -/]*|\][^\x07\x1b]*|[PX^_][^\x1b]*|[()]?)?\Z")
_MOVES = {"A": (-1, 0), "B": (1, 0), "C": (0, 1), "D": (0, -1)}


class Screen:
    """Rows of characters, each one cell wide; `feed` what was read."""

    def __init__(self, rows: int, columns: int) -> None:
        self.rows, self.columns = rows, columns
        self._cells = [[" "] * columns for _ in range(rows)]
        self._row = self._column = 0
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def text(self, row: int) -> str:
        """Return a row, without the blanks at its end."""
        return "".join(self._cells[row]).rstrip()

    def feed(self, data: bytes) -> None:
        """Take bytes as they come; a sequence may be cut anywhere."""
        text = self._rest + self._decoder.decode(data)
        place = 0
        while place < len(text):
            escape = text.find("\x1b", place)
            end = len(text) if escape < 0 else escape
            self._print(text[place:end])
            if escape < 0:
                break
            found = _ESCAPE.match(text, escape)
            if found is None:
                if _INCOMPLETE.match(text, escape):
                    self._rest = text[escape:]
                    return
                place = escape + 1
                continue
            self._obey(found[1] or "", found[2] or "")
            place = found.end()
        self._rest = ""

    def _print(self, text: str) -> None:
        for character in text:
            if character == "\r":
                self._column = 0
            elif character == "\n":
                self._row = min(self._row + 1, self.rows - 1)
            elif character == "\b":
                self._column = max(0, self._column - 1)
            elif character >= " ":
                if self._column >= self.columns:
                    self._row, self._column = min(self._row + 1, self.rows - 1), 0
                self._cells[self._row][self._column] = character
                self._column += 1

    def _obey(self, parameters: str, command: str) -> None:
        if parameters.startswith(("?", "<", ">", "=")):
            return
        numbers = [int(part) if part else 0 for part in parameters.split(";")]
        if command in {"H", "f"}:
            row, column = (*numbers, 0)[:2]
            self._move(max(1, row) - 1, max(1, column) - 1)
        elif command in _MOVES:
            down, right = _MOVES[command]
            far = max(1, numbers[0])
            self._move(self._row + far * down, self._column + far * right)
        elif command == "G":
            self._move(self._row, max(1, numbers[0]) - 1)
        elif command == "K":
            self._clear_row(numbers[0])
        elif command == "J":
            self._clear_screen(numbers[0])

    def _move(self, row: int, column: int) -> None:
        self._row = max(0, min(self.rows - 1, row))
        self._column = max(0, min(self.columns - 1, column))

    def _clear_row(self, how: int) -> None:
        whole = 0, self.columns
        start, end = {0: (self._column, self.columns), 1: (0, self._column + 1)}.get(how, whole)
        self._cells[self._row][start:end] = [" "] * (end - start)

    def _clear_screen(self, how: int) -> None:
        if how == 0:
            self._clear_row(0)
        for row in range(self._row + 1 if how == 0 else 0, self.rows):
            self._cells[row] = [" "] * self.columns
