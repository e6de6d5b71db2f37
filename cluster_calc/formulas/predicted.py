"""The utilisation of a run from the predicted one (`--predict-mfu`)."""

from __future__ import annotations

import numpy as np

from cluster_calc.number import Number

# No run gets every FLOP of the peak.
MOST = 0.99


def mfu(predicted_mfu: Number, prediction_ratio: Number) -> Number:
    """The predicted utilisation times what measurements reach of predictions: u = min(u_p · r_p, 0.99).

    >>> float(mfu(predicted_mfu=0.5, prediction_ratio=0.9))
    0.45
    """
    return np.minimum(predicted_mfu * prediction_ratio, MOST)
