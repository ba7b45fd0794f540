"""What a task looks like: its columns' roles and its meta-features."""

from sklearn_meta.metafeatures._columns import ColumnRoles, column_roles
from sklearn_meta.metafeatures._describe import describe_task, metafeature_names
from sklearn_meta.metafeatures._extractor import MetaFeatureExtractor
from sklearn_meta.metafeatures._information import information_metafeatures
from sklearn_meta.metafeatures._landmarking import landmarking_metafeatures
from sklearn_meta.metafeatures._simple import simple_metafeatures
from sklearn_meta.metafeatures._statistical import statistical_metafeatures
from sklearn_meta.metafeatures._task_view import TaskView

__all__ = [
    "ColumnRoles",
    "MetaFeatureExtractor",
    "TaskView",
    "column_roles",
    "describe_task",
    "information_metafeatures",
    "landmarking_metafeatures",
    "metafeature_names",
    "simple_metafeatures",
    "statistical_metafeatures",
]
