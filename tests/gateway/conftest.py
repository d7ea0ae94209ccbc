"""What the gateway's tests share."""

from scripted import behind, shop

__all__ = ["behind", "shop"]
