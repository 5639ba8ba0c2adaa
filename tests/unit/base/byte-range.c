/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Content-Range: what is read, and what is refused rather than guessed. */
#include "base/byte-range.h"

static void test_says_itself_again(void)
{
	static const ByteRange RANGES[] = {
	        {0, 1, 1}, {0, 100, 1000}, {900, 100, 1000}, {BYTE_RANGE_MOST - 1, 1, BYTE_RANGE_MOST}};

	for (size_t i = 0; i < G_N_ELEMENTS(RANGES); i++) {
		g_autofree char *text = byte_range_format(&RANGES[i]);
		ByteRange again = {0};

		g_assert_true(byte_range_parse(text, &again));
		g_assert_cmpint(again.first, ==, RANGES[i].first);
		g_assert_cmpint(again.size, ==, RANGES[i].size);
		g_assert_cmpint(again.total, ==, RANGES[i].total);
	}
}

static void test_refuses_the_rest(void)
{
	static const char *const WRONG[] = {
	        "", "bytes", "bytes ", "bytes 0-0", "bytes 0-0/", "bytes 0-0/0", "bytes 0-1/1",
	        "bytes 5-4/10", "bytes -1-4/10", "bytes +1-4/10", "bytes 1- 4/10", "bytes  1-4/10",
	        "bytes 1-4/10 ", "bytes 1-4/*", "bytes */10", "bytes=0-4/10", "items 0-4/10",
	        "bytes 0-4/10,5-9/10", "bytes 0x0-4/10", "bytes 0-4/9007199254740993",
	        "bytes 0-4/99999999999999999999", "bytes 18446744073709551616-4/10"};
	ByteRange as_it_was = {7, 7, 7};

	for (size_t i = 0; i < G_N_ELEMENTS(WRONG); i++)
		g_assert_false(byte_range_parse(WRONG[i], &as_it_was));
	g_assert_false(byte_range_parse(NULL, &as_it_was));
	g_assert_cmpint(as_it_was.first, ==, 7);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/base/byte-range/says-itself-again", test_says_itself_again);
	g_test_add_func("/base/byte-range/refuses-the-rest", test_refuses_the_rest);
	return g_test_run();
}
