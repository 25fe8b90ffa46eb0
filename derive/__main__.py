"""`python -m derive` is the command line `derive`."""

from .cli import main

raise SystemExit(main())
