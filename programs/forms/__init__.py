"""Forms of the engine, one file per part."""
