"""The part of an experience that speaks of the searched parameters."""

import numpy as np

from sklearn_meta.experience.records._matrix import EvaluationMatrix
from sklearn_meta.spaces import configuration_key

#: Steps of a configuration's pipeline that change what the model sees so much that its result says
#: nothing about the model beside other steps.
_FOREIGN_STEPS = ("selection", "projection")


class ProjectedExperience:
    """An experience as a search over some parameters of one family sees it.

    Configurations become points of the search. Of those that differ only in what is not searched
    (preprocessing, other parameters), the one most like the user's estimator stands for all.

    Parameters
    ----------
    experience : Experience
        Or anything with ``matrix(kind, metric)``.
    branches : list of FamilyBranch or GivenBranch
        What is searched.
    family : str
        The family's name.
    usual : dict
        A complete configuration of the family, as near to the user's estimator as there is.
    """

    def __init__(self, experience, branches, family, usual):
        self._experience = experience
        self._branches = branches
        self._family = family
        self._usual = usual

    def matrix(self, kind, metric):
        """Return what is known of one kind of task, under the points of the search.

        Parameters
        ----------
        kind : {"binary", "multiclass", "regression"}
            Kind of task.
        metric : str
            A metric's or scorer's name.

        Returns
        -------
        EvaluationMatrix
            With a column for each point.
        """
        whole = self._experience.matrix(kind, metric)
        found = {}
        for branch in self._branches:
            for column in self._likest_first(whole.configurations, branch):
                point = branch.point_of_known(whole.configurations[column])
                if point is not None:
                    found.setdefault(configuration_key(point), (column, point))
        columns = np.array([column for column, _ in found.values()], dtype=int)
        return EvaluationMatrix(
            tasks=whole.tasks,
            configurations=[point for _, point in found.values()],
            keys=list(found),
            scores=whole.scores[:, columns],
            seconds=whole.seconds[:, columns],
            rows=whole.rows[:, columns],
            metafeatures=whole.metafeatures,
            metric=getattr(whole, "metric", ""),
        )

    def _likest_first(self, configurations, branch):
        """Columns of the family, those first whose unsearched part is most like the user's."""
        own = [
            column
            for column, configuration in enumerate(configurations)
            if configuration["family"] == self._family
            and all(configuration.get(step, "none") == "none" for step in _FOREIGN_STEPS)
        ]
        return sorted(own, key=lambda column: self._n_unlike(configurations[column], branch))

    def _n_unlike(self, configuration, branch):
        """Count what is not searched and differs from the user's."""
        return sum(
            value != self._usual.get(name)
            for name, value in configuration.items()
            if name not in branch.searched and name != "family"
        )
