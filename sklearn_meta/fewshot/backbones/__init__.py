"""Networks that turn rows into vectors, shared by all few-shot learners."""

from sklearn_meta.fewshot.backbones._attributes import AttributeNetwork
from sklearn_meta.fewshot.backbones._factory import make_backbone, make_encoder
from sklearn_meta.fewshot.backbones._images import Conv4, SmallResNet
from sklearn_meta.fewshot.backbones._mlp import MLP
from sklearn_meta.fewshot.backbones._tokenizer import CellTokenizer

__all__ = [
    "MLP",
    "AttributeNetwork",
    "CellTokenizer",
    "Conv4",
    "SmallResNet",
    "make_backbone",
    "make_encoder",
]
