/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Bech32, in the one direction and for the one prefix that is needed. */
#include "carry-key.h"

#include <string.h>

#define PREFIX	 "age-secret-key-"
#define CHECKSUM 6

static const char LETTERS[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static uint32_t step(uint32_t sum, uint8_t value)
{
	static const uint32_t PARTS[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
	uint32_t top = sum >> 25;

	sum = (sum & 0x1ffffff) << 5 ^ value;
	for (size_t i = 0; i < G_N_ELEMENTS(PARTS); i++)
		if (top >> i & 1)
			sum ^= PARTS[i];
	return sum;
}

static uint32_t start(void)
{
	uint32_t sum = 1;

	for (const char *at = PREFIX; *at; at++)
		sum = step(sum, (uint8_t)*at >> 5);
	sum = step(sum, 0);
	for (const char *at = PREFIX; *at; at++)
		sum = step(sum, (uint8_t)*at & 31);
	return sum;
}

char *carry_key_format(const uint8_t key[CARRY_KEY_SIZE])
{
	GString *text = g_string_new(PREFIX "1");
	uint32_t sum = start();
	char *upper;

	for (size_t bit = 0; bit < CARRY_KEY_SIZE * 8; bit += 5) {
		size_t at = bit / 8;
		unsigned pair = (unsigned)key[at] << 8 | (at + 1 < CARRY_KEY_SIZE ? key[at + 1] : 0);
		uint8_t value = pair >> (11 - bit % 8) & 31;

		sum = step(sum, value);
		g_string_append_c(text, LETTERS[value]);
	}
	for (int i = 0; i < CHECKSUM; i++)
		sum = step(sum, 0);
	sum ^= 1;
	for (int i = CHECKSUM - 1; i >= 0; i--)
		g_string_append_c(text, LETTERS[sum >> 5 * i & 31]);
	upper = g_ascii_strup(text->str, (gssize)text->len);
	explicit_bzero(text->str, text->len);
	g_string_free(text, TRUE);
	return upper;
}
