"""Published evaluations: how flows did on tasks, as people uploaded it."""

import re
from dataclasses import dataclass, field

from sklearn_meta.openml._cache import Place, as_id, store
from sklearn_meta.openml._errors import NotOnServerError
from sklearn_meta.openml._options import current_options
from sklearn_meta.openml._setups import fetch_setups
from sklearn_meta.openml._xml import read_xml, text_of, xml_complaint

#: Rows of one page: the server refuses more since its API 1.2.6.
PAGE_ROWS = 1000
SECONDS = "usercpu_time_millis"
_EMPTY = b'<oml:evaluations xmlns:oml="http://openml.org/openml"/>'


@dataclass(frozen=True)
class PublishedEvaluation:
    """How a flow, with certain parameters, did on a task.

    Attributes
    ----------
    run_id, task_id, dataset_id, flow_id, setup_id : int
        Where it is on the server.
    dataset_name, flow_name : str
        The flow's name without its version.
    metrics : dict of str to float
        Values by OpenML's names: means over the task's splits.
    seconds : float or None
        Processor seconds of fit and prediction on all splits, where they were published.
    components : dict of str to dict
        Parameter values of the flow and its parts, by name of the part.
    """

    run_id: int
    task_id: int
    dataset_id: int
    dataset_name: str
    flow_id: int
    flow_name: str
    setup_id: int
    metrics: dict
    seconds: float | None = None
    components: dict = field(default_factory=dict, repr=False)


def iter_evaluations(
    tasks,
    *,
    metrics=("area_under_roc_curve", "predictive_accuracy"),
    flows=None,
    limit=None,
    parameters=True,
    page_rows=PAGE_ROWS,
    offline=None,
):
    """Walk over the published evaluations of tasks, page by page, task by task.

    Pages are kept in the cache. What was published since is seen when they are deleted there
    (folder ``evaluations``).

    Parameters
    ----------
    tasks : iterable of int
        Ids of tasks, as :func:`suite_task_ids` gives them.
    metrics : str or sequence of str
        Measures by OpenML's names; runs that lack one are given with the others.
    flows : sequence of int, default=None
        Only these flows; None is all.
    limit : int, default=None
        At most so many runs of each task; None is all.
    parameters : bool, default=True
        Whether to fetch the parameter values too.
    page_rows : int, default=1000
        Rows of a page; the server refuses more than 1,000.
    offline : bool, default=None
        True never opens a connection.

    Yields
    ------
    PublishedEvaluation
        By task, then by run.

    Raises
    ------
    OpenMLError
        As :func:`fetch_task`.
    ValueError
        If `page_rows` or `limit` is not positive, or no metric is given.

    Examples
    --------
    >>> from sklearn_meta.openml import iter_evaluations
    >>> for evaluation in iter_evaluations([59], limit=100):  # doctest: +SKIP
    ...     print(evaluation.flow_name, evaluation.metrics)
    """
    if isinstance(metrics, str):
        metrics = (metrics,)
    if page_rows < 1 or (limit is not None and limit < 1) or not metrics:
        raise ValueError(
            f"page_rows={page_rows!r}, limit={limit!r}, metrics={metrics!r}; positive numbers and "
            "a list of measures are wanted."
        )
    place = Place.current(current_options(offline))
    filters = "" if flows is None else "/flow/" + ",".join(str(as_id(f, "flows")) for f in flows)
    for task in tasks:
        runs = {}
        for metric in dict.fromkeys((*metrics, SECONDS)):
            for row in _rows(place, metric, as_id(task, "tasks"), filters, limit, page_rows):
                _take(runs, row, metric, is_new=metric != SECONDS)
        ids = sorted(runs)[:limit]
        setups = fetch_setups(place, [runs[id]["setup_id"] for id in ids]) if parameters else {}
        for id in ids:
            yield _evaluation(runs[id], setups)


def _rows(place, metric, task, filters, limit, page_rows):
    """Yield the rows of a listing, page after page."""
    offset = 0
    while limit is None or offset < limit:
        wanted = page_rows if limit is None else min(page_rows, limit - offset)
        rows = _page(place, metric, task, filters, wanted, offset)
        yield from rows
        if len(rows) < wanted:
            return
        offset += wanted


def _page(place, metric, task, filters, limit, offset):
    folder = f"evaluations/{metric}/task_{task}{filters.replace('/', '_')}"
    name = f"{folder}/{offset}_{limit}.xml"
    path = f"evaluation/list/function/{metric}/limit/{limit}/offset/{offset}/task/{task}{filters}"
    try:
        content = place.get(
            name,
            place.api(path),
            f"evaluations of task {task} by {metric}, from row {offset}",
            check=xml_complaint("evaluations"),
        )
    except NotOnServerError as error:
        if not error.is_empty_list:
            raise
        store(place.folder / name, _EMPTY)  # so that the end is known offline, too
        return []
    return read_xml(content, "evaluations").findall("evaluation")


def _take(runs, row, metric, is_new):
    """Put a row to its run."""
    id = int(text_of(row, "run_id"))
    if id not in runs:
        if not is_new:
            return
        flow_name = re.sub(r"\(\d+\)$", "", text_of(row, "flow_name", ""))
        runs[id] = {
            "run_id": id,
            **{n: int(text_of(row, n)) for n in ("task_id", "flow_id", "setup_id")},
            "dataset_id": int(text_of(row, "data_id")),
            "dataset_name": text_of(row, "data_name", ""),
            "flow_name": flow_name,
            "metrics": {},
        }
    value = text_of(row, "value")
    if value is not None:
        runs[id]["metrics"][metric] = float(value)


def _evaluation(run, setups):
    milliseconds = run["metrics"].pop(SECONDS, None)
    return PublishedEvaluation(
        **run,
        seconds=None if milliseconds is None else milliseconds / 1000,
        components=setups.get(run["setup_id"], {}),
    )
