/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Letters in the store: what is taken in, how many, and what goes with a person. Sending them is for
 * tests/system. */
#include "mail/mail.h"
#include "scratch.h"

#include "base/crypto.h"

#include <string.h>

#define SONYA "018f0000-0000-7000-8000-000000000001"
#define PETYA "018f0000-0000-7000-8000-000000000002"

static const Migration MIGRATIONS[] = {{"/urok/mail/mail-schema.sql"}, {"/urok/mail/mail-named-schema.sql"}, {0}};
static const char *const STATEMENTS[] = {"/urok/mail/mail.sql", NULL};

typedef struct {
	Scratch *scratch;
	Mail *mail;
} Office;

static Office open_office(const char *server)
{
	Office office = {.scratch = scratch_new(MIGRATIONS, STATEMENTS)};
	const MailOptions options = {.store = office.scratch->store,
	                             .server = server,
	                             .from = "urok@example.org",
	                             .login = "",
	                             .password_file = "",
	                             .authority_file = ""};

	office.mail = mail_new(&options);
	return office;
}

static void office_clear(Office *self)
{
	mail_free(self->mail);
	scratch_free(self->scratch);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Office, office_clear)

static bool post(Office *office, const Letter *letter, GError **error)
{
	Store *store = office->scratch->store;
	bool done;

	g_assert_true(store_begin(store, NULL));
	done = mail_post(office->mail, letter, NULL, error);
	store_end(store, done, NULL);
	g_assert_true(store_commit(store, NULL));
	return done;
}

static Letter letter_of(const char *about, const char *author)
{
	return (Letter){"a@example.org", "Приглашение", "Текст\nи ещё", "invitation", about, NULL, author};
}

static void check_refused(Office *office, const Letter *letter, const char *reason, const char *field)
{
	g_autoptr(GError) error = NULL;

	g_assert_false(post(office, letter, &error));
	g_assert_cmpstr(error_reason_of(error), ==, reason);
	g_assert_cmpstr(error_field_of(error), ==, field);
	g_assert_cmpuint(mail_state(office->mail).waiting, ==, 0);
}

static void test_what_is_no_letter_is_refused(void)
{
	g_auto(Office) office = open_office("localhost");
	g_auto(Office) closed = open_office("");
	g_autofree char *long_text = g_strnfill(LETTER_TEXT_MAX + 1, 'a');
	const char *const addresses[] = {"", "a", "a@b\r\nBcc: c@d", "a@b\n", "<a@b>", "a b@c"};
	const char *const subjects[] = {"", " ", "a\r\nBcc: b@c", "a\nb", "a\x1b"};
	const char *const texts[] = {"", "\n", "a\rb", "a\x08", "\xff", long_text};
	Letter letter = letter_of(NULL, NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
		letter = letter_of(NULL, NULL);
		letter.to = addresses[i];
		check_refused(&office, &letter, "invalid", "address");
	}
	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
		letter = letter_of(NULL, NULL);
		letter.subject = subjects[i];
		check_refused(&office, &letter, "invalid", "subject");
	}
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		letter = letter_of(NULL, NULL);
		letter.text = texts[i];
		check_refused(&office, &letter, "invalid", "text");
	}
	letter = letter_of(NULL, NULL);
	check_refused(&closed, &letter, "mail-not-set-up", NULL);
}

static void test_an_author_has_a_limit_the_school_has_another(void)
{
	g_auto(Office) office = open_office("localhost");
	const Letter own = letter_of(PETYA, SONYA);
	const Letter schools = letter_of(PETYA, NULL);
	g_autoptr(GError) error = NULL;

	for (unsigned i = 0; i < LETTERS_AN_HOUR; i++)
		g_assert_true(post(&office, &own, NULL));
	g_assert_false(post(&office, &own, &error));
	g_assert_cmpstr(error_reason_of(error), ==, "too-many-letters");
	g_assert_cmpuint(error_retry_after(error), >, 3000);
	g_assert_true(post(&office, &schools, NULL));
	g_assert_cmpuint(mail_state(office.mail).waiting, ==, LETTERS_AN_HOUR + 1);
}

static unsigned exported(Office *office, const char *person)
{
	PersonStep step = {0};
	const char *room = NULL;
	g_autoptr(json_t) part = NULL;
	g_autofree char *text = NULL;

	g_assert_true(store_export_person(office->scratch->store, person, &step, &room, &part, NULL));
	g_assert_cmpstr(room, ==, "mail");
	text = json_format(part);
	g_assert_null(strstr(text, "Текст")); /* it may hold a link */
	return (unsigned)json_array_size(json_object_get(part, "letters"));
}

static void test_letters_go_with_their_person(void)
{
	g_auto(Office) office = open_office("localhost");
	Store *store = office.scratch->store;
	const Letter letters[] = {letter_of(SONYA, NULL), letter_of(SONYA, PETYA), letter_of(PETYA, SONYA)};
	PersonStep step = {0};
	bool more;

	for (size_t i = 0; i < G_N_ELEMENTS(letters); i++)
		g_assert_true(post(&office, &letters[i], NULL));
	g_assert_cmpuint(exported(&office, SONYA), ==, 2);
	g_assert_true(store_begin(store, NULL));
	g_assert_true(store_merge_people(store, &ACTOR_OF_SYSTEM, SONYA, PETYA, NULL));
	g_assert_true(store_end(store, true, NULL));
	g_assert_true(store_commit(store, NULL));
	g_assert_cmpuint(exported(&office, SONYA), ==, 0);
	g_assert_cmpuint(exported(&office, PETYA), ==, 3);
	g_assert_true(store_begin(store, NULL));
	g_assert_true(store_erase_person(store, &ACTOR_OF_SYSTEM, PETYA, &step, &more, NULL));
	g_assert_false(more);
	g_assert_true(store_end(store, true, NULL));
	g_assert_true(store_commit(store, NULL));
	g_assert_cmpuint(exported(&office, PETYA), ==, 0);
	g_assert_cmpuint(mail_state(office.mail).waiting, ==, 0);
}

static void test_letters_go_with_whom_they_name(void)
{
	static const char *const NAMED[] = {SONYA, NULL};
	g_auto(Office) office = open_office("localhost");
	Store *store = office.scratch->store;
	Letter naming = letter_of(PETYA, NULL);
	Letter other = letter_of(PETYA, NULL);
	PersonStep step = {0};
	bool more;

	naming.named = NAMED;
	g_assert_true(post(&office, &naming, NULL));
	g_assert_true(post(&office, &other, NULL));
	g_assert_true(store_begin(store, NULL));
	g_assert_true(store_erase_person(store, &ACTOR_OF_SYSTEM, SONYA, &step, &more, NULL));
	g_assert_true(store_end(store, true, NULL));
	g_assert_true(store_commit(store, NULL));
	g_assert_cmpuint(exported(&office, PETYA), ==, 1);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(crypto_init());
	g_test_add_func("/mail/refused", test_what_is_no_letter_is_refused);
	g_test_add_func("/mail/named", test_letters_go_with_whom_they_name);
	g_test_add_func("/mail/limits", test_an_author_has_a_limit_the_school_has_another);
	g_test_add_func("/mail/person", test_letters_go_with_their_person);
	return g_test_run();
}
