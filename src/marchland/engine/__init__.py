"""The engine: state, the order of one quarter, keyed draws, ensembles."""
