"""Two finished runs set side by side: what changed, and which parameter changed it."""
