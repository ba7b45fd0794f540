"""A task of OpenML, from its id: table, target and prescribed splits."""

from sklearn_meta.openml._cache import Place, as_id
from sklearn_meta.openml._client_task import make_client_task
from sklearn_meta.openml._dataset import FetchedDataset
from sklearn_meta.openml._description import fetch_description
from sklearn_meta.openml._errors import DamagedFileError, NotOnServerError
from sklearn_meta.openml._options import current_options
from sklearn_meta.openml._splits import read_splits
from sklearn_meta.openml._xml import read_xml, text_of, xml_complaint

_SUPERVISED = {1: "classification", 2: "regression", 3: "classification"}
_PARTITIONS = ("crossvalidation", "leaveoneout")


class FetchedTask(FetchedDataset):
    """A data set with what a task asks of it; see `FetchedDataset` for the rest.

    Attributes
    ----------
    task_id : int
        The task's id.
    cv : TaskSplits
        The splits that the task prescribes, to be given as `cv`.
    measure : str or None
        The measure that the task names, by OpenML's name.
    """

    def __init__(self, place, said, cv):
        super().__init__(place, fetch_description(place, said.dataset_id), said.target)
        self.task_id = said.id
        self.measure = said.measure
        self.cv = cv
        self._check(said)

    def _check(self, said):
        if self.cv.n_rows > self.X.shape[0]:
            raise DamagedFileError(
                f"OpenML's task {self.task_id} splits {self.cv.n_rows} rows, and the table of data "
                f"set {self.openml_id} has {self.X.shape[0]}: one of the files in "
                f"{self._place.folder} is not whole. Delete it; it will be fetched again."
            )
        if (self.kind == "regression") != (said.kind == "regression"):
            raise DamagedFileError(
                f"OpenML's task {self.task_id} is a {said.kind} task, and its target "
                f"{self.target_name!r} does not suit that."
            )

    def to_openml(self):
        """Return the openml client's own object for the task, read from the same cache.

        Returns
        -------
        openml.tasks.OpenMLTask
            What `openml.runs.run_model_on_task` takes; its table is `X` and `y` of this task.
        """
        return make_client_task(self)

    def __repr__(self):
        rest = super().__repr__().removeprefix("<OpenML ")
        return f"<OpenML task {self.task_id}, {self.cv.get_n_splits()} splits, {rest}"


class _Said:
    """What a task's document says."""

    def __init__(self, content, id):
        document = read_xml(content, "task")
        inputs = {part.get("name"): part for part in document.findall("input")}
        self.id = id
        self.type = int(text_of(document, "task_type_id", 0))
        if self.type not in _SUPERVISED or "source_data" not in inputs:
            raise NotOnServerError(
                f"OpenML's task {id} is of the type {text_of(document, 'task_type')!r}; only "
                "supervised classification and regression can be fetched."
            )
        self.kind = _SUPERVISED[self.type]
        data = inputs["source_data"]
        self.dataset_id = int(text_of(data, "data_set/data_set_id"))
        self.target = text_of(data, "data_set/target_feature")
        measures = inputs.get("evaluation_measures")
        path = "evaluation_measures/evaluation_measure"
        self.measure = None if measures is None else text_of(measures, path)
        procedure = inputs["estimation_procedure"].find("estimation_procedure")
        self.splits_url = text_of(procedure, "data_splits_url")
        self.is_partition = text_of(procedure, "type") in _PARTITIONS
        told = {p.get("name"): (p.text or "").strip() for p in procedure.findall("parameter")}
        self.n_repeats = int(told.get("number_repeats") or 0) or None
        self.n_folds = int(told.get("number_folds") or 0) or None


def fetch_task(task_id, *, offline=None):
    """Fetch a supervised task of OpenML, or read it from the cache.

    Parameters
    ----------
    task_id : int
        Its id.
    offline : bool, default=None
        True never opens a connection; None is as :func:`options` and the environment say.

    Returns
    -------
    FetchedTask
        Table, target, categorical mask, and the task's own splits as `cv`.

    Raises
    ------
    NotInCacheError
        Offline, and something is missing in the cache; the message names the file.
    NotOnServerError
        If there is no such task, or it is not a supervised one.
    ServerError, ServerTimeoutError, DamagedFileError
        If the server fails, is too slow, or sends damaged files, at each attempt.

    Examples
    --------
    >>> from sklearn.model_selection import cross_validate
    >>> from sklearn_meta import MetaAutoClassifier
    >>> from sklearn_meta.openml import fetch_task
    >>> task = fetch_task(59)  # doctest: +SKIP
    >>> model = MetaAutoClassifier(max_trials=3)
    >>> cross_validate(model, task.X, task.y, cv=task.cv)  # doctest: +SKIP
    """
    place = Place.current(current_options(offline))
    said = _fetch_said(place, as_id(task_id, "task_id"))
    return FetchedTask(place, said, _fetch_splits(place, said))


def fetch_splits(task_id, *, offline=None):
    """Fetch the splits of a task, without its table.

    Parameters
    ----------
    task_id : int
        The task.
    offline : bool, default=None
        True never opens a connection.

    Returns
    -------
    TaskSplits

    Raises
    ------
    OpenMLError
        As :func:`fetch_task`.

    Examples
    --------
    >>> from sklearn_meta.openml import fetch_splits
    >>> fetch_splits(59)  # doctest: +SKIP
    TaskSplits(n_repeats=1, n_folds=10, n_rows=150)
    """
    place = Place.current(current_options(offline))
    return _fetch_splits(place, _fetch_said(place, as_id(task_id, "task_id")))


def _fetch_said(place, id):
    content = place.get(
        f"tasks/{id}/task.xml", place.api(f"task/{id}"), f"task {id}", check=xml_complaint("task")
    )
    return _Said(content, id)


def _fetch_splits(place, said):
    def read(content):
        return read_splits(content, said.n_repeats, said.n_folds, said.is_partition)

    def complaint(content):
        try:
            read(content)
        except DamagedFileError as error:
            return str(error)
        return None

    content = place.get(
        f"tasks/{said.id}/datasplits.arff",
        said.splits_url,
        f"task {said.id} (splits)",
        check=complaint,
    )
    return read(content)
