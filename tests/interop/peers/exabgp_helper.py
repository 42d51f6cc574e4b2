"""The process that ExaBGP runs: what it hears goes to a file, what a pipe says goes to ExaBGP.

    exabgp_helper.py FILE PIPE
"""

import os
import sys
import threading


def hear(file):
    with open(file, "a", encoding="utf-8") as out:
        for line in sys.stdin:
            out.write(line)
            out.flush()
    os._exit(0)


threading.Thread(target=hear, args=(sys.argv[1],), daemon=True).start()
# Open for writing, too, so that it never ends.
with os.fdopen(os.open(sys.argv[2], os.O_RDWR), encoding="utf-8") as commands:
    for command in commands:
        sys.stdout.write(command)
        sys.stdout.flush()
