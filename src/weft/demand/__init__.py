"""What will be wanted: arithmetic over arrays of what was sold, without a database, a clock or a network."""
