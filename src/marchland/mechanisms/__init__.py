"""The model's equations, one file a family; `engine.step` says in which order they run."""
