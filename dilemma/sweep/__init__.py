"""Runs the model over many parameter sets, on this machine or on a Dask cluster, and gathers the findings."""
