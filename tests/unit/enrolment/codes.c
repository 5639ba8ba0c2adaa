/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Codes that people type, and how long those of ten minutes live. */
#include "enrolment/enrolment-private.h"

#include <string.h>

#define NOW 1000000
#define END (NOW + SHORT_CODE_S * 1000LL)

static void assert_kind(const char *text, EnteredKind kind)
{
	g_assert_cmpint(entered_code_parse(text).kind, ==, kind);
}

static void test_codes_are_read_as_people_type_them(void)
{
	EnteredCode slip = entered_code_parse(" к7м3–qx9р нт4w\n");
	EnteredCode code = entered_code_parse("ab-cd 12.34.56");

	g_assert_cmpstr(slip.slip, ==, "K7M3QX9PHT4W");
	g_assert_cmpstr(code.locator, ==, "ABCD");
	g_assert_cmpstr(code.digits, ==, "123456");
	assert_kind("", ENTERED_NOTHING);
	assert_kind("K7M3-QX9P-HT4", ENTERED_NOTHING);
	assert_kind("K7M3-QX9P-HT4WW", ENTERED_NOTHING);
	assert_kind("K7M3-QX9P-HT40", ENTERED_NOTHING);
	assert_kind("ABCD 12345O", ENTERED_NOTHING);
	assert_kind("A0CD 123456", ENTERED_NOTHING);
	assert_kind("ABCD 123456!", ENTERED_NOTHING);
	assert_kind("abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE", ENTERED_LINK);
	assert_kind("abcdefghijklmnopqrstuvwxyz0123456789-_ABCD", ENTERED_NOTHING);
	assert_kind("abcdefghijklmnopqrstuvwxyz0123456789-_ABCD ", ENTERED_NOTHING);
}

static EnteredCode made(ShortCodes *codes, const char *child, int64_t now_ms)
{
	EnteredCode code = {.kind = ENTERED_SHORT};

	short_codes_make(codes, child, now_ms, code.locator, code.digits);
	return code;
}

static EnteredCode wrong(EnteredCode code)
{
	code.digits[0] = code.digits[0] == '9' ? '0' : '9';
	return code;
}

static void test_a_short_code_lives_ten_minutes(void)
{
	ShortCodes *codes = short_codes_new();
	Id child = id_new();
	Id other = id_new();
	Id found;
	EnteredCode code = made(codes, child.text, NOW);
	EnteredCode late = made(codes, other.text, NOW);

	g_assert_true(short_codes_use(codes, &code, END - 1, &found));
	g_assert_true(id_equal(&found, &child));
	g_assert_false(short_codes_use(codes, &code, END - 1, &found));
	g_assert_false(short_codes_use(codes, &late, END, &found));
	short_codes_free(codes);
}

static void test_a_child_has_one_short_code(void)
{
	ShortCodes *codes = short_codes_new();
	Id child = id_new();
	Id found;
	EnteredCode first = made(codes, child.text, NOW);
	EnteredCode second = made(codes, child.text, NOW);

	g_assert_false(short_codes_use(codes, &first, NOW, &found));
	g_assert_true(short_codes_use(codes, &second, NOW, &found));
	short_codes_free(codes);
}

static void test_the_fifth_wrong_try_ends_a_short_code(void)
{
	ShortCodes *codes = short_codes_new();
	Id child = id_new();
	Id found;
	EnteredCode code = made(codes, child.text, NOW);
	EnteredCode guess = wrong(code);

	for (int i = 0; i < SHORT_CODE_TRIES_MAX - 1; i++)
		g_assert_false(short_codes_use(codes, &guess, NOW, &found));
	g_assert_true(short_codes_use(codes, &code, NOW, &found));
	code = made(codes, child.text, NOW);
	guess = wrong(code);
	for (int i = 0; i < SHORT_CODE_TRIES_MAX; i++)
		g_assert_false(short_codes_use(codes, &guess, NOW, &found));
	g_assert_false(short_codes_use(codes, &code, NOW, &found));
	short_codes_free(codes);
}

static void test_slips_have_every_character_of_the_alphabet(void)
{
	bool seen[128] = {false};
	unsigned different = 0;

	for (int i = 0; i < 200; i++) {
		char code[SLIP_LENGTH + 1];

		slip_new(code);
		assert_kind(code, ENTERED_SLIP);
		for (int k = 0; k < SLIP_LENGTH; k++)
			seen[(unsigned char)code[k]] = true;
	}
	for (int i = 0; i < 128; i++)
		different += seen[i];
	g_assert_cmpuint(different, ==, 32);
}

static Known known(const char *family, const char *given, const char *patronymic, const char *birth)
{
	return (Known){(char *)family, (char *)given, (char *)patronymic, (char *)birth};
}

static void test_who_may_be_the_child_itself(void)
{
	Known child = known("Волков", "Пётр", "Олегович", "2015-03-14");
	Known same = known(" волков", "ПЕТР", NULL, NULL);
	Known father = known("Волков", "Пётр", "Иванович", NULL);
	Known mother = known("Волкова", "Мария", NULL, NULL);
	Known twin = known("Белов", "Олег", NULL, "2015-03-14");

	g_assert_true(known_is_like(&child, &same));
	g_assert_true(known_is_like(&child, &twin));
	g_assert_false(known_is_like(&child, &father));
	g_assert_false(known_is_like(&child, &mother));
}

int main(int argc, char **argv)
{
	g_assert_true(crypto_init());
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/enrolment/codes/typed", test_codes_are_read_as_people_type_them);
	g_test_add_func("/enrolment/codes/ten-minutes", test_a_short_code_lives_ten_minutes);
	g_test_add_func("/enrolment/codes/one-a-child", test_a_child_has_one_short_code);
	g_test_add_func("/enrolment/codes/five-tries", test_the_fifth_wrong_try_ends_a_short_code);
	g_test_add_func("/enrolment/codes/alphabet", test_slips_have_every_character_of_the_alphabet);
	g_test_add_func("/enrolment/codes/like", test_who_may_be_the_child_itself);
	return g_test_run();
}
