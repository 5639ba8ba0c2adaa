/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The small things: ids, times, text, JSON, sealing. */
#include "base/clock.h"
#include "base/crypto.h"
#include "base/id.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"

#include <string.h>

static void test_ids_are_valid_and_sort(void)
{
	Id first = id_new();
	Id derived = id_derive(first.text, "staff");
	Id again = id_derive(first.text, "staff");

	g_assert_true(id_is_valid(first.text));
	g_assert_cmpint(first.text[14], ==, '7');
	g_assert_cmpint(derived.text[14], ==, '5');
	g_assert_true(id_equal(&derived, &again));
	g_assert_false(id_is_valid("0190"));
	g_assert_false(id_is_valid(NULL));
	g_assert_false(id_is_valid("01900000-0000-7000-8000-00000000000G"));
}

#define NOW 1800000000000LL
#define DAY 86400000LL

static void test_clock_never_runs_backwards(void)
{
	Hlc last = 0;
	Hlc first = hlc_next(&last, NOW);
	Hlc second = hlc_next(&last, NOW - DAY);
	Hlc third = hlc_next(&last, NOW + 1);

	g_assert_cmpuint(first, <, second);
	g_assert_cmpuint(second, <, third);
	g_assert_cmpint(HLC_MS(third), ==, NOW + 1);
}

static void test_clock_refuses_the_future(void)
{
	Hlc last = 0;

	g_assert_false(hlc_see(&last, HLC_FROM_MS(NOW + CLOCK_AHEAD_MAX_MS + 1), NOW));
	g_assert_true(hlc_see(&last, HLC_FROM_MS(NOW + CLOCK_AHEAD_MAX_MS), NOW));
	g_assert_cmpuint(hlc_next(&last, NOW), >, HLC_FROM_MS(NOW + CLOCK_AHEAD_MAX_MS));
}

static void test_a_leap_is_not_believed_until_confirmed(void)
{
	const int64_t ten_years = NOW + 3650 * DAY;
	WallClock clock;

	wall_init(&clock, NOW, ten_years, 1000);
	g_assert_cmpint(wall_believe(&clock, ten_years, 1000), ==, NOW);
	g_assert_cmpint(clock.doubt, ==, CLOCK_LEAPT);
	g_assert_cmpint(wall_believe(&clock, ten_years + 500, 1500), ==, NOW + 500);
	g_assert_true(wall_confirm(&clock, ten_years + 500, 1500));
	g_assert_cmpint(wall_believe(&clock, ten_years + 600, 1600), ==, ten_years + 600);
	g_assert_cmpint(clock.doubt, ==, CLOCK_BELIEVED);
}

static void test_a_step_back_is_not_believed_until_it_is_made_up(void)
{
	WallClock clock;

	wall_init(&clock, NOW - DAY, NOW, 0);
	g_assert_cmpint(wall_believe(&clock, NOW, 0), ==, NOW);
	g_assert_cmpint(wall_believe(&clock, NOW + 60000 - DAY, 60000), ==, NOW + 60000);
	g_assert_cmpint(clock.doubt, ==, CLOCK_STEPPED_BACK);
	/* A minute's correction is nothing; nor is the true time when it is back. */
	g_assert_cmpint(wall_believe(&clock, NOW + 120000, 120000), ==, NOW + 120000);
	g_assert_cmpint(wall_believe(&clock, NOW + 70000, 130000), ==, NOW + 70000);
	g_assert_cmpint(clock.doubt, ==, CLOCK_BELIEVED);
}

static void test_a_clock_without_a_battery_is_not_believed(void)
{
	WallClock clock;

	wall_init(&clock, NOW, 5000, 0);
	g_assert_cmpint(wall_believe(&clock, 5000, 0), ==, NOW);
	g_assert_cmpint(clock.doubt, ==, CLOCK_BEFORE_BUILD);
	g_assert_false(wall_confirm(&clock, 6000, 1000));
	g_assert_cmpint(wall_believe(&clock, NOW + DAY, 10000), ==, NOW + DAY);
	g_assert_cmpint(clock.doubt, ==, CLOCK_BELIEVED);
}

static void test_a_long_silence_of_a_running_clock_is_believed(void)
{
	WallClock clock;

	wall_init(&clock, 0, NOW, 0);
	g_assert_cmpint(wall_believe(&clock, NOW + 300 * DAY, 300 * DAY), ==, NOW + 300 * DAY);
	g_assert_cmpint(clock.doubt, ==, CLOCK_BELIEVED);
}

static char *alarm_said;

static void on_alarm(int priority, const char *message_id, const char *sentence)
{
	alarm_said = g_strdup_printf("%d %s %s", priority, message_id, sentence);
}

static void test_an_alarm_takes_its_id_along(void)
{
	log_set_journal(on_alarm);
	log_alarm(ALARM_DATABASE_DAMAGED, "Page %d is damaged", 7);
	log_set_journal(NULL);
	g_assert_cmpstr(alarm_said, ==, "2 " ALARM_DATABASE_DAMAGED " Page 7 is damaged");
	g_clear_pointer(&alarm_said, g_free);
}

/* An id that journalctl -x knows nothing of would help nobody. */
static void test_each_alarm_is_explained_in_two_languages(void)
{
	static const char *const IDS[] = {ALARM_DATABASE_DAMAGED, ALARM_CLOCK_FROZEN,
	                                  ALARM_CANNOT_WRITE, ALARM_CANNOT_CHECK};
	g_autofree char *catalog = NULL;

	g_assert_true(g_file_get_contents(CATALOG, &catalog, NULL, NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(IDS); i++) {
		g_autofree char *english = g_strdup_printf("\n-- %s\nSubject: ", IDS[i]);
		g_autofree char *russian = g_strdup_printf("\n-- %s ru\nSubject: ", IDS[i]);

		g_assert_nonnull(strstr(catalog, english));
		g_assert_nonnull(strstr(catalog, russian));
	}
}

static void test_time_is_rfc_3339(void)
{
	char text[TIME_TEXT_SIZE];

	clock_format(1795409015123LL, text);
	g_assert_cmpstr(text, ==, "2026-11-23T04:43:35.123Z");
}

static void test_words_are_put_in(void)
{
	const TextWord words[] = {{"school", "Школа {17}"}, {"phone", NULL}, {"a", "1"}, {0}};
	g_autofree char *filled = text_fill("{school}: {a}{a}\n\nЗвоните {phone}\n\n.\n", words);

	g_assert_cmpstr(filled, ==, "Школа {17}: 11\n\n.\n");
}

static void test_text(void)
{
	g_autofree char *trimmed = text_trim("  a\r\nb \n");
	g_autofree char *folded = text_fold("Ёлка");
	g_autofree char *slug = text_slug("Кабинет 12", 37);
	g_autofree char *short_slug = text_slug("Щука -- большая", 5);
	g_autofree char *none = text_slug("«»", 37);
	g_autofree char *cut = text_shorten("абвгд", 3);

	g_assert_cmpstr(trimmed, ==, "a\nb");
	g_assert_cmpstr(folded, ==, "елка");
	g_assert_cmpstr(slug, ==, "kabinet-12");
	g_assert_cmpstr(short_slug, ==, "shhu");
	g_assert_cmpstr(none, ==, "x");
	g_assert_cmpstr(cut, ==, "аб…");
	g_assert_true(text_is_blank(" \n\t\u200b"));
	g_assert_false(text_is_blank(" . "));
	g_assert_true(text_is_one_line("Урок: «5А» 👩\u200d🏫"));
	g_assert_false(text_is_one_line("a\nb"));
	g_assert_false(text_is_one_line("a\u2028b"));
	g_assert_false(text_is_one_line("a\x1b[2J"));
	g_assert_false(text_is_one_line("a\u202eb"));
}

static void check_refused(const char *body, const char *reason, const char *field)
{
	g_autoptr(json_t) object = NULL;
	g_autoptr(GError) error = NULL;
	const char *text = NULL;
	gint64 number = 0;
	const Field fields[] = {{"text", FIELD_TEXT, true, 3, &text},
	                        {"number", FIELD_INT, false, 0, &number},
	                        {0}};

	object = json_parse(body, strlen(body), &error);
	if (object)
		g_assert_false(json_read(object, fields, &error));
	g_assert_cmpstr(error_reason_of(error), ==, reason);
	g_assert_cmpstr(error_field_of(error), ==, field);
	g_assert_true(error_is(error, ERROR_INVALID));
}

static void test_json_is_read_strictly(void)
{
	check_refused("{\"text\":\"a\"", "bad-json", NULL);
	check_refused("{\"text\":\"a\",\"text\":\"b\"}", "bad-json", NULL);
	check_refused("{\"text\":\"\\u0000\"}", "bad-json", NULL);
	check_refused("{\"text\":\"\xff\"}", "bad-utf8", NULL);
	check_refused("{\"text\":\"a\",\"more\":1}", "unknown-field", "more");
	check_refused("{\"number\":1}", "missing-field", "text");
	check_refused("{\"text\":null}", "missing-field", "text");
	check_refused("{\"text\":\"abcd\"}", "too-long", "text");
	check_refused("{\"text\":\"abc\",\"number\":1.5}", "invalid", "number");
	check_refused("[]", "bad-json", NULL);
	check_refused("[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]", "bad-json", NULL);
}

static void test_sealed_text_opens_only_whole(void)
{
	uint8_t key[SEAL_KEY_SIZE] = {1};
	g_autofree char *sealed = seal(key, "secret", 6);
	g_autofree char *broken = g_strdup(sealed);
	g_autofree uint8_t *opened = NULL;
	size_t size = 0;

	opened = unseal(key, sealed, &size);
	g_assert_cmpmem(opened, size, "secret", 6);
	broken[5] = broken[5] == 'A' ? 'B' : 'A';
	g_assert_null(unseal(key, broken, &size));
	g_assert_null(unseal(key, "", &size));
	key[0] = 2;
	g_assert_null(unseal(key, sealed, &size));
}

static void test_hex(void)
{
	static const uint8_t BYTES[] = {0x00, 0x0f, 0xa5, 0xff};
	char digits[] = "????????.";

	hex_write(BYTES, sizeof BYTES, digits);
	g_assert_cmpstr(digits, ==, "000fa5ff.");
}

static void test_base64url_is_canonical(void)
{
	size_t size;

	g_assert_null(base64url_decode("QR", &size));
	g_assert_null(base64url_decode("QQ==", &size));
	g_assert_null(base64url_decode("+/", &size));
}

static void test_passwords(void)
{
	char hash[PASSWORD_HASH_SIZE];

	g_assert_true(password_hash("пароль", hash));
	g_assert_true(password_check("пароль", hash));
	g_assert_false(password_check("паролЬ", hash));
	g_assert_false(password_check("пароль", NULL));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(crypto_init());
	g_test_add_func("/base/ids", test_ids_are_valid_and_sort);
	g_test_add_func("/base/clock/order", test_clock_never_runs_backwards);
	g_test_add_func("/base/clock/leap", test_a_leap_is_not_believed_until_confirmed);
	g_test_add_func("/base/clock/back", test_a_step_back_is_not_believed_until_it_is_made_up);
	g_test_add_func("/base/clock/1970", test_a_clock_without_a_battery_is_not_believed);
	g_test_add_func("/base/clock/silence", test_a_long_silence_of_a_running_clock_is_believed);
	g_test_add_func("/base/clock/future", test_clock_refuses_the_future);
	g_test_add_func("/base/alarm/id", test_an_alarm_takes_its_id_along);
	g_test_add_func("/base/alarm/catalog", test_each_alarm_is_explained_in_two_languages);
	g_test_add_func("/base/time", test_time_is_rfc_3339);
	g_test_add_func("/base/text", test_text);
	g_test_add_func("/base/words", test_words_are_put_in);
	g_test_add_func("/base/json", test_json_is_read_strictly);
	g_test_add_func("/base/seal", test_sealed_text_opens_only_whole);
	g_test_add_func("/base/hex", test_hex);
	g_test_add_func("/base/base64url", test_base64url_is_canonical);
	g_test_add_func("/base/passwords", test_passwords);
	return g_test_run();
}
