"""The contract a second time, in plain Python over plain data: no Django, nothing of the application, no query.

Written from docs/visibility.md alone, so that a mistake in the gate is not repeated here. When the two disagree, the
words of the contract decide who is wrong.
"""
