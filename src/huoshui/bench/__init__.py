"""Speed, each measured beside a peer in the same run; never part of the tests."""
