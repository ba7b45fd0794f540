"""Which configurations of the experience may be tried on the task at hand."""

from sklearn_meta.advisors.configurations._moves import tidy
from sklearn_meta.spaces import configuration_key


def known_candidates(configurations, space):
    """List the configurations of the experience that a space has, each once.

    Parameters
    ----------
    configurations : list of dict
        What earlier tasks have seen.
    space : SearchSpace
        What may be tried now.

    Returns
    -------
    list of (int, dict)
        Number in `configurations`, and the complete configuration.
    """
    found, keys = [], set()
    for number, configuration in enumerate(configurations):
        if configuration["family"] not in space.families:
            continue
        completed = tidy(space, configuration)
        key = configuration_key(completed)
        if key not in keys and space.contains(completed):
            keys.add(key)
            found.append((number, completed))
    return found
