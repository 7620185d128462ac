"""The child process: torch lives here and nowhere else. It also runs on machines without Qt."""
