"""The arithmetic of rules: places, bands, ratios, days. Pure values and functions, no database, no Django models.

An edition keeps its rules as JSON in the words an officer writes them in (“满1000不满3000”, “0.3%”, “1—2”, “池5”).
These modules read them, refuse what leaves somebody undefined, and compute with integers only.
"""
