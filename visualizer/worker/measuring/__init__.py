"""What only a real pass can tell of each op: how long it takes, in how many directions its
output spreads."""
