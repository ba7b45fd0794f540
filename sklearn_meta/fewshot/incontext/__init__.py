"""An in-context learner: a small transformer that is trained on synthetic tables and real ones."""
