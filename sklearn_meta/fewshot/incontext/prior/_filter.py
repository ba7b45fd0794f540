"""Leave out tables that can't be predicted."""

import torch


def predictable(features, targets, n_train):
    """Tell which tables a kernel smoother predicts better than a constant.

    Parameters
    ----------
    features : Tensor of shape (n_tables, n_rows, n_columns)
        NaN where missing.
    targets : Tensor of shape (n_tables, n_rows, n_outputs)
        Numbers, or classes as indicators.
    n_train : int
        The first rows; each other row is predicted from them.

    Returns
    -------
    Tensor of bool, of shape (n_tables,)
        True where the error on the other rows is smaller than that of the mean.
    """
    X = torch.nan_to_num(_scaled(features, n_train))
    distance = torch.cdist(X[:, n_train:], X[:, :n_train], p=1.0)
    typical = distance.median(dim=2, keepdim=True).values.clamp_min(1e-6)
    weights = torch.softmax(-6 * distance / typical, dim=2)
    known, unknown = targets[:, :n_train], targets[:, n_train:]
    mean = known.mean(dim=1, keepdim=True)
    smoothed = 0.3 * mean + 0.7 * (weights @ known)
    error = (smoothed - unknown).square().sum(dim=(1, 2))
    return error < 0.99 * (mean - unknown).square().sum(dim=(1, 2))


def _scaled(features, n_train):
    known = features[:, :n_train]
    mean = torch.nan_to_num(known.nanmean(dim=1, keepdim=True))
    spread = (known - mean).square().nanmean(dim=1, keepdim=True).sqrt()
    return ((features - mean) / torch.nan_to_num(spread).clamp_min(1e-6)).clamp(-4, 4)
