/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Codes that people type: how they are made, and read as people write them. */
#include "enrolment/enrolment-private.h"

#include <string.h>

/* No 0 and O, no 1 and I: 32 of them, so that five bits are a character. */
static const char ALPHABET[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/* Typed on the Russian layout by their looks. */
static const struct {
	gunichar russian;
	char latin;
} LOOKALIKES[] = {
	{0x410, 'A'}, {0x412, 'B'}, {0x421, 'C'}, {0x415, 'E'}, {0x41d, 'H'}, {0x41a, 'K'},
	{0x41c, 'M'}, {0x420, 'P'}, {0x422, 'T'}, {0x425, 'X'}, {0x423, 'Y'},
};

static void fill(char *ret, size_t length)
{
	uint8_t bytes[SLIP_LENGTH];

	g_assert(length <= sizeof bytes);
	random_bytes(bytes, length);
	for (size_t i = 0; i < length; i++)
		ret[i] = ALPHABET[bytes[i] % (sizeof ALPHABET - 1)];
	ret[length] = '\0';
}

void slip_new(char ret_code[SLIP_LENGTH + 1])
{
	fill(ret_code, SLIP_LENGTH);
}

void locator_new(char ret_code[LOCATOR_LENGTH + 1])
{
	fill(ret_code, LOCATOR_LENGTH);
}

void digits_new(char ret_code[DIGITS_LENGTH + 1])
{
	const uint32_t fair = 4294000000u; /* below it each of the million is as likely */
	uint32_t number;

	do {
		random_bytes(&number, sizeof number);
	} while (number >= fair);
	g_snprintf(ret_code, DIGITS_LENGTH + 1, "%06u", number % 1000000);
}

char *slip_format(const char *code)
{
	return g_strdup_printf("%.4s-%.4s-%.4s", code, code + 4, code + 8);
}

static bool is_link(const char *text)
{
	if (strlen(text) != TOKEN_LENGTH)
		return false;
	for (const char *at = text; *at; at++)
		if (!g_ascii_isalnum(*at) && *at != '-' && *at != '_')
			return false;
	return true;
}

static char latin_of(gunichar c)
{
	gunichar upper = g_unichar_toupper(c);

	for (size_t i = 0; i < G_N_ELEMENTS(LOOKALIKES); i++)
		if (upper == LOOKALIKES[i].russian)
			return LOOKALIKES[i].latin;
	return upper < 0x80 && g_ascii_isalnum((char)upper) ? (char)upper : '\0';
}

static bool is_between(gunichar c)
{
	return c == '-' || c == 0x2013 || c == 0x2014 || c == '.' || g_unichar_isspace(c);
}

/* Latin letters and digits alone; false: something else stands there, or too much. */
static bool squeeze(const char *text, char ret[SLIP_LENGTH + 1])
{
	size_t length = 0;

	for (const char *at = text; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		char latin = latin_of(c);

		if (is_between(c))
			continue;
		if (!latin || length == SLIP_LENGTH)
			return false;
		ret[length++] = latin;
	}
	ret[length] = '\0';
	return true;
}

static bool is_of(const char *text, size_t length, const char *allowed)
{
	return strspn(text, allowed) >= length;
}

EnteredCode entered_code_parse(const char *text)
{
	EnteredCode code = {0};
	char squeezed[SLIP_LENGTH + 1];

	if (is_link(text)) {
		code.kind = ENTERED_LINK;
		memcpy(code.link, text, TOKEN_LENGTH);
		return code;
	}
	if (!squeeze(text, squeezed))
		return code;
	if (strlen(squeezed) == SLIP_LENGTH && is_of(squeezed, SLIP_LENGTH, ALPHABET)) {
		code.kind = ENTERED_SLIP;
		memcpy(code.slip, squeezed, SLIP_LENGTH);
	} else if (strlen(squeezed) == LOCATOR_LENGTH + DIGITS_LENGTH &&
		   is_of(squeezed, LOCATOR_LENGTH, ALPHABET) &&
		   is_of(squeezed + LOCATOR_LENGTH, DIGITS_LENGTH, "0123456789")) {
		code.kind = ENTERED_SHORT;
		memcpy(code.locator, squeezed, LOCATOR_LENGTH);
		memcpy(code.digits, squeezed + LOCATOR_LENGTH, DIGITS_LENGTH);
	}
	return code;
}
