/* SPDX-License-Identifier: LGPL-2.1-or-later
 * libsodium's chance and GLib's clock, by a seed. */
#include "chance.h"

#include <sodium.h>
#include <stdint.h>

static GRand *chance;
static gint64 now_us;

static void fill(void *bytes, const size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)bytes)[i] = (uint8_t)g_rand_int_range(chance, 0, 256);
}

static const char *chance_name(void)
{
	return "the world's";
}

static uint32_t chance_number(void)
{
	return g_rand_int(chance);
}

gint64 g_get_real_time(void)
{
	return now_us++;
}

void chance_begin(guint32 seed)
{
	static randombytes_implementation ours = {.implementation_name = chance_name,
	                                          .random = chance_number, .buf = fill};

	g_clear_pointer(&chance, g_rand_free);
	chance = g_rand_new_with_seed(seed ^ 0x5eed);
	now_us = (gint64)MONDAY_MS * 1000;
	randombytes_set_implementation(&ours);
}
