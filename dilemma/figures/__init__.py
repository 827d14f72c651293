"""Drawings of the report: tables in, a matplotlib Figure out."""
