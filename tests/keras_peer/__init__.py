"""The same nets, data and first weights for dlcore and for Keras: do the same numbers come out?

`cases.py` has the table. `make test-keras` runs it under both and compares (compare.py); the ordinary tests
compare dlcore alone with what Keras gave once (recorded.json).
"""
