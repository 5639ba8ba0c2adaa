/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Codes of ten minutes that a child reads out to a parent: in memory alone, as a new start of the
 * daemon may well cost another press. */
#include "enrolment/enrolment-private.h"

#include <string.h>

typedef struct {
	char locator[LOCATOR_LENGTH + 1];
	char digits[DIGITS_LENGTH + 1];
	Id child;
	int64_t end_ms;
	unsigned wrong;
} ShortCode;

struct ShortCodes {
	GHashTable *by_locator; /* → ShortCode, owned */
	GHashTable *by_child;	/* one a child */
};

ShortCodes *short_codes_new(void)
{
	ShortCodes *self = g_new0(ShortCodes, 1);

	self->by_locator = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	self->by_child = g_hash_table_new(g_str_hash, g_str_equal);
	return self;
}

void short_codes_free(ShortCodes *self)
{
	if (!self)
		return;
	g_hash_table_unref(self->by_child);
	g_hash_table_unref(self->by_locator);
	g_free(self);
}

static void drop(ShortCodes *self, ShortCode *code)
{
	g_hash_table_remove(self->by_child, code->child.text);
	g_hash_table_remove(self->by_locator, code->locator);
}

static void drop_old(ShortCodes *self, int64_t now_ms)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, self->by_locator);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		ShortCode *code = value;

		if (code->end_ms > now_ms)
			continue;
		g_hash_table_remove(self->by_child, code->child.text);
		g_hash_table_iter_remove(&iter);
	}
}

void short_codes_make(ShortCodes *self, const char *child, int64_t now_ms,
		      char ret_locator[LOCATOR_LENGTH + 1], char ret_digits[DIGITS_LENGTH + 1])
{
	ShortCode *code = g_hash_table_lookup(self->by_child, child);

	if (code)
		drop(self, code);
	drop_old(self, now_ms);
	code = g_new0(ShortCode, 1);
	do {
		locator_new(code->locator);
	} while (g_hash_table_contains(self->by_locator, code->locator));
	digits_new(code->digits);
	code->child = id_from(child);
	code->end_ms = now_ms + SHORT_CODE_S * 1000LL;
	g_hash_table_insert(self->by_locator, code->locator, code);
	g_hash_table_insert(self->by_child, code->child.text, code);
	memcpy(ret_locator, code->locator, sizeof code->locator);
	memcpy(ret_digits, code->digits, sizeof code->digits);
}

void short_codes_forget(ShortCodes *self, const char *child)
{
	ShortCode *code = g_hash_table_lookup(self->by_child, child);

	if (code)
		drop(self, code);
}

static bool is_right(const ShortCode *code, const char *digits)
{
	Digest known = digest_of(code->digits, DIGITS_LENGTH);
	Digest given = digest_of(digits, DIGITS_LENGTH);

	return digest_equal(&known, &given);
}

bool short_codes_use(ShortCodes *self, const EnteredCode *entered, int64_t now_ms, Id *ret_child)
{
	ShortCode *code = g_hash_table_lookup(self->by_locator, entered->locator);

	if (!code || code->end_ms <= now_ms)
		return false;
	if (!is_right(code, entered->digits)) {
		if (++code->wrong >= SHORT_CODE_TRIES_MAX)
			drop(self, code);
		return false;
	}
	*ret_child = code->child;
	drop(self, code);
	return true;
}
