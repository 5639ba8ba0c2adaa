/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Passwords: which are refused as weak, and the queue that hashes them off the loop. */
#include "people/passwords.h"

static const char *const WORDS[] = {"kravcova", "Школа № 17", NULL};

static void test_weak_ones_are_refused(void)
{
	static const char *const WEAK[] = {
		"1234567",	"12345678",   "87654321",      "qwertyui",   "йцукенгш",
		"йцукен123",	"ЙЦУКЕНГШ",   "ghbdtn123",     "привет123",  "password1",
		"Пароль123",	"gfhjkm2026", "1q2w3e4r5t",    "zxcvbnm,",   "ячсмитьб",
		"11111111",	"аааааааа",   "абабабаб",      "12341234",   "11.09.2014",
		"+79161234567", "kravcova",   "Kravcova17",    "kravcova!",  "школа17!",
		"Школа № 17",	"админ123",   "administrator", "qwerty2026", "фывапролд",
		"trustno1",	"poiuytrewq",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(WEAK); i++) {
		g_autoptr(GError) error = NULL;

		if (passwords_check_strength("password", WEAK[i], WORDS, &error))
			g_error("%s (number %zu) passed", WEAK[i], i);
		g_assert_cmpstr(error_reason_of(error), ==, "weak-password");
		g_assert_cmpstr(error_field_of(error), ==, "password");
	}
}

static void test_good_ones_pass(void)
{
	static const char *const GOOD[] = {
		"синий чайник поёт", "correct horse battery", "Xk4-mmP_72qz",
		"ослик и тыква",     "gnomy5lyubyat",	      "kravcova любит оперу",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(GOOD); i++) {
		g_autoptr(GError) error = NULL;

		passwords_check_strength("password", GOOD[i], WORDS, &error);
		g_assert_no_error(error);
	}
}

static void test_too_long_is_named(void)
{
	g_autofree char *password = g_strnfill(PASSWORD_BYTES_MAX + 1, 'x');
	g_autoptr(GError) error = NULL;

	g_assert_false(passwords_check_strength("new", password, WORDS, &error));
	g_assert_cmpstr(error_reason_of(error), ==, "too-long");
}

typedef struct {
	int done;
	bool right;
	char *hash;
} Outcome;

static void on_done(void *data, bool right, const char *hash)
{
	Outcome *outcome = data;

	outcome->done++;
	outcome->right = right;
	g_free(outcome->hash);
	outcome->hash = g_strdup(hash);
}

static void wait_for(const Outcome *outcome, int done)
{
	while (outcome->done < done)
		g_main_context_iteration(NULL, TRUE);
}

static void test_hash_and_check(void)
{
	g_autoptr(Passwords) passwords = passwords_new();
	g_autofree char *hash = NULL;
	Outcome outcome = {0};

	g_assert_true(passwords_hash(passwords, "синий чайник", on_done, &outcome, NULL));
	wait_for(&outcome, 1);
	g_assert_true(g_str_has_prefix(outcome.hash, "$argon2id$"));
	hash = g_steal_pointer(&outcome.hash);
	g_assert_true(passwords_check(passwords, "синий чайник", hash, on_done, &outcome, NULL));
	wait_for(&outcome, 2);
	g_assert_true(outcome.right);
	g_assert_true(passwords_check(passwords, "Синий чайник", hash, on_done, &outcome, NULL));
	wait_for(&outcome, 3);
	g_assert_false(outcome.right);
	g_assert_true(passwords_check(passwords, "синий чайник", NULL, on_done, &outcome, NULL));
	wait_for(&outcome, 4);
	g_assert_false(outcome.right);
	g_assert_null(outcome.hash);
}

static void test_the_queue_is_bounded(void)
{
	Passwords *passwords = passwords_new();
	g_autoptr(GError) error = NULL;
	Outcome outcome = {0};

	for (int i = 0; i < PASSWORD_QUEUE_MAX + 1; i++)
		g_assert_true(passwords_hash(passwords, "x", on_done, &outcome, NULL));
	g_assert_false(passwords_hash(passwords, "x", on_done, &outcome, &error));
	g_assert_true(error_is(error, ERROR_BUSY));
	g_assert_cmpuint(error_retry_after(error), >, 0);
	passwords_free(passwords);
	g_assert_cmpint(outcome.done, ==, PASSWORD_QUEUE_MAX + 1);
	g_assert_false(outcome.right);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(crypto_init());
	g_test_add_func("/passwords/weak", test_weak_ones_are_refused);
	g_test_add_func("/passwords/good", test_good_ones_pass);
	g_test_add_func("/passwords/long", test_too_long_is_named);
	g_test_add_func("/passwords/hash", test_hash_and_check);
	g_test_add_func("/passwords/bounded", test_the_queue_is_bounded);
	return g_test_run();
}
