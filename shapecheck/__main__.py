"""`python -m shapecheck` is the command `shapecheck`."""

from shapecheck_cli.main import main

if __name__ == "__main__":
    main()
