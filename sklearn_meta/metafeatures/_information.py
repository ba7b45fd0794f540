"""How many bits the class has, the nominal attributes have, and the two share."""

import numpy as np

from sklearn_meta.metafeatures._weighted import (
    entropy,
    entropy_of_counts,
    mutual_information,
    summarize,
)


def information_metafeatures(view):
    """Compute entropies and mutual information in bits, on the sampled rows and columns.

    These are OpenML's definitions: only nominal attributes and classes have them, and a missing
    value counts as the attribute's first declared level (of strings, the first in sorted order).
    All are NaN for regression.

    Parameters
    ----------
    view : TaskView
        The task.

    Returns
    -------
    dict of str to float
        The meta-features; NaN where undefined.
    """
    class_entropy, entropies, shared = np.nan, [], []
    if view.is_classification:
        class_entropy = entropy_of_counts(view.class_sizes)
        for codes in view.nominal:
            codes = np.maximum(codes, 0)  # missing: the first level
            entropies.append(entropy(codes, view.sample_weight))
            shared.append(mutual_information(codes, view.target, view.sample_weight))

    found = {
        "ClassEntropy": class_entropy,
        **summarize(entropies, "AttributeEntropy"),
        **summarize(shared, "MutualInformation"),
    }
    mean_entropy, mean_shared = found["MeanAttributeEntropy"], found["MeanMutualInformation"]
    informative = mean_shared > 0
    return found | {
        "EquivalentNumberOfAtts": class_entropy / mean_shared if informative else np.nan,
        "MeanNoiseToSignalRatio": (
            (mean_entropy - mean_shared) / mean_shared if informative else np.nan
        ),
    }
