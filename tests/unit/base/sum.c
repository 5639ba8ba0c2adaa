/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sums in parts are what FIPS 180-4 says of the whole; what trickles to a disk is all there. */
#include "base/sum.h"
#include "base/trickle.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void test_sum(void)
{
	g_autoptr(Sum) nothing = sum_new();
	g_autoptr(Sum) million = sum_new();
	char digits[SUM_SIZE];
	char run[1000];

	sum_end(nothing, digits);
	g_assert_cmpstr(digits, ==, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	memset(run, 'a', sizeof run);
	for (int i = 0; i < 1000; i++)
		sum_add(million, run, sizeof run);
	sum_end(million, digits);
	g_assert_cmpstr(digits, ==, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void test_trickle(void)
{
	static char run[1 << 20];
	Trickle trickle = {0};
	char back;
	int fd = memfd_create("trickle", MFD_CLOEXEC);

	g_assert_cmpint(fd, >=, 0);
	for (char i = 0; i < 9; i++) {
		memset(run, i, sizeof run);
		g_assert_cmpint(write(fd, run, sizeof run), ==, sizeof run);
		trickle_add(&trickle, fd, sizeof run);
	}
	g_assert_cmpint(trickle.waiting, ==, sizeof run);
	for (char i = 0; i < 9; i++) {
		g_assert_cmpint(pread(fd, &back, 1, (off_t)i * (off_t)sizeof run), ==, 1);
		g_assert_cmpint(back, ==, i);
	}
	close(fd);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/base/sum", test_sum);
	g_test_add_func("/base/trickle", test_trickle);
	return g_test_run();
}
