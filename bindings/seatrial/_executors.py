"""Where the runs of a sweep go on: threads of this process, each waiting for a child; any concurrent.futures.Executor; Dask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from typing import Any, TypeAlias

from ._cache import Cell, Ended, run_cell
from ._child import Children, jobs
from ._progress import Counter
from .errors import ScenarioError

#: None: one run a processor. A number: as many at once. A concurrent.futures.Executor, or a dask.distributed.Client.
Carrier: TypeAlias = Any


def carry(cells: Iterable[Cell], executor: Carrier = None, *, title: str = "sweep",
          progress: bool | None = None) -> dict[str, Ended]:
    """Runs the cells that are missing; how each of those ended, by key."""
    missing = {cell.key: cell for cell in cells if not cell.finished}
    bar = Counter(title, len(missing), progress)
    ended: dict[str, Ended] = {}

    def collect(futures: dict[Future[Ended], str]) -> None:
        for future in as_completed(futures):
            try:
                ended[futures[future]] = future.result()
            except Exception as error:  # the executor's own: a worker died, a pool broke
                ended[futures[future]] = Ended(f"the executor lost the run: {type(error).__name__}: {error}")
            bar.step()

    try:
        if missing:
            _submit(list(missing.values()), executor, collect)
    finally:
        bar.close()
    return ended


def _submit(cells: list[Cell], executor: Carrier, collect: Callable[[dict[Future[Ended], str]], None]) -> None:
    if executor is None or isinstance(executor, int) and not isinstance(executor, bool):
        count = jobs() if executor is None else executor
        if count < 1:
            raise ScenarioError(f"executor: error: {count} runs at once, expected at least 1")
        children = Children()
        pool = ThreadPoolExecutor(max_workers=count)
        try:
            collect({pool.submit(run_cell, cell, children): cell.key for cell in cells})
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            children.end()
            raise
        finally:
            pool.shutdown()
        return
    if not isinstance(executor, Executor) and hasattr(executor, "get_executor"):
        executor = executor.get_executor(pure=False)  # dask.distributed.Client
    if not isinstance(executor, Executor):
        raise ScenarioError(f"executor: error: {executor!r} runs nothing, expected None, a number of runs at once, a "
                            "concurrent.futures.Executor or a dask.distributed.Client")
    futures: dict[Future[Ended], str] = {executor.submit(run_cell, cell): cell.key for cell in cells}
    try:
        collect(futures)
    except BaseException:
        for future in futures:
            future.cancel()
        raise
