"""``python -m gdquiz`` is the command ``gdquiz``."""

from gdquiz.cli import main

if __name__ == "__main__":
    main()
