"""From executed notebooks to the report: treats notebooks as files and never imports analysis."""
