/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who made a copy: a pair that a key gives again and again, a mark for paper, a signature that a changed byte breaks. */
#include "base/maker.h"

#include <string.h>

static const uint8_t KEY[SEAL_KEY_SIZE] = {1, 2, 3};
static const uint8_t OTHER[SEAL_KEY_SIZE] = {1, 2, 4};
static const char TEXT[] = "what there is, and in which pack";

static void test_same_key(void)
{
	SignPair one, again, other;

	g_assert_true(maker_read(KEY, sizeof KEY, &one, NULL));
	g_assert_true(maker_read(KEY, sizeof KEY, &again, NULL));
	g_assert_true(maker_read(OTHER, sizeof OTHER, &other, NULL));
	g_assert_cmpmem(one.public, SIGN_PUBLIC_SIZE, again.public, SIGN_PUBLIC_SIZE);
	g_assert_true(memcmp(one.public, other.public, SIGN_PUBLIC_SIZE) != 0);
	sign_derive(KEY, "another purpose", &other);
	g_assert_true(memcmp(one.public, other.public, SIGN_PUBLIC_SIZE) != 0);
}

static void test_signature(void)
{
	uint8_t signature[SIGNATURE_SIZE];
	SignPair pair;
	SignPair other;
	char changed[sizeof TEXT];

	g_assert_true(maker_read(KEY, sizeof KEY, &pair, NULL));
	g_assert_true(maker_read(OTHER, sizeof OTHER, &other, NULL));
	sign(&pair, TEXT, sizeof TEXT, signature);
	g_assert_true(sign_check(pair.public, TEXT, sizeof TEXT, signature));
	g_assert_false(sign_check(other.public, TEXT, sizeof TEXT, signature));
	g_assert_false(sign_check(pair.public, TEXT, sizeof TEXT - 1, signature));
	memcpy(changed, TEXT, sizeof TEXT);
	changed[3] ^= 1;
	g_assert_false(sign_check(pair.public, changed, sizeof changed, signature));
	signature[0] ^= 1;
	g_assert_false(sign_check(pair.public, TEXT, sizeof TEXT, signature));
}

static void test_mark(void)
{
	char mark[MAKER_MARK_SIZE];
	SignPair pair;

	g_assert_true(maker_read(KEY, sizeof KEY, &pair, NULL));
	maker_mark(pair.public, mark);
	g_assert_true(g_regex_match_simple("^([0-9A-F]{4}-){4}[0-9A-F]{4}$", mark, 0, 0));
}

static void test_no_key(void)
{
	g_autoptr(GError) damaged = NULL;
	g_autoptr(GError) missing = NULL;
	SignPair pair;

	g_assert_false(maker_read(KEY, 31, &pair, &damaged));
	g_assert_true(error_is(damaged, ERROR_INTERNAL));
	g_assert_false(maker_load("/nowhere/box.key", &pair, &missing));
	g_assert_true(error_is(missing, ERROR_NOT_FOUND));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(crypto_init());
	g_test_add_func("/maker/a key gives its pair again", test_same_key);
	g_test_add_func("/maker/a changed byte breaks a signature", test_signature);
	g_test_add_func("/maker/the mark is five groups of four", test_mark);
	g_test_add_func("/maker/a key that is none", test_no_key);
	return g_test_run();
}
