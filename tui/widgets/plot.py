"""A plot with title, legend and the same in words. It draws what `learning_curves` gives and decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.color import Color
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widgets import Static
from textual_plotext import PlotextPlot

from hushkey.tui.learning_curves import Plot

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from hushkey.tui.learning_curves import Series

_LINE: Final = "braille"
_CELLS_A_TICK: Final = 9
_BAR_WIDTH: Final = 0.6  # of the room of a run
_LEVEL: Final = 0.4  # to either side of a run, of its room


class Canvas(PlotextPlot):
    """The drawing, in the colours of the app's theme."""

    plot: reactive[Plot] = reactive(Plot("", ""), init=False)

    def on_mount(self) -> None:
        """Draw now, and again in other colours when the theme changes."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw())

    def on_resize(self) -> None:
        """Draw as many ticks as there is room for."""
        self._draw()

    def watch_plot(self) -> None:
        """Draw what is new."""
        self._draw()

    def _draw(self) -> None:
        figure = self.plt
        figure.clear_data()
        figure.clear_figure()
        for series in self.plot.series:
            if series.points:
                self._add(series)
        xs = sorted({x for series in self.plot.series for x, _ in series.points})
        ticks = _some(xs, max(2, self.size.width // _CELLS_A_TICK))
        figure.xticks(ticks, [f"{tick:,.0f}" for tick in ticks])
        figure.yfrequency(4)
        figure.xlabel(self.plot.across)
        self.refresh()

    def _add(self, series: Series) -> None:
        xs, ys = ([point[axis] for point in series.points] for axis in (0, 1))
        colour = Color.parse(self.app.theme_variables[series.colour]).rgb
        if series.style == "bars":
            self.plt.bar(xs, ys, color=colour, width=_BAR_WIDTH)
        elif series.style == "levels":
            for x, y in series.points:
                ends = [x - _LEVEL, x + _LEVEL]
                self.plt.plot(ends, [y, y], color=colour, marker=series.marker)
        elif series.style == "line":
            self.plt.plot(xs, ys, color=colour, marker=_LINE)
        else:
            self.plt.scatter(xs, ys, color=colour, marker=series.marker)


class PlotView(Vertical):
    """Title, legend, drawing, words. Where there is nothing to draw, title and words."""

    plot: reactive[Plot] = reactive(Plot("", ""), init=False)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Static(classes="plot-title", markup=False)
        yield Static(classes="plot-legend", markup=False)
        yield Canvas()
        yield Static(classes="plot-told", markup=False)

    def watch_plot(self, plot: Plot) -> None:
        """Hand each part its own."""
        self.query_one(".plot-title", Static).update(plot.title)
        legend = self.query_one(".plot-legend", Static)
        legend.update(plot.legend)
        canvas = self.query_one(Canvas)
        legend.display = canvas.display = bool(plot.series)
        canvas.plot = plot
        self.query_one(".plot-told", Static).update(plot.told)


def _some(values: list[float], most: int) -> list[float]:
    """Return at most so many of sorted values, spread over them, the first and the last among them."""
    if len(values) <= most:
        return values
    return [values[round(place * (len(values) - 1) / (most - 1))] for place in range(most)]
