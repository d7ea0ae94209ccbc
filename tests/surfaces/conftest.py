"""What the console's tests share."""

from visiting import browser, plain_visit, port, reader_visit, visit

__all__ = ["browser", "plain_visit", "port", "reader_visit", "visit"]
