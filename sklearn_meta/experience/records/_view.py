"""Which part of a base a handle shows."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class View:
    """What is left out of a base, or what alone is in.

    Parameters
    ----------
    without : frozenset of str, default=frozenset()
        Ids of hidden tasks.
    tasks : frozenset of str or None, default=None
        Ids of the only tasks to show; None for all.
    configurations : frozenset of str or None, default=None
        Keys of the only configurations to show; None for all.
    """

    without: frozenset = frozenset()
    tasks: frozenset | None = None
    configurations: frozenset | None = None

    @property
    def shows_all(self):
        """Whether nothing is hidden."""
        return not self.without and self.tasks is None and self.configurations is None

    def shows_task(self, task):
        """Tell whether a task is shown, by its id."""
        return task not in self.without and (self.tasks is None or task in self.tasks)

    def shows_configuration(self, key):
        """Tell whether a configuration is shown."""
        return self.configurations is None or key in self.configurations

    def shows(self, task, key):
        """Tell whether an evaluation is shown."""
        return self.shows_task(task) and self.shows_configuration(key)

    def hide(self, tasks):
        """Return a view without some more tasks."""
        return replace(self, without=self.without | frozenset(tasks))

    def restrict(self, tasks, configurations):
        """Return a view of some of what is shown; None leaves tasks or configurations as is."""
        return replace(
            self,
            tasks=_meet(self.tasks, tasks),
            configurations=_meet(self.configurations, configurations),
        )


ALL = View()


def _meet(ours, theirs):
    """Intersect two sets, where None stands for everything."""
    if theirs is None or ours is None:
        return ours if theirs is None else frozenset(theirs)
    return ours & frozenset(theirs)
