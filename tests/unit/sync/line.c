/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Letters on a line. */
#include "line.h"

#define FLYING_MAX 200

typedef struct {
	char *tail;
	void *bytes;
	size_t size;
} Letter;

static void letter_free(void *data)
{
	Letter *self = data;

	g_free(self->tail);
	g_free(self->bytes);
	g_free(self);
}

void line_init(Line *self, int from, int to)
{
	*self = (Line){.from = from, .to = to};
	g_queue_init(&self->flying);
}

bool line_send(void *line, const char *tail, const void *bytes, size_t size)
{
	Line *self = line;
	Letter *letter;

	if (self->flying.length > FLYING_MAX)
		return false;
	letter = g_new(Letter, 1);
	*letter = (Letter){g_strdup(tail), g_memdup2(bytes, size), size};
	self->bytes += size;
	g_queue_push_tail(&self->flying, letter);
	return true;
}

static void deliver_at(Line *self, guint place, Peer *to, int64_t now_ms)
{
	Letter *letter = g_queue_pop_nth(&self->flying, place);

	peer_take(to, letter->tail, letter->bytes, letter->size, now_ms);
	letter_free(letter);
}

bool line_deliver(Line *self, Peer *to, int64_t now_ms)
{
	if (!self->flying.length)
		return false;
	deliver_at(self, 0, to, now_ms);
	return true;
}

void line_misbehave(Line *self, Peer *to, GRand *dice, int64_t now_ms)
{
	const Letter *letter = g_queue_peek_head(&self->flying);

	if (!letter)
		return;
	switch (g_rand_int_range(dice, 0, 12)) {
	case 0:
		letter_free(g_queue_pop_head(&self->flying));
		break;
	case 1: /* it comes twice */
		peer_take(to, letter->tail, letter->bytes, letter->size, now_ms);
		break;
	case 2:
		deliver_at(self, (guint)g_rand_int_range(dice, 0, (int)self->flying.length), to, now_ms);
		break;
	case 3:
		peer_take(to, letter->tail, letter->bytes,
		          (size_t)g_rand_int_range(dice, 0, (int)letter->size + 1), now_ms);
		break;
	default:
		deliver_at(self, 0, to, now_ms);
	}
}

void line_empty(Line *self)
{
	g_queue_clear_full(&self->flying, letter_free);
}
