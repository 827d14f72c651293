"""Executes chapters with papermill and says how each one ended; knows nothing of what they compute."""
