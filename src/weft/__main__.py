"""`python -m weft` is the command `weft`."""

from weft.app import main

main()
