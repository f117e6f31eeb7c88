"""Wing of awards: honours now, competitions later."""
