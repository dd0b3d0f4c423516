"""On-device and base training: the only place that imports torch."""
