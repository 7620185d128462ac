"""One training step without numbers: what autograd keeps, and what is alive when."""

from visualizer.worker.training.observing import observe_training

__all__ = ["observe_training"]
