"""A contestant in Python: python3 peer.py NAME, with a name of POOLS. What it is
asked and what it answers is in the documentation of package turns."""

import concurrent.futures
import json
import multiprocessing
import os
import signal
import sys
import threading
import time

PAYLOAD_BYTES = 100
WARM_UP = 100  # tasks for each worker
CHUNK = 64  # tasks of a batch that go to a worker at once
AGAIN = 0.005  # seconds until one more task is sent to a pool that lost a worker
HOPELESS = 5  # seconds until it is given up


def echo(payload):
    return payload


def pid(_):
    return os.getpid()


class Processes:
    """multiprocessing.Pool."""

    def __init__(self, workers):
        self.pool = multiprocessing.Pool(workers)

    def submit(self, function, payload, done, failed):
        self.pool.apply_async(function, (payload,), callback=done, error_callback=failed)

    def run(self, function, payload):
        return self.pool.apply(function, (payload,))

    def map(self, payloads):
        return self.pool.map(echo, payloads, CHUNK)

    def close(self):
        self.pool.terminate()


class Executor:
    """concurrent.futures.ProcessPoolExecutor. When a worker dies it is broken for
    good, and replaced as a whole."""

    def __init__(self, workers):
        self.workers = workers
        self.pool = concurrent.futures.ProcessPoolExecutor(workers)

    def submit(self, function, payload, done, failed):
        def settle(future):
            error = future.exception()
            if error is None:
                done(future.result())
            else:
                failed(error)

        try:
            self.pool.submit(function, payload).add_done_callback(settle)
        except concurrent.futures.process.BrokenProcessPool as error:
            self.pool.shutdown(wait=False)
            self.pool = concurrent.futures.ProcessPoolExecutor(self.workers)
            failed(error)

    def run(self, function, payload):
        return self.pool.submit(function, payload).result()

    def map(self, payloads):
        return list(self.pool.map(echo, payloads, chunksize=CHUNK))

    def close(self):
        self.pool.shutdown()


POOLS = {"multiprocessing": Processes, "executor": Executor}


class Contestant:
    def __init__(self, name):
        self.start = POOLS[name]
        self.pool = None

    def open(self, workers, **_):
        if self.pool is not None:
            self.pool.close()
        self.pool = self.start(workers)
        left = WARM_UP * workers
        for n in range(left):
            self.ask(n)
        return {}

    def ask(self, n):
        payload = payload_of(n)
        check(payload, self.pool.run(echo, payload))

    def load(self, callers, seconds, **_):
        """As many tasks as callers are under way at any time."""
        free = threading.Semaphore(callers)
        wrong = []
        tasks = 0

        def submit(payload):
            def done(reply):
                if reply != payload:
                    wrong.append(f"sent {payload!r}, got {reply!r}")
                free.release()

            def failed(error):
                wrong.append(str(error))
                free.release()

            self.pool.submit(echo, payload, done, failed)

        began = time.monotonic()
        while not wrong and (tasks == 0 or time.monotonic() - began < seconds):
            free.acquire()
            submit(payload_of(tasks))
            tasks += 1
        for _ in range(callers):
            free.acquire()
        took = time.monotonic() - began
        if wrong:
            raise RuntimeError(wrong[0])
        return {"tasks": tasks, "seconds": took}

    def latency(self, seconds, **_):
        times = []
        end = time.monotonic() + seconds
        while not times or time.monotonic() < end:
            began = time.perf_counter()
            self.ask(len(times))
            times.append((time.perf_counter() - began) * 1e6)
        times.sort()
        last = len(times) - 1
        return {"p50": times[min(len(times) * 50 // 100, last)], "p99": times[min(len(times) * 99 // 100, last)]}

    def batch(self, callers, seconds, **_):
        payloads = [payload_of(n) for n in range(callers)]
        tasks = 0
        began = time.monotonic()
        while tasks == 0 or time.monotonic() - began < seconds:
            check(payloads, self.pool.map(payloads))
            tasks += callers
        return {"tasks": tasks, "seconds": time.monotonic() - began}

    def recover(self, **_):
        victim = self.pool.run(pid, None)
        answered = threading.Event()
        began = time.monotonic()
        os.kill(victim, signal.SIGKILL)
        while not answered.is_set():
            if time.monotonic() - began > HOPELESS:
                # What was lost with the worker keeps even the end of the pool waiting.
                self.pool = None
                raise RuntimeError(f"no answer in {HOPELESS} s")
            self.pool.submit(echo, payload_of(0), lambda _: answered.set(), lambda _: None)
            answered.wait(AGAIN)
        return {"seconds": time.monotonic() - began}


def payload_of(n):
    return b"%d" % n + b"." * (PAYLOAD_BYTES - len(str(n)))


def check(want, got):
    if got != want:
        raise RuntimeError("a wrong reply")


def main():
    contestant = Contestant(sys.argv[1])
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(contestant, request.pop("op"))(**request)
        except Exception as error:  # whatever it is, it is the answer
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
    if contestant.pool is not None:
        contestant.pool.close()
    # Processes of a pool that was given up are not waited for.
    for child in multiprocessing.active_children():
        child.kill()
    os._exit(0)


if __name__ == "__main__":
    main()
