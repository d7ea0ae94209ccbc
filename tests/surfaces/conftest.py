"""What the console's tests share."""

from visiting import browser, keeper, other, plain_keeper, plain_visit, port, reader_visit, register, visit

__all__ = ["browser", "keeper", "other", "plain_keeper", "plain_visit", "port", "reader_visit", "register", "visit"]
