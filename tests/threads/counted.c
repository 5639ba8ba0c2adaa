/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Two threads count together: "locked" is right, "racing" is the race that must be seen. */
#include <glib.h>
#include <stdbool.h>
#include <string.h>

#define ROUNDS 10000

typedef struct {
	GMutex mutex;
	bool locked;
	int sum;
} Count;

static void *count(void *data)
{
	Count *self = data;

	for (int i = 0; i < ROUNDS; i++) {
		if (self->locked)
			g_mutex_lock(&self->mutex);
		self->sum++;
		if (self->locked)
			g_mutex_unlock(&self->mutex);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	Count both = {.locked = argc > 1 && strcmp(argv[1], "locked") == 0};
	GThread *other;

	g_mutex_init(&both.mutex);
	other = g_thread_new("other", count, &both);
	count(&both);
	g_thread_join(other);
	g_mutex_clear(&both.mutex);
	return both.locked && both.sum != 2 * ROUNDS;
}
