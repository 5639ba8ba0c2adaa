/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What letters say, with all their words and with the fewest. */
#include "base/text.h"
#include "mail/mail.h"

#include <string.h>

#define LINK "https://school17.example/i#AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIjK"

static const char *const LANGUAGES[] = {"ru", "en"};

static void check(const LetterText *letter)
{
	g_assert_true(text_is_one_line(letter->subject));
	g_assert_false(text_is_blank(letter->subject));
	g_assert_cmpuint(text_length(letter->subject), <=, LETTER_SUBJECT_MAX);
	g_assert_cmpuint(strlen(letter->text), <=, LETTER_TEXT_MAX);
	g_assert_null(strpbrk(letter->text, "{}"));
	g_assert_null(strstr(letter->text, "\n\n\n"));
	g_assert_true(g_utf8_validate(letter->text, -1, NULL));
}

static void test_an_invitation_says_all_that_it_is_told(void)
{
	const InvitationWords words = {"Школа № 17",     "Соня", "5А",
	                               "Орлова Анна",    LINK,   "ABCD-EFGH-JKLM",
	                               "school17.example/i", "3 декабря 2026 г.", "help@school17.example"};
	const char *const said[] = {words.school,  words.name,    words.class_name, words.inviter,
	                            words.code,    words.address, words.valid_until, words.support};

	for (size_t i = 0; i < G_N_ELEMENTS(LANGUAGES); i++) {
		g_auto(LetterText) letter = letters_invitation(LANGUAGES[i], &words);

		check(&letter);
		for (size_t j = 0; j < G_N_ELEMENTS(said); j++)
			g_assert_nonnull(strstr(letter.text, said[j]));
		/* Alone on its line, so that no program takes a dot for a part of it. */
		g_assert_nonnull(strstr(letter.text, "\n" LINK "\n"));
	}
}

static void test_a_letter_leaves_out_what_there_is_not(void)
{
	const InvitationWords invitation = {.school = "Ш", .name = "С", .link = LINK};
	const RecoveredWords recovered = {.school = "Ш", .name = "С", .when = "сегодня"};
	const ParentLinkedWords linked = {
		.school = "Ш", .child = "С", .parent = "М", .when = "сегодня"};

	for (size_t i = 0; i < G_N_ELEMENTS(LANGUAGES); i++) {
		g_auto(LetterText) first = letters_invitation(LANGUAGES[i], &invitation);
		g_auto(LetterText) second = letters_recovered(LANGUAGES[i], &recovered);
		g_auto(LetterText) third = letters_parent_linked(LANGUAGES[i], &linked);

		check(&first);
		check(&second);
		check(&third);
		g_assert_null(strstr(first.text, "ABCD"));
	}
}

static void test_a_subject_stays_short(void)
{
	g_autofree char *name = g_strnfill(400, 'a');
	const InvitationWords words = {.school = "Ш", .name = name, .link = LINK};
	g_auto(LetterText) letter = letters_invitation("ru", &words);

	check(&letter);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mail/letters/all", test_an_invitation_says_all_that_it_is_told);
	g_test_add_func("/mail/letters/least", test_a_letter_leaves_out_what_there_is_not);
	g_test_add_func("/mail/letters/subject", test_a_subject_stays_short);
	return g_test_run();
}
