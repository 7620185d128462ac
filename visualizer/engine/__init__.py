"""Talking to the worker: typed messages, shared-memory frames, the client."""
