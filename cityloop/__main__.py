"""``python -m cityloop``: the same door, for supervised children and for machines without the script on their path."""

from cityloop.main import main

if __name__ == "__main__":
    main()
