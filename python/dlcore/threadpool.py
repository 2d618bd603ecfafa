"""dlcore under threadpoolctl: to import this module makes `threadpoolctl.threadpool_limits` hold here, too.

`import dlcore` does so if threadpoolctl is loaded by then, and `import dlcore.sklearn` always, since
scikit-learn loads it. A program that loads it later imports this module as well. A limit is one of the
process, like `dlcore.set_num_threads`.

Examples
--------
>>> import dlcore.threadpool, threadpoolctl
>>> with threadpoolctl.threadpool_limits(1):
...     dlcore.get_num_threads()
1
"""

import threadpoolctl

from dlcore import _config, _core


class Controller(threadpoolctl.LibController):  # type: ignore[misc]
    """Where threadpoolctl finds dlcore, and what it says and does then."""

    user_api = "dlcore"
    internal_api = "dlcore"
    filename_prefixes = ("_core.",)
    check_symbols = ("dlcore_get_num_threads", "dlcore_set_num_threads")

    def get_num_threads(self) -> int:
        """How many there may be."""
        return int(self.dynlib.dlcore_get_num_threads())

    def set_num_threads(self, num_threads: int) -> None:
        """Set it."""
        self.dynlib.dlcore_set_num_threads(num_threads)
        _config.note_threads("threadpoolctl")

    def get_version(self) -> str:
        """The package's."""
        return _core.version()


threadpoolctl.register(Controller)
