"""A worker of a brood pool, in one file and with the standard library alone.

    import brood_worker

    def handle(payload):          # bytes in, bytes (or None) out
        return payload.upper()

    brood_worker.serve(handle)

serve answers the pool's tasks one at a time, in the order of their arrival,
and returns when the pool asks for no more or is gone: the script should end
then. An exception that the handler raises is the task's error, as its type and
text; the worker goes on. SystemExit and KeyboardInterrupt end it.

While the handler runs, a thread reads the wire: it answers pings, and notes
cancels, which the handler can follow:

    for part in parts:
        brood_worker.check()      # raises Cancelled if the task is not wanted any more
        ...

C code that keeps the interpreter's lock keeps that thread from running, too.

stdin, stdout and stderr are the script's own; the wire has descriptors of its
own. They are closed in programs that the handler starts, and the variables
that name them are taken out of the environment.

If the pool has a zygote, the script runs once, up to serve, in a process that
then forks the workers: what is imported and made before serve is called is
there in each of them. It must not have started threads, and serve refuses if
it has. A forked worker has the pool's environment, directory and descriptors
0, 1, 2 and those of the wire; the seed of the module random is its own, but
PYTHONHASHSEED, open files and connections are the zygote's. What else has to be
made anew belongs into the handler, or into os.register_at_fork.

Python 3.8 and later, on Unix.
"""

import os
import struct
import sys
import threading
import time
from queue import SimpleQueue

__all__ = ["Cancelled", "ProtocolError", "cancelled", "check", "serve"]

VERSION = 1
HELLO, TASK, RESULT, ERROR, CANCEL, PING, PONG, SHUTDOWN, REVOKE, REVOKED = range(1, 11)
_OF_STREAMS = (11, 12, 13)  # piece, end, credit: of tasks that were answered with an error

_TRACE, _TIMES, _STREAMED = 1, 2, 4  # flags
_HEADER = struct.Struct(">BBIQ")  # kind, flags, incarnation, id
_LENGTH = struct.Struct(">I")
_TIMES_BLOCK = struct.Struct(">QQ")
_TRACE_BYTES = 16 + 8 + 1 + 2
_SAMPLED = 1

_READ_BYTES = 64 << 10
_FLUSH_BYTES = 32 << 10  # answers are written although more tasks wait
_HOLD_SECONDS = 0.001  # the longest that an answer is held back for others
_ORPHAN_SECONDS = 5.0  # how long a handler may go on when the pool is gone


class Cancelled(Exception):
    """The task is not wanted any more: it was cancelled, or the pool is gone."""


class ProtocolError(Exception):
    """What came on the wire, or in the environment, is not the protocol."""


_server = None


def serve(handle):
    """Answer tasks with handle until the pool wants no more, or is gone.

    It is called once, from the main thread. RuntimeError: the script was not
    started by a pool; ProtocolError: the pool speaks something else.
    """
    global _server
    if "BROOD_ZYGOTE" in os.environ:
        _Zygote(os.environ.pop("BROOD_ZYGOTE")).fork_workers()  # returns in each worker
    value = os.environ.pop("BROOD_WIRE", None)
    os.environ.pop("BROOD_WORKER", None)
    if value is None:
        raise RuntimeError("brood_worker: not started by a pool")
    _server = _Server(handle, *_parse_link(value))
    _server.run()


def cancelled():
    """Whether the task that the handler is at is not wanted any more."""
    job = _server and _server.current
    return job is not None and job.cancelled


def check():
    """Raise Cancelled if the task that the handler is at is not wanted any more."""
    if cancelled():
        raise Cancelled("cancelled")


def _parse_link(value):
    try:
        fields = [int(field) for field in value.split(":")]
    except ValueError:
        fields = []
    if not 5 <= len(fields) <= 7:
        raise ProtocolError("BROOD_WIRE=%r: want five to seven numbers" % value)
    if fields[0] != VERSION:
        raise ProtocolError("wire of version %d, want %d" % (fields[0], VERSION))
    return fields[1:]


class _Job:
    __slots__ = ("id", "payload", "timed", "streamed", "begun", "cancelled", "withdrawn")

    def __init__(self, id, payload, timed, streamed):
        self.id, self.payload, self.timed, self.streamed = id, payload, timed, streamed
        self.begun = self.cancelled = self.withdrawn = False


class _Server:
    """One wire. The main thread handles; a thread reads; another, which is
    started when it is first needed, writes answers that were held back."""

    def __init__(self, handle, fd_in, fd_out, incarnation, limit, fd_mark=0, fd_bell=0):
        self.handle = handle
        self.incarnation, self.limit = incarnation, limit
        self.fd_in = fd_in
        for fd in (fd_in, fd_out):
            os.set_inheritable(fd, False)
        self.mark = _Mark(fd_mark)
        if fd_bell:
            os.close(fd_bell)  # it is for those who do not read all the time
        self.out = _Writer(fd_out)
        self.queue = SimpleQueue()  # of jobs; None: no more will come
        self.since = self.done = 0  # since when the handler has had jobs, and how many it has done since
        self.lock = threading.Lock()  # of jobs and of their state
        self.jobs = {}  # by id: waiting, or with the handler
        self.current = None
        self.failure = None  # why the reading ended, if it was not in order
        self.ended = threading.Event()  # the handler will do no more

    def run(self):
        self.mark.begin(-1)
        hello = VERSION.to_bytes(2, "big") + b"python"
        try:
            self.send(HELLO, 0, hello)
            threading.Thread(target=self.read, name="brood-wire", daemon=True).start()
            try:
                while self.handle_next():
                    pass
            finally:
                self.out.flush()
        except BrokenPipeError:
            pass  # the pool is gone
        finally:
            self.ended.set()
        if self.failure is not None:
            raise self.failure

    # What the handler's thread does.

    def handle_next(self):
        idle = self.queue.empty()
        if idle:
            self.out.flush()
        job = self.queue.get()
        if job is None:
            return False
        if idle:
            self.since, self.done = time.perf_counter_ns(), 0
        with self.lock:
            if job.withdrawn:
                return True
            job.begun = True
        self.mark.begin(job.id)
        self.current = job
        self.answer(job)
        self.current = None
        with self.lock:
            self.jobs.pop(job.id, None)
        return True

    def answer(self, job):
        kind, times = RESULT, b""
        began = time.time_ns() if job.timed else 0
        try:
            if job.streamed:
                raise NotImplementedError("a streamed task; this SDK has none")
            payload = self.handle(job.payload)
            payload = b"" if payload is None else memoryview(payload).cast("B")
        except Exception as error:
            kind, payload = ERROR, _text(error).encode("utf-8", "replace")[:4096]
        if job.timed:
            times = _TIMES_BLOCK.pack(began, time.time_ns())
        if _HEADER.size + len(times) + len(payload) > self.limit:
            kind = ERROR
            payload = b"answer not sent: %d bytes, the limit of a frame is %d" % (len(payload), self.limit)
        frame = self.frame(kind, job.id, payload, times)
        self.done += 1
        self.mark.tell((time.perf_counter_ns() - self.since) // self.done)
        if self.queue.empty():
            self.out.write(frame)
        else:
            self.out.hold(frame)

    def frame(self, kind, id, payload=b"", times=b""):
        flags = _TIMES if times else 0
        size = _HEADER.size + len(times) + len(payload)
        return b"".join(
            (_LENGTH.pack(size), _HEADER.pack(kind, flags, self.incarnation, id), times, payload)
        )

    def send(self, kind, id, payload=b""):
        self.out.write(self.frame(kind, id, payload))

    # What the reader's thread does.

    def read(self):
        try:
            self.read_frames()
        except BrokenPipeError:
            pass
        except Exception as error:
            self.failure = error
        self.withdraw_all()
        self.queue.put(None)
        if not self.ended.wait(_ORPHAN_SECONDS):
            os._exit(0)  # a worker must not outlive its pool

    def read_frames(self):
        buffer = bytearray()
        while True:
            data = os.read(self.fd_in, _READ_BYTES)
            if not data:
                return
            buffer += data
            at = 0
            while len(buffer) - at >= _LENGTH.size:
                (size,) = _LENGTH.unpack_from(buffer, at)
                if size > self.limit or size < _HEADER.size:
                    raise ProtocolError("frame of %d bytes" % size)
                end = at + _LENGTH.size + size
                if len(buffer) < end:
                    break
                self.take(bytes(memoryview(buffer)[at + _LENGTH.size : end]))
                at = end
            del buffer[:at]

    def take(self, body):
        kind, flags, incarnation, id = _HEADER.unpack_from(body)
        if incarnation != self.incarnation or flags & ~(_TRACE | _TIMES | _STREAMED):
            raise ProtocolError("frame for incarnation %d, flags %#x" % (incarnation, flags))
        if kind == TASK:
            job = _Job(id, *_payload_of(body, flags), streamed=bool(flags & _STREAMED))
            with self.lock:
                self.jobs[id] = job
            self.queue.put(job)
        elif kind == CANCEL or kind == REVOKE:
            if self.withdraw(id, cancel=kind == CANCEL):
                self.send(REVOKED, id)
        elif kind == PING:
            self.send(PONG, id)
        elif kind == SHUTDOWN:
            self.queue.put(None)
        elif kind not in _OF_STREAMS:
            raise ProtocolError("unexpected kind %d" % kind)

    def withdraw(self, id, cancel):
        """Take a task that was not begun out of the queue; whether it was."""
        with self.lock:
            job = self.jobs.get(id)
            if job is None or job.withdrawn:
                return False
            if not job.begun:
                job.withdrawn, job.payload = True, None  # the queue keeps the job
                del self.jobs[id]
                return True
            job.cancelled = job.cancelled or cancel
            return False

    def withdraw_all(self):
        with self.lock:
            for job in self.jobs.values():
                job.cancelled, job.withdrawn = True, not job.begun


def _payload_of(body, flags):
    """The payload of a task, and whether its handling is to be timed."""
    at, timed = _HEADER.size, False
    if flags & _TRACE:
        if len(body) < at + _TRACE_BYTES:
            raise ProtocolError("bad trace block")
        timed = bool(body[at + 24] & _SAMPLED)
        at += _TRACE_BYTES + int.from_bytes(body[at + 25 : at + 27], "big")
    if flags & _TIMES:
        at += _TIMES_BLOCK.size
    if at > len(body):
        raise ProtocolError("bad trace block")
    return body[at:], timed


def _text(error):
    try:
        text = str(error)
    except Exception:
        text = ""
    name = type(error).__name__
    if isinstance(error, Cancelled):
        return "cancelled"
    return "%s: %s" % (name, text) if text else name


class _Writer:
    """The way out. Answers are held back while more tasks wait, but not for
    longer than a moment."""

    def __init__(self, fd):
        self.fd = fd
        self.lock = threading.Lock()
        self.held = []
        self.size = 0
        self.wake = None  # of the thread that writes what is held

    def write(self, frame):
        with self.lock:
            self.held.append(frame)
            self.size += len(frame)
        self.flush()

    def hold(self, frame):
        with self.lock:
            self.held.append(frame)
            self.size += len(frame)
            full, first = self.size >= _FLUSH_BYTES, len(self.held) == 1
        if full:
            self.flush()
        elif first:
            self.write_soon()

    def write_soon(self):
        if self.wake is None:
            self.wake = threading.Event()
            threading.Thread(target=self.write_held, name="brood-answers", daemon=True).start()
        self.wake.set()

    def write_held(self):
        pause = threading.Event()  # is never set
        while True:
            self.wake.wait()
            self.wake.clear()
            pause.wait(_HOLD_SECONDS)
            try:
                self.flush()
            except OSError:
                return  # the handler's thread finds out, too

    def flush(self):
        with self.lock:
            if not self.held:
                return
            rest = memoryview(b"".join(self.held))
            self.held, self.size = [], 0
            while rest:
                rest = rest[os.write(self.fd, rest) :]


class _Mark:
    """The file in which the pool finds, when the worker has died, which task it
    had begun last: 0 = unknown, 1 = none, else 1 + the task's id; and behind that,
    how many nanoseconds the last ones took it each."""

    def __init__(self, fd):
        self.cell, self.told = None, 0
        if not fd:
            return
        import mmap

        if os.fstat(fd).st_size >= 16:
            self.cell = memoryview(mmap.mmap(fd, 16)).cast("Q")
        os.close(fd)  # the memory stays, with a descriptor of its own

    def begin(self, id):
        self.store(0, id + 1 if id >= 0 else 1)

    def tell(self, nanoseconds):
        """Longer at once, shorter by degrees: a few short tasks say nothing of the next."""
        self.told = max(nanoseconds, self.told - self.told // 16, 1)
        self.store(1, self.told)

    def store(self, place, value):
        if self.cell is None:
            return
        if sys.byteorder == "big":
            value = int.from_bytes(value.to_bytes(8, "big"), "little")
        self.cell[place] = value & 0xFFFFFFFFFFFFFFFF  # one store: it is whole, or it is not there


class _Zygote:
    """The process that forks workers when the pool asks for them.

    A request is one message on the control socket, with descriptors: the gate,
    the line, and what become the worker's 0, 1, 2, 3, ... On the gate the worker
    gets its orders, when the pool has taken it in, and says that it has
    followed them. On the line this process says the worker's id, is told to
    reap it when it has ended, and says how it ended. Until it is told it does
    not, so that nobody else can get the id. The control socket's own descriptor
    is the first that no worker can ask for: those from 3 up to it are kept free.
    """

    READY = b"z"
    PID = struct.Struct("<i")  # or the negated errno
    END = struct.Struct("<iqqq")  # wait status, user and system time in us, peak memory in KiB
    FAULT = struct.Struct("<ci")  # what failed: d = directory, o = anything else; errno

    def __init__(self, value):
        import select
        import socket

        version, _, fd = value.partition(":")
        if version != "1" or not fd.isdigit():
            raise ProtocolError("BROOD_ZYGOTE=%r: want 1 and a descriptor" % value)
        self.select, self.socket = select, socket
        self.first_free = int(fd)
        self.control = socket.socket(fileno=int(fd))
        self.control.set_inheritable(False)
        self.workers = {}  # process id by the descriptor of the line

    def fork_workers(self):
        """Returns in each worker, and never in the zygote."""
        import gc

        _refuse_threads()
        gc.collect()
        gc.freeze()  # no collection writes to what is shared with the workers
        self.control.send(self.READY)
        self.poll = self.select.poll()
        self.poll.register(self.control, self.select.POLLIN)
        while True:
            for fd, _ in self.poll.poll():
                if fd != self.control.fileno():
                    self.reap(fd)
                elif self.fork():
                    return

    def fork(self):
        """Do what a request says; whether this is the worker now."""
        room = self.socket.CMSG_SPACE(253 * 4)  # the most that one message carries
        data, ancillary, _, _ = self.control.recvmsg(1, room)
        if not data:
            sys.exit(0)  # the pool is gone, or wants no more
        fds = []
        for level, kind, content in ancillary:
            if level == self.socket.SOL_SOCKET and kind == self.socket.SCM_RIGHTS:
                fds += struct.unpack("%di" % (len(content) // 4), content)
        gate, line = fds[:2]
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()  # or the worker would say it again
        try:
            pid = os.fork()
        except OSError as error:
            pid = -error.errno
        if pid == 0:
            self.become_worker(gate, line, fds[2:])
            return True
        if pid > 0:
            self.workers[line] = pid
            self.poll.register(line, self.select.POLLIN)
        _try(os.write, line, self.PID.pack(pid))
        for fd in fds[2:] + [gate] + ([line] if pid < 0 else []):
            os.close(fd)
        return False

    def reap(self, line):
        """The pool says that a worker has ended, or lets go of it."""
        pid = self.workers.pop(line)
        self.poll.unregister(line)
        told = _try(os.read, line, 1)
        if not told:
            import signal

            os.kill(pid, signal.SIGKILL)  # it was not reaped: the id is its own
        _, status, usage = os.wait4(pid, 0)
        end = self.END.pack(status, int(usage.ru_utime * 1e6), int(usage.ru_stime * 1e6), usage.ru_maxrss)
        if told:
            _try(os.write, line, end)
        os.close(line)

    def become_worker(self, gate, line, fds):
        fault = b"o"
        try:
            os.setsid()
            self.control.close()
            for fd in list(self.workers) + [line]:
                os.close(fd)
            orders = _read_orders(gate)
            if orders is None:
                os._exit(0)  # the pool is gone
            directory, environ = orders[0], orders[1:]
            gate = _place(gate, fds, self.first_free)
            _set_environ(environ)
            marked = _show_environ(environ)
            fault = b"d"
            os.chdir(directory)
            fault = b"o"
            random = sys.modules.get("random")
            if random is not None:
                random.seed()
            os.write(gate, b"k\1" if marked else b"k\0")
            os.close(gate)
        except BaseException as error:
            _try(os.write, gate, self.FAULT.pack(fault, getattr(error, "errno", 0) or 0) + _text(error).encode())
            os._exit(127)


def _try(call, *args):
    """call's answer, or None if the other side of a socket is not there."""
    try:
        return call(*args)
    except OSError:
        return None


def _refuse_threads():
    main = threading.main_thread()
    names = [thread.name for thread in threading.enumerate() if thread is not main]
    tasks = _try(os.listdir, "/proc/self/task") or [""]
    if names or len(tasks) > 1:
        raise RuntimeError(
            "brood_worker: %d threads were started before serve (%s): a zygote has none that its workers "
            "could do without; start them in the handler, or keep the library from starting them"
            % (max(len(names), len(tasks) - 1), ", ".join(names) or "by a library")
        )


def _read_orders(gate):
    """What the pool says to a new worker: its directory, then its environment,
    each ended by a NUL; the length comes first. None: the pool is gone."""
    data = b""
    while len(data) < _LENGTH.size or len(data) - _LENGTH.size < _LENGTH.unpack_from(data)[0]:
        more = os.read(gate, _READ_BYTES)
        if not more:
            return None
        data += more
    return data[_LENGTH.size :].split(b"\0")[:-1]


def _place(gate, fds, first_free):
    """Make fds the descriptors 0, 1, 2, ...; returns where gate is now."""
    import fcntl

    above = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, first_free) for fd in [gate] + fds]
    for fd in [gate] + fds:
        os.close(fd)
    for target, fd in enumerate(above[1:]):
        os.dup2(fd, target)
        os.close(fd)
    for fd in range(len(fds), first_free):
        _try(os.close, fd)
    return above[0]


def _set_environ(environ):
    for name in list(os.environb):
        del os.environb[name]
    for entry in environ:
        name, _, value = entry.partition(b"=")
        os.environb[name] = value


def _show_environ(environ):
    """Write the environment to where others see that of this process, as far as
    there is room; it is by its first variable there that the pool knows which
    processes belong to the worker. Nothing else reads the place any more: the
    environment was set anew. Whether the first variable is there."""
    try:
        with open("/proc/self/stat", "rb") as stat:
            start, end = [int(field) for field in stat.read().rpartition(b")")[2].split()[47:49]]
        block, room = b"", end - start
        for entry in environ:
            if len(block) + len(entry) < room:
                block += entry + b"\0"
        with open("/proc/self/mem", "r+b", buffering=0) as memory:
            memory.seek(start)
            written = memory.write(block.ljust(room, b"\0"))
        return written == room and block.startswith(environ[0] + b"\0")
    except (OSError, ValueError, IndexError):
        return False
