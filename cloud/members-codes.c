/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The code by which two accounts find each other. It is twelve digits: six name it, six are its secret,
 * of which PostgreSQL has a keyed digest. */
#include "members-private.h"
#include "base/clock.h"

#include <string.h>

#define CODE_LIVES_S   600
#define LOCATORS_TRIED 5
#define WRONG_MAX      50 /* codes of one school in WRONG_MS */
#define WRONG_MS       (600 * 1000)

static char *digest_code(const Members *self, const char *code)
{
	Digest digest = digest_hmac(self->code_key, code, CODE_DIGITS);

	return base64url_encode(digest.bytes, DIGEST_SIZE);
}

static void new_code(char ret_code[CODE_DIGITS + 1])
{
	for (int i = 0; i < CODE_DIGITS; i++) {
		uint8_t byte;

		do
			random_bytes(&byte, 1);
		while (byte >= 250);
		ret_code[i] = (char)('0' + byte % 10);
	}
	ret_code[CODE_DIGITS] = '\0';
}

/* --- A code is made --- */

static void make_join(Question *question);

static void on_made(void *data, const Answer *rows, const GError *failure)
{
	Question *question = data;
	g_autoptr(json_t) reply = NULL;
	g_autoptr(GError) full = NULL;

	if (failure || !question->members) {
		question_answer(question, NULL, failure);
		return;
	}
	if (strcmp(answer_text(rows, 0, 0), "t") == 0) {
		reply = json_pack("{s:s, s:i}", "code", question->code, "lives_s", CODE_LIVES_S);
		question_answer(question, reply, NULL);
	} else if (++question->tried < LOCATORS_TRIED) {
		make_join(question);
	} else {
		error_set(&full, ERROR_UNAVAILABLE, "Too many codes are open");
		question_answer(question, NULL, full);
	}
}

static void make_join(Question *question)
{
	Members *self = question->members;
	g_autofree char *locator = NULL;
	g_autofree char *digits = NULL;
	Words words = {0};

	/* It was read before. */
	words_read(question->body, &words, false, NULL);
	new_code(question->code);
	locator = g_strndup(question->code, LOCATOR_DIGITS);
	digits = digest_code(self, question->code);
	postgres_ask(self->postgres, "make_join", 6,
	             (const char *const[]){question->school, words.name, words.person,
	                                   words_boolean(words.pupil), locator, digits},
	             on_made, question);
}

bool codes_start_make(Question *question, GError **error)
{
	Words words = {0};

	if (!words_read(question->body, &words, false, error))
		return false;
	make_join(question);
	return true;
}

/* --- A code is typed --- */

static bool count_try(Members *self, const char *school, GError **error)
{
	Tries *tries = g_hash_table_lookup(self->tries, school);
	int64_t now_ms = clock_boot_ms();

	if (!tries) {
		tries = g_new0(Tries, 1);
		tries->since_ms = now_ms;
		g_hash_table_insert(self->tries, g_strdup(school), tries);
	}
	if (now_ms - tries->since_ms >= WRONG_MS)
		*tries = (Tries){now_ms, 0};
	if (tries->wrong++ < WRONG_MAX)
		return true;
	error_reason(error, ERROR_BUSY, "too-many-tries", NULL,
	             "Too many wrong codes in this school; wait a little");
	if (error)
		error_set_retry_after(*error, (unsigned)((WRONG_MS - (now_ms - tries->since_ms)) / 1000) + 1);
	return false;
}

static void on_used(void *data, const Answer *rows, const GError *failure)
{
	const Question *question = data;
	Tries *tries = question->members
	                       ? g_hash_table_lookup(question->members->tries, question->school)
	                       : NULL;

	if (tries && tries->wrong > 0 &&
	    (failure || strcmp(answer_text(rows, 0, 0), "code-wrong") != 0))
		tries->wrong--;
	question_on_outcome(data, rows, failure);
}

bool codes_start_use(Question *question, GError **error)
{
	Members *self = question->members;
	g_autofree char *locator = NULL;
	g_autofree char *digits = NULL;
	g_autofree char *card = NULL;
	Words words = {0};

	if (!words_read(question->body, &words, true, error) ||
	    !count_try(self, question->school, error))
		return false;
	locator = g_strndup(words.code, LOCATOR_DIGITS);
	digits = digest_code(self, words.code);
	card = card_seal(self, question->school, words.card);
	postgres_ask(self->postgres, "use_join", 7,
	             (const char *const[]){question->school, words.name, words.person,
	                                   words_boolean(words.pupil), locator, digits, card},
	             on_used, question);
	return true;
}
