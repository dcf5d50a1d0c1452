"""`python -m tintype` is the command line."""

from tintype.cli import main

main()
