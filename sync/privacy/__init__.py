"""Noise that is exact, and what it costs and leaves. Pure: knows no report, task or store."""

from hushkey.sync.privacy.accounting import Budget, compose, report_rho, sensitivity, sigma_for
from hushkey.sync.privacy.gaussian import discrete_gaussian
from hushkey.sync.privacy.prediction import require_signal, signal_to_noise, smallest_batch

__all__ = [
    "Budget",
    "compose",
    "discrete_gaussian",
    "report_rho",
    "require_signal",
    "sensitivity",
    "sigma_for",
    "signal_to_noise",
    "smallest_batch",
]
