"""The commands, one file a group. Their imports are lazy: `--help` loads neither Textual nor torch."""
