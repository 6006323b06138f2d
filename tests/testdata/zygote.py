"""A worker whose tasks tell what a fork of a zygote has, and has not."""

import os
import random
import signal
import subprocess
import sys

import brood_worker

LOADED_BY = os.getpid()

if os.environ.get("ZYGOTE_TEST") == "threads":
    import threading

    threading.Thread(target=threading.Event().wait, name="busy", daemon=True).start()
if os.environ.get("ZYGOTE_TEST") == "broken":
    import no_such_module


def handle(payload):
    word, _, rest = payload.decode().partition(" ")
    if word == "echo":
        return rest.encode()
    if word == "ids":
        return ("%d %d %d" % (os.getpid(), os.getppid(), LOADED_BY)).encode()
    if word == "exit":
        sys.exit(int(rest))
    if word == "kill":
        os.kill(os.getpid(), int(rest))
        signal.pause()
    if word == "environ":
        return os.environ.get(rest, "none").encode()
    if word == "inside":
        return open("/proc/self/environ", "rb").read()
    if word == "cwd":
        return os.getcwd().encode()
    if word == "session":
        return str(os.getsid(0)).encode()
    if word == "random":
        return str(random.random()).encode()
    if word == "descriptors":
        return " ".join(sorted(os.listdir("/proc/self/fd"), key=int)).encode()
    if word == "print":
        print(rest, flush=True)
        print(rest, file=sys.stderr, flush=True)
        return b""
    if word == "start":  # something that leaves the session, and the pipes
        child = subprocess.Popen(["sleep", "1000"], start_new_session=True, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        return str(child.pid).encode()
    if word == "fork":  # that executes nothing, and leaves the session
        pid = os.fork()
        if pid == 0:
            os.setsid()
            for fd in range(3, 64):
                try:
                    os.close(fd)
                except OSError:
                    pass
            while True:
                signal.pause()
        return str(pid).encode()
    if word == "hold":  # until the gate opens
        with open(rest, "rb") as gate:
            return gate.read()
    raise ValueError(word)


brood_worker.serve(handle)
