"""The collector as a method of a base."""


class Collecting:
    """What :class:`Experience` can do to fill itself."""

    def collect(
        self,
        tasks,
        configurations=None,
        *,
        n_sampled=0,
        folds=3,
        max_rows=2000,
        time_limit=20.0,
        memory_limit=None,
        seconds=None,
        n_jobs=None,
        executor=None,
        random_state=0,
        n_tasks=None,
        verbose=1,
    ):
        """Evaluate configurations on tables and add the results.

        The parameters are those of :func:`sklearn_meta.experience.collect`, which does the work and
        tells more.

        Parameters
        ----------
        tasks : iterable of (name, X, y) or (name, X, y, facts), of objects, TableFolder, or path
            Tables.
        configurations : list of dict, or callable, default=None
            What to run on all of them.
        n_sampled : int, default=0
            How many more configurations each table gets of its own.
        folds : int, default=3
            Folds of the cross-validation.
        max_rows : int, None, or list of them, default=2000
            Sizes to which larger tables are cut.
        time_limit : float, default=20.0
            Seconds of an evaluation.
        memory_limit : int, default=None
            Bytes that a worker may hold.
        seconds : float, default=None
            Stop after about so many seconds in all.
        n_jobs : int, default=None
            Evaluations at the same time.
        executor : concurrent.futures.Executor, default=None
            Does the evaluations instead of local workers.
        random_state : int, default=0
            Seed.
        n_tasks : int, default=None
            How many tasks there are, for the expected time.
        verbose : int, default=1
            0 for no progress line on the standard error.

        Returns
        -------
        dict
            What was done, see :func:`sklearn_meta.experience.collect`.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from sklearn_meta.experience import Experience
        >>> base = Experience.empty()
        >>> tasks = [("iris", *load_iris(return_X_y=True), {"openml_id": 61})]
        >>> base.collect(tasks, [{"family": "naive_bayes"}], verbose=0)["evaluations"]
        1
        """
        from sklearn_meta.experience.collector._collect import collect

        return collect(
            tasks,
            configurations,
            self,
            n_sampled=n_sampled,
            folds=folds,
            max_rows=max_rows,
            time_limit=time_limit,
            memory_limit=memory_limit,
            seconds=seconds,
            n_jobs=n_jobs,
            executor=executor,
            random_state=random_state,
            n_tasks=n_tasks,
            verbose=verbose,
        )
