"""The `hushkey` command."""

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from hushkey.tui.cli.root import run  # noqa: PLC0415 - it may not be installed
    except ModuleNotFoundError as missing:
        if missing.name != "click":
            raise
        sys.exit("hushkey: the command line needs more packages: pip install 'hushkey[app]'")
    sys.exit(run())


if __name__ == "__main__":
    main()
