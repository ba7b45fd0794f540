"""How an experience base is laid out."""

from functools import cache
from types import SimpleNamespace

# The number a base carries in its fact "schema_version". Raise it by one when a reader that knows
# only the number before would misread or could not read the base: a column or table renamed,
# dropped or given another meaning or unit, a key made of other parts. A new fact, a new table, or a
# new metric name (it goes into `other_metrics`) leaves it as it is. Whoever raises it adds a step
# to `_migrations.py` that brings the number before up to it.
SCHEMA_VERSION = 2

KINDS = ("binary", "multiclass", "regression")
STATUSES = ("ok", "raced", "timeout", "memory", "error")  # raced: stopped early, for trailing
# Each has a column of its own: one metric of 20,000 evaluations is then read without decoding all
# the others, and whoever opens the file finds plain numbers.
METRIC_COLUMNS = (
    "roc_auc",
    "log_loss",
    "accuracy",
    "balanced_accuracy",
    "f1_macro",
    "rmse",
    "mae",
    "r2",
)


@cache
def schema():
    """Build the SQLAlchemy tables; done on first use, since importing SQLAlchemy takes a while.

    JSON is kept as plain text, so that thousands of values can be decoded in one go and every
    database stores the same characters.

    Returns
    -------
    tables : SimpleNamespace
        With ``metadata`` and the tables ``facts``, ``tasks``, ``configurations``, ``evaluations``.
    """
    from sqlalchemy import Column, Float, ForeignKey, Integer, MetaData, String, Table, Text

    metadata = MetaData()
    Table("facts", metadata, Column("key", String, primary_key=True), Column("value", Text))
    Table(
        "tasks",
        metadata,
        Column("id", String, primary_key=True),
        Column("name", String, nullable=False),
        Column("openml_id", Integer),
        Column("kind", String, nullable=False),
        Column("n_rows", Integer, nullable=False),
        Column("n_columns", Integer, nullable=False),
        Column("n_classes", Integer, nullable=False),
        Column("fingerprint", Text),
        Column("group", String),
        Column("source", Text),
        Column("licence", Text),
        Column("metafeatures", Text, nullable=False),
    )
    Table(
        "configurations",
        metadata,
        Column("key", String, primary_key=True),
        Column("family", String, nullable=False),
        Column("configuration", Text, nullable=False),
    )
    Table(
        "evaluations",
        metadata,
        Column("task", String, ForeignKey("tasks.id"), primary_key=True),
        Column("configuration", String, ForeignKey("configurations.key"), primary_key=True),
        Column("seed", Integer, primary_key=True, autoincrement=False),
        Column("max_rows", Integer, primary_key=True, autoincrement=False),  # 0: no cap, or unsaid
        *(Column(name, Float) for name in METRIC_COLUMNS),
        Column("other_metrics", Text),  # JSON, NULL where there are none
        Column("fold_metrics", Text),  # JSON, NULL where there are none
        Column("fit_seconds", Float),
        Column("predict_seconds", Float),
        Column("machine_speed", Float),  # NULL: unknown
        Column("rows_used", Integer),
        Column("n_folds", Integer),
        Column("status", String, nullable=False),
        Column("reason", Text),
        Column("versions", Text),  # NULL: those in the fact "versions"
        sqlite_with_rowid=False,  # its key is all it is looked up by: no second index
    )
    return SimpleNamespace(metadata=metadata, **metadata.tables)
