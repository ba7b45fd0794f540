"""The prior: synthetic tables, drawn in batches of equal shape."""

from sklearn_meta.fewshot.incontext.prior._settings import PriorSettings
from sklearn_meta.fewshot.incontext.prior._shapes import Shape, draw_shape
from sklearn_meta.fewshot.incontext.prior._tables import Tables, draw_tables

__all__ = ["PriorSettings", "Shape", "Tables", "draw_shape", "draw_tables"]
