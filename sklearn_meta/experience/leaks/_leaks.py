"""Which earlier tasks may hold what a table is to be validated on."""

from sklearn_meta.experience.leaks._contents import read_contents

#: The signs by which a task is left out of the advice.
SHARED_ROWS = "shared rows"
ALIKE = "nearly equal meta-features"


def find_leaks(experience, fingerprint, description):
    """Find the tasks that are the table at hand, a part of it, or a copy.

    Parameters
    ----------
    experience : Experience
        Where to look.
    fingerprint : Fingerprint
        Of the table.
    description : Description
        Of the task.

    Returns
    -------
    dict of str to tuple (str, str)
        From a task's id to its name and the sign: "shared rows" or "nearly equal meta-features".
    """
    with experience._opened.reading() as connection:
        tasks = read_contents(connection, experience._view)
    found = {}
    for task in tasks:
        if task.shares_rows_with(fingerprint):
            found[task.id] = (task.name, SHARED_ROWS)
        elif task.resembles(description):
            found[task.id] = (task.name, ALIKE)
    return found
