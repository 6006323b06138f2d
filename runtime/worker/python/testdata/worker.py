"""What the tests have Python do: the first word of a task's payload says it."""

import os
import subprocess
import sys

import brood_worker


def handle(payload):
    word, _, rest = payload.partition(b" ")
    if word == b"echo":
        return rest
    if word == b"nothing":
        return None
    if word == b"raise":
        raise ValueError(rest.decode())
    if word == b"number":
        return 7
    if word == b"exit":
        sys.exit(int(rest))
    if word == b"large":
        return bytes(int(rest))
    if word == b"until-cancelled":
        sys.stdout.write("begun\n")
        sys.stdout.flush()
        while True:
            brood_worker.check()
    if word == b"until-line":
        sys.stdout.write("begun\n")
        sys.stdout.flush()
        return sys.stdin.readline().encode()
    if word == b"hang":
        sys.stdout.write("begun\n")
        sys.stdout.flush()
        while True:
            pass
    if word == b"environ":
        return " ".join(name for name in os.environ if name.startswith("BROOD_")).encode()
    if word == b"descriptors":
        return subprocess.run(["ls", "/proc/self/fd"], stdout=subprocess.PIPE, check=True).stdout
    raise ValueError("unknown word")


brood_worker.serve(handle)
