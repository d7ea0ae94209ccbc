"""What Weft does for a business: a file each."""
