"""How a training step and a training run go: layouts, step time, failures played out."""
