/* A worker of brood's wire that echoes, as fast as C can: it answers all whole
 * frames of one read with one write. See the documentation of package
 * actors/protocol for the bytes. It marks what it begins, and records no times for
 * sampled tasks. */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { HELLO = 1, TASK, RESULT, ERROR, CANCEL, PING, PONG, SHUTDOWN, REVOKE };
enum { PREFIX = 4, HEADER = 14, TRACE = 27, FLAG_TRACE = 1, CHUNK = 256 << 10 };

static int in, out;
static uint32_t incarnation, limit;
static uint64_t nowhere[2], *mark = nowhere; /* in the mark file, if there is one: the mark and the pace */

static void put32(unsigned char *p, uint32_t v)
{
	p[0] = v >> 24, p[1] = v >> 16, p[2] = v >> 8, p[3] = v;
}

static uint32_t get32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static void fail(const char *why)
{
	fprintf(stderr, "echo: %s\n", why);
	exit(1);
}

static void send_all(const unsigned char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(out, p, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			exit(0); /* the pool is gone */
		p += done, n -= done;
	}
}

/* head writes prefix and header of a frame whose payload has n bytes. */
static unsigned char *head(unsigned char *p, int kind, const unsigned char *id, size_t n)
{
	put32(p, HEADER + n);
	p[4] = kind, p[5] = 0;
	put32(p + 6, incarnation);
	memcpy(p + 10, id, 8);
	return p + PREFIX + HEADER;
}

static void begun(uint64_t id)
{
	__atomic_store_n(mark, htole64(1 + id), __ATOMIC_RELEASE);
}

static uint64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* tell says how long each of the last tasks took. */
static void tell(uint64_t took, uint64_t tasks)
{
	static uint64_t told;
	if (tasks == 0)
		return;
	told -= told / 16;
	if (told <= took / tasks)
		told = took / tasks + 1;
	__atomic_store_n(mark + 1, htole64(told), __ATOMIC_RELEASE);
}

static void hello(void)
{
	unsigned char frame[PREFIX + HEADER + 3], none[8] = {0};
	unsigned char *p = head(frame, HELLO, none, 3);
	p[0] = 0, p[1] = 1, p[2] = 'c';
	send_all(frame, sizeof frame);
}

/* answer appends what body is answered with to p and returns p's new end. */
static unsigned char *answer(unsigned char *p, const unsigned char *body, uint32_t n)
{
	const unsigned char *payload = body + HEADER, *end = body + n;
	if (n < HEADER || get32(body + 2) != incarnation)
		fail("bad frame");
	if (body[1] & FLAG_TRACE) {
		if (end - payload < TRACE)
			fail("bad trace block");
		payload += TRACE + (payload[25] << 8 | payload[26]);
		if (payload > end)
			fail("bad tracestate");
	}
	switch (body[0]) {
	case TASK: {
		uint64_t id;
		memcpy(&id, body + 6, 8);
		begun(be64toh(id));
		p = head(p, RESULT, body + 6, end - payload);
		memcpy(p, payload, end - payload);
		return p + (end - payload);
	}
	case PING:
		return head(p, PONG, body + 6, 0);
	case CANCEL: case REVOKE: /* of a task that is answered already */
		return p;
	}
	fail("unexpected kind");
	return p;
}

int main(void)
{
	const char *link = getenv("BROOD_WIRE");
	int file = 0;
	if (!link || sscanf(link, "1:%d:%d:%u:%u:%d", &in, &out, &incarnation, &limit, &file) < 4)
		fail("not started by a pool");
	if (file > 0) {
		mark = mmap(NULL, 16, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
		if (mark == MAP_FAILED)
			fail("mmap of the mark file");
		close(file);
		begun(0); /* none yet */
	}
	fcntl(in, F_SETFD, FD_CLOEXEC);
	fcntl(out, F_SETFD, FD_CLOEXEC);
	size_t room = (size_t)limit + PREFIX + CHUNK, have = 0;
	unsigned char *buf = malloc(room), *answers = malloc(room);
	if (!buf || !answers)
		fail("no memory");
	hello();
	for (;;) {
		/* No answer is longer than what it answers, so that all fit. */
		ssize_t n = read(in, buf + have, have < CHUNK ? CHUNK - have : room - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 0; /* the pool is gone */
		have += n;
		unsigned char *p = buf, *to = answers;
		uint64_t began = now(), tasks = 0;
		while (have >= PREFIX && have - PREFIX >= get32(p)) {
			uint32_t size = get32(p);
			if (size > limit)
				fail("frame over the limit");
			if (size >= HEADER && p[PREFIX] == SHUTDOWN) {
				send_all(answers, to - answers);
				return 0;
			}
			to = answer(to, p + PREFIX, size);
			tasks++;
			p += PREFIX + size, have -= PREFIX + size;
		}
		tell(now() - began, tasks);
		send_all(answers, to - answers);
		memmove(buf, p, have);
	}
}
