"""How fast, how small: each figure beside what was asked of it and beside a peer or a limit measured in the same run."""
