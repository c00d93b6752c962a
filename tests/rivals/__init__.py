"""The same two stages in other frameworks, as each one's documentation shows it, for the same harm and the same judge.

None of them is given a state that survives: they have no place for it that is committed with their outputs in the way
that their documentation shows for outputs, and what the judge counts as lost and doubled does not need one.
"""
