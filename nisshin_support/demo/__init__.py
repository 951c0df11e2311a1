"""The demonstration world: invented people in a real roster, so that a city can try the product in an hour.

Days are counted from today, so that meetings are always to come and consents about to end. Stories are data
(`fixtures/demo`); nothing here decides who may see what.
"""
