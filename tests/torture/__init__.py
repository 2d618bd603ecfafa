"""Bad input: rows of a table x every public function, each case seen from another process.

A case is a target (a function, a class, a method) and a bad value for one or two of its arguments; the
others are good. It passes if there comes a value or one of the documented exceptions, all arguments keep
their bits, and a model that raised is as it was.

values, arrays, files   the bad values, as plain data from which each can be made again
target                  what a target is, and its arguments from its signature
face, estimators, core  the targets: whoever adds a loss, a layer or an optimizer has added it here, too
modules, users          more of them: what scripts use beside models, and what calls users' own functions
traps                   targets that misbehave, on which the harness is tested
cases                   Hypothesis draws cases
judge                   does one case and says what is wrong with it
worker, parent          a process that does cases in turn, and one that sees it crash or hang

`python -m torture --count 2000` in tests/ runs, `--case '...'` does one case again.
"""
