"""Meta-learned weights that come with the package.

They are made by ``examples/training/train_few_shot_tables.py`` and put beside this file, one for
each learner; where there is none, a learner has the support rows alone.
"""

from pathlib import Path

SHIPPED = "shipped"
FOLDER = Path(__file__).resolve().parent / "weights"


def shipped_path(learner):
    """Return the file with a learner's weights, by its class's name, or None if there is none.

    Examples
    --------
    >>> from sklearn_meta.fewshot._shipped import shipped_path
    >>> shipped_path("NoSuchLearner") is None
    True
    """
    path = FOLDER / f"{learner}.safetensors"
    return path if path.is_file() else None


def shipped_start(learner, description, module):
    """Return the shipped start of a learner, or None if there is none for its network.

    Parameters
    ----------
    learner : str
        Name of the class.
    description : dict
        Of the backbone that the learner would make.
    module : FewShotModule
        What the weights would have to fit.
    """
    path = shipped_path(learner)
    if path is None:
        return None
    from sklearn_meta.fewshot._saving import load_start

    start = load_start(path, learner)
    return start if start.description == description and start.fits(module) else None
