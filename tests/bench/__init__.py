"""`make bench`: how long the pages take in a generated city, beside their floor and beside hand-written SQL."""
