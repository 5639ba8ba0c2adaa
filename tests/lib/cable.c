/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A cable between two network namespaces that can be pulled, loses packets and takes its time:
 *
 *	cable NAMESPACE DEVICE NAMESPACE DEVICE
 *
 * Each end is a tun device; whoever started it gives them addresses after "ready". A line of its
 * input changes it, and is answered by "done": "cut", "plug", "slow MILLISECONDS", "lossy PERCENT".
 * tc's netem would do the same where the kernel has it; this needs /dev/net/tun alone. */
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PACKET_MAX 65535
#define FLYING_MAX 4096 /* then the line drops, as a full router does */

typedef struct {
	int64_t due_us;
	size_t size;
	uint8_t bytes[];
} Packet;

typedef struct Cable Cable;

typedef struct {
	Cable *cable;
	int from;
	int to;
	GQueue flying;
	guint timer;
} Way;

struct Cable {
	GMainLoop *loop;
	Way ways[2];
	bool cut;
	int64_t delay_us;
	double loss; /* 0 to 1 */
	GRand *dice;
};

static void fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, g_strerror(errno));
	exit(1);
}

static void enter(const char *name)
{
	g_autofree char *path = g_strconcat("/run/netns/", name, NULL);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		fail(path);
	close(fd);
}

static int open_end(const char *name, const char *device)
{
	struct ifreq wish = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int fd;

	enter(name);
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	g_strlcpy(wish.ifr_name, device, sizeof wish.ifr_name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &wish) < 0)
		fail(device);
	return fd;
}

/* A full queue loses it: TCP sends it again. */
static void put(const Way *way, const uint8_t *bytes, size_t size)
{
	if (write(way->to, bytes, size) < 0 && errno != EAGAIN && errno != EIO && errno != EINVAL)
		fail("write");
}

static gboolean on_due(void *data);

static void wait_for_first(Way *way)
{
	const Packet *first = g_queue_peek_head(&way->flying);

	if (first && !way->timer) {
		int64_t wait_us = MAX(first->due_us - g_get_monotonic_time(), 0);

		way->timer = g_timeout_add((guint)((wait_us + 999) / 1000), on_due, way);
	}
}

static gboolean on_due(void *data)
{
	Way *way = data;
	Packet *packet;

	way->timer = 0;
	while ((packet = g_queue_peek_head(&way->flying)) &&
	       packet->due_us <= g_get_monotonic_time()) {
		put(way, packet->bytes, packet->size);
		g_free(g_queue_pop_head(&way->flying));
	}
	wait_for_first(way);
	return G_SOURCE_REMOVE;
}

static void carry(Way *way, const uint8_t *bytes, size_t size)
{
	Cable *cable = way->cable;
	Packet *packet;

	if (cable->cut || g_rand_double(cable->dice) < cable->loss)
		return;
	if (!cable->delay_us && !way->flying.length) {
		put(way, bytes, size);
		return;
	}
	if (way->flying.length >= FLYING_MAX)
		return;
	packet = g_malloc(sizeof *packet + size);
	packet->due_us = g_get_monotonic_time() + cable->delay_us;
	packet->size = size;
	memcpy(packet->bytes, bytes, size);
	g_queue_push_tail(&way->flying, packet);
	wait_for_first(way);
}

static gboolean on_packet(int fd, GIOCondition condition, void *data)
{
	uint8_t bytes[PACKET_MAX];
	ssize_t size;

	while ((size = read(fd, bytes, sizeof bytes)) > 0)
		carry(data, bytes, (size_t)size);
	return G_SOURCE_CONTINUE;
}

static void drop_flying(Cable *self)
{
	for (size_t i = 0; i < G_N_ELEMENTS(self->ways); i++)
		g_queue_clear_full(&self->ways[i].flying, g_free);
}

static bool obey(Cable *self, const char *line)
{
	if (g_str_equal(line, "cut")) {
		self->cut = true;
		drop_flying(self);
	} else if (g_str_equal(line, "plug")) {
		self->cut = false;
	} else if (g_str_has_prefix(line, "slow ")) {
		self->delay_us = 1000 * g_ascii_strtoll(line + strlen("slow "), NULL, 10);
	} else if (g_str_has_prefix(line, "lossy ")) {
		self->loss = g_ascii_strtod(line + strlen("lossy "), NULL) / 100;
	} else {
		return false;
	}
	return true;
}

static gboolean on_line(GIOChannel *input, GIOCondition condition, void *data)
{
	Cable *self = data;
	g_autofree char *line = NULL;

	if (g_io_channel_read_line(input, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL) {
		g_main_loop_quit(self->loop);
		return G_SOURCE_REMOVE;
	}
	puts(obey(self, g_strstrip(line)) ? "done" : "unknown");
	return G_SOURCE_CONTINUE;
}

static void lay(Cable *self, int first, int second)
{
	for (int i = 0; i < 2; i++) {
		Way *way = &self->ways[i];

		*way = (Way){.cable = self, .from = i ? second : first, .to = i ? first : second};
		g_queue_init(&way->flying);
		g_unix_fd_add(way->from, G_IO_IN, on_packet, way);
	}
}

int main(int argc, char **argv)
{
	Cable self = {0};
	g_autoptr(GIOChannel) input = NULL;
	int first;

	if (argc != 5) {
		fprintf(stderr, "usage: cable NAMESPACE DEVICE NAMESPACE DEVICE\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	first = open_end(argv[1], argv[2]);
	lay(&self, first, open_end(argv[3], argv[4]));
	self.dice = g_rand_new_with_seed(17);
	self.loop = g_main_loop_new(NULL, FALSE);
	input = g_io_channel_unix_new(STDIN_FILENO);
	g_io_add_watch(input, G_IO_IN | G_IO_HUP, on_line, &self);
	puts("ready");
	g_main_loop_run(self.loop);
	drop_flying(&self);
	g_rand_free(self.dice);
	g_main_loop_unref(self.loop);
	return 0;
}
