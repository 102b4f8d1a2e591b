"""Inference: priors, likelihood, tempered sequential Monte Carlo."""
