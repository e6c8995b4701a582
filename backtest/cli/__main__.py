"""`python -m backtest.cli` is `nqp`."""

from backtest.cli import main

main()
