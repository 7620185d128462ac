"""Dialogs: what to open, preprocessing, keys and about."""
