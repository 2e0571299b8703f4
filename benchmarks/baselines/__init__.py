"""The other side of each ratio: the same work written by hand, or by a peer, in at most 40 lines each."""
