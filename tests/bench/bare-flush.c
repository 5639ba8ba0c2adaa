/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the bare disk needs for a flush, as a commit of urokd asks for one: pages at the end of a file that grows and
 * is begun anew, then fdatasync(2).
 *
 *	bare-flush FILE RATE   at that many a second until its input ends; says
 *	                       {"answers":N,"p50_us":N,"p99_us":N,"most_us":N} */
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PAGES	  4 /* of a message: its rows, the log, two indexes */
#define PAGE	  4096
#define FILE_MOST (4 << 20) /* as the WAL, which is moved every thousand pages */

static int compare_times(const void *a, const void *b)
{
	gint64 first = *(const gint64 *)a;
	gint64 second = *(const gint64 *)b;

	return first < second ? -1 : first > second;
}

static gint64 percentile(const GArray *times_us, double share)
{
	guint place = (guint)((double)times_us->len * share);

	return times_us->len ? g_array_index(times_us, gint64, MIN(place, times_us->len - 1)) : 0;
}

static gint64 flush_once(int fd, off_t at)
{
	static const char pages[PAGES * PAGE];
	gint64 begun_us = g_get_monotonic_time();

	if (pwrite(fd, pages, sizeof pages, at) != sizeof pages || fdatasync(fd) != 0)
		g_error("The file could not be written");
	return g_get_monotonic_time() - begun_us;
}

/* False: the input has ended. */
static bool wait_until(gint64 due_us)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	gint64 left_us = due_us - g_get_monotonic_time();

	return poll(&input, 1, left_us > 0 ? (int)(left_us / 1000) + 1 : 0) == 0;
}

int main(int argc, char **argv)
{
	GArray *times_us = g_array_new(FALSE, FALSE, sizeof(gint64));
	int fd = argc == 3 ? open(argv[1], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
	int rate = argc == 3 ? atoi(argv[2]) : 0;
	gint64 begun_us = g_get_monotonic_time();
	off_t at = 0;

	if (fd < 0 || rate < 1)
		g_error("usage: bare-flush FILE RATE");
	for (gint64 i = 1; wait_until(begun_us + i * G_USEC_PER_SEC / rate); i++) {
		gint64 took_us = flush_once(fd, at);

		g_array_append_val(times_us, took_us);
		at = at + PAGES * PAGE < FILE_MOST ? at + PAGES * PAGE : 0;
	}
	g_array_sort(times_us, compare_times);
	printf("{\"answers\":%u,\"p50_us\":%" G_GINT64_FORMAT ",\"p99_us\":%" G_GINT64_FORMAT
	       ",\"most_us\":%" G_GINT64_FORMAT "}\n",
	       times_us->len, percentile(times_us, 0.5), percentile(times_us, 0.99),
	       percentile(times_us, 1));
	return 0;
}
