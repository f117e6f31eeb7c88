"""`make bench`: the portal at city size beside a bare Django page, measured in one run on one machine."""
