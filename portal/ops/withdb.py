"""Run one command against throw-away services: `python -m portal.ops.withdb python manage.py …`."""

import os
import subprocess
import sys
from contextlib import ExitStack

from portal.ops import throwaway

if __name__ == "__main__":
    with ExitStack() as stack:
        code = subprocess.call(sys.argv[1:], env={**os.environ, **throwaway.start(stack)})
    sys.exit(code)
