"""Marchland: relations across a border, from documents to a tested model."""
