"""Reading a work plan: pure, no database. ``reader.read_plan`` is the way in, ``file.read_file`` decodes an upload."""
