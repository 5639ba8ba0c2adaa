/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rules of contacts, corrections, blocking and ends of roles; that the log gives their rows again. */
#include "box.h"
#include "people/people-private.h"

#include <string.h>

#define DAY_MS (24LL * 3600 * 1000)

/* One class: its teacher, a pupil with a mother; another teacher; an administrator. */
typedef struct {
	Box *box;
	Id administrator, leader, stranger, pupil, mother;
} Scene;

static Scene *scene_new(void)
{
	Scene *self = g_new0(Scene, 1);
	Box *box = self->box = box_new();
	const Actor *system = &ACTOR_OF_SYSTEM;
	GError *error = NULL;
	Id year, class_id;

	self->administrator = box_add_person(box, "admin", ROLE_ADMINISTRATOR);
	self->leader = box_add_person(box, "leader", ROLE_TEACHER);
	self->stranger = box_add_person(box, "stranger", ROLE_TEACHER);
	self->pupil = box_add_person(box, "pupil", ROLE_PUPIL);
	self->mother = box_add_person(box, "mother", ROLE_PARENT);
	box_begin(box);
	classes_add_year(box->classes, system, "2026/2027", "2026-09-01", "2027-05-31", &year, &error);
	classes_add(box->classes, system, year.text, 5, "А", &class_id, &error);
	classes_add_member(box->classes, system, class_id.text, self->leader.text,
			   MEMBER_CLASS_TEACHER, &error);
	classes_add_member(box->classes, system, class_id.text, self->stranger.text, MEMBER_TEACHER,
			   &error);
	classes_add_member(box->classes, system, class_id.text, self->pupil.text, MEMBER_PUPIL,
			   &error);
	people_link_parent(box->people, system, self->pupil.text, self->mother.text, &error);
	g_assert_no_error(error);
	box_end(box, true);
	return self;
}

static void scene_free(Scene *self)
{
	box_free(self->box);
	g_free(self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scene, scene_free)

static Actor as(Scene *self, const Id *person)
{
	return box_actor(self->box, person);
}

static bool set_contact(Scene *self, const Actor *actor, const Id *person, ContactKind kind,
			const char *value, GError **error)
{
	bool done;

	box_begin(self->box);
	done = people_set_contact(self->box->people, actor, person->text, kind, value, error);
	box_end(self->box, done);
	return done;
}

static bool correct(Scene *self, const Actor *actor, const PersonNames *names, GError **error)
{
	bool done;

	box_begin(self->box);
	done = people_correct(self->box->people, actor, self->pupil.text, names, error);
	box_end(self->box, done);
	return done;
}

static bool set_blocked(Scene *self, const Actor *actor, const Id *person, bool blocked,
			GError **error)
{
	bool done;

	box_begin(self->box);
	done = people_set_blocked(self->box->people, actor, person->text, blocked, error);
	box_end(self->box, done);
	return done;
}

static bool set_end(Scene *self, const Actor *actor, const Id *person, Role role,
		    const char *ends_on, GError **error)
{
	bool done;

	box_begin(self->box);
	done = people_set_role_end(self->box->people, actor, person->text, role, ends_on, error);
	box_end(self->box, done);
	return done;
}

static char *display_name(Scene *self, const Id *person)
{
	g_autoptr(json_t) json = people_to_json(self->box->people, person->text, NULL);

	return g_strdup(json_string_value(json_object_get(json, "display_name")));
}

static void assert_named(Scene *self, const char *name)
{
	g_autofree char *is = display_name(self, &self->pupil);

	g_assert_cmpstr(is, ==, name);
}

/* --- Contacts --- */

static void test_a_phone_is_one_number_however_it_is_written(void)
{
	static const struct {
		const char *written, *kept;
	} PHONES[] = {
		{"8 (900) 123-45-67", "+79001234567"}, {"+7 900 123 45 67", "+79001234567"},
		{"9001234567", "+79001234567"},	       {"79001234567", "+79001234567"},
		{"+49 30 901820", "+4930901820"},      {"+44-20-7946-0958", "+442079460958"},
		{"12345", NULL},		       {"+123456789", NULL},
		{"+1234567890123456", NULL},	       {"8 900 123 45 6а", NULL},
		{"20267715001", NULL},		       {"", NULL},
		{"++79001234567", NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(PHONES); i++) {
		g_autofree char *kept = contact_normalize(CONTACT_PHONE, PHONES[i].written, NULL);
		g_autofree char *login = login_normalize(PHONES[i].written);

		g_assert_cmpstr(kept, ==, PHONES[i].kept);
		g_assert_cmpstr(login, ==, kept ? kept : PHONES[i].written);
	}
}

static void test_an_email_is_an_address(void)
{
	static const char *const GOOD[] = {"a@b.ru", " anna.petrova+school@mail.example.org ",
					   "почта@школа.рф"};
	static const char *const BAD[] = {"",	       "a",	  "a@b",       "@b.ru",
					  "a@",	       "a@@b.ru", "a b@c.ru",  "a@b.ru\r\nBcc: c@d.ru",
					  "a,c@b.ru",  ".a@b.ru", "a.@b.ru",   "a@.b.ru",
					  "a@b..ru",   "a@b.",	  "<a@b.ru>",  "a@-b.ru"};
	g_autofree char *local = g_strnfill(65, 'a');
	g_autofree char *long_local = g_strconcat(local, "@b.ru", NULL);
	g_autofree char *domain = g_strnfill(250, 'b');
	g_autofree char *long_domain = g_strconcat("a@", domain, ".ru", NULL);
	const char *const long_ones[] = {long_local, long_domain};

	for (size_t i = 0; i < G_N_ELEMENTS(GOOD); i++) {
		g_autofree char *kept = contact_normalize(CONTACT_EMAIL, GOOD[i], NULL);

		g_assert_nonnull(kept);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++)
		g_assert_null(contact_normalize(CONTACT_EMAIL, BAD[i], NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(long_ones); i++)
		g_assert_null(contact_normalize(CONTACT_EMAIL, long_ones[i], NULL));
}

static void test_contacts_are_set_by_few(void)
{
	g_autoptr(Scene) scene = scene_new();
	const Id *refused[] = {&scene->stranger, &scene->mother};
	const Id *allowed[] = {&scene->administrator, &scene->leader, &scene->pupil};
	g_autoptr(GError) error = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		Actor actor = as(scene, refused[i]);

		box_assert_refused(set_contact(scene, &actor, &scene->pupil, CONTACT_EMAIL, "a@b.ru",
					       &error),
				   &error, ERROR_FORBIDDEN, "forbidden");
	}
	for (size_t i = 0; i < G_N_ELEMENTS(allowed); i++) {
		Actor actor = as(scene, allowed[i]);
		g_autofree char *address = g_strdup_printf("a%zu@b.ru", i);
		g_autofree char *kept = NULL;

		g_assert_true(set_contact(scene, &actor, &scene->pupil, CONTACT_EMAIL, address,
					  &error));
		kept = people_dup_contact(scene->box->people, scene->pupil.text, CONTACT_EMAIL);
		g_assert_cmpstr(kept, ==, address);
	}
	box_assert_refused(set_contact(scene, &ACTOR_OF_CONSOLE, &scene->pupil, CONTACT_PHONE, "1",
				       &error),
			   &error, ERROR_INVALID, "invalid");
	g_assert_true(set_contact(scene, &ACTOR_OF_CONSOLE, &scene->pupil, CONTACT_EMAIL, NULL, &error));
	g_assert_null(people_dup_contact(scene->box->people, scene->pupil.text, CONTACT_EMAIL));
}

static void test_a_pupils_contact_is_not_shown(void)
{
	g_autoptr(Scene) scene = scene_new();
	Actor pupil = as(scene, &scene->pupil);
	Actor mother = as(scene, &scene->mother);
	People *people = scene->box->people;
	g_autoptr(GError) error = NULL;

	g_assert_true(set_contact(scene, &pupil, &scene->pupil, CONTACT_PHONE, "+79001234567", &error));
	g_assert_true(set_contact(scene, &mother, &scene->mother, CONTACT_PHONE, "+79001234568",
				  &error));
	box_begin(scene->box);
	box_assert_refused(people_show_contact(people, &pupil, scene->pupil.text, CONTACT_PHONE,
					       VISIBLE_SEEN, &error),
			   &error, ERROR_CONFLICT, "pupils-contact");
	box_assert_refused(people_show_contact(people, &mother, scene->pupil.text, CONTACT_PHONE,
					       VISIBLE_NOBODY, &error),
			   &error, ERROR_FORBIDDEN, "forbidden");
	g_assert_true(people_show_contact(people, &mother, scene->mother.text, CONTACT_PHONE,
					  VISIBLE_SEEN, &error));
	box_end(scene->box, true);
}

/* How many bodies of the log hold these words. */
static unsigned count_in_log(Scene *scene, const char *words)
{
	g_autoptr(GPtrArray) events = events_list(scene->box->events, 0, G_MAXINT, NULL);
	unsigned count = 0;

	for (guint i = 0; i < events->len; i++) {
		const Event *event = events->pdata[i];

		count += event->body_text && strstr(event->body_text, words);
	}
	return count;
}

static void test_an_old_contact_leaves_the_log(void)
{
	g_autoptr(Scene) scene = scene_new();
	Actor mother = as(scene, &scene->mother);
	g_autoptr(GError) error = NULL;

	g_assert_true(set_contact(scene, &mother, &scene->mother, CONTACT_EMAIL, "old@b.ru", &error));
	g_assert_cmpuint(count_in_log(scene, "old@b.ru"), ==, 1);
	g_assert_true(set_contact(scene, &mother, &scene->mother, CONTACT_EMAIL, "new@b.ru", &error));
	g_assert_cmpuint(count_in_log(scene, "old@b.ru"), ==, 0);
	g_assert_true(set_contact(scene, &mother, &scene->mother, CONTACT_EMAIL, NULL, &error));
	g_assert_cmpuint(count_in_log(scene, "new@b.ru"), ==, 0);
}

/* --- Corrections --- */

static void test_a_pupils_name_waits_for_one_press(void)
{
	g_autoptr(Scene) scene = scene_new();
	PersonNames first = {.family_name = " Новая "};
	PersonNames second = {.given_name = "Соня", .birth_date = "2014-05-31"};
	const Id *deciders[] = {&scene->pupil, &scene->mother, &scene->stranger};
	Actor pupil = as(scene, &scene->pupil);
	Actor mother = as(scene, &scene->mother);
	Actor leader = as(scene, &scene->leader);
	g_auto(Correction) waiting = {0};
	g_autoptr(GError) error = NULL;

	g_assert_true(correct(scene, &pupil, &first, &error));
	g_assert_true(correct(scene, &mother, &second, &error));
	assert_named(scene, "Имя pupil");
	g_assert_true(corrections_find(scene->box->people, scene->pupil.text, &waiting, &error));
	g_assert_cmpstr(waiting.parts[PART_FAMILY], ==, "Новая");
	g_assert_cmpstr(waiting.parts[PART_GIVEN], ==, "Соня");
	g_assert_null(waiting.parts[PART_PATRONYMIC]);
	g_assert_cmpuint(count_in_log(scene, "Новая"), ==, 1);
	box_begin(scene->box);
	for (size_t i = 0; i < G_N_ELEMENTS(deciders); i++) {
		Actor actor = as(scene, deciders[i]);

		box_assert_refused(corrections_decide(scene->box->people, &actor, waiting.event, true,
						      &error),
				   &error, ERROR_FORBIDDEN, "forbidden");
	}
	g_assert_true(corrections_decide(scene->box->people, &leader, waiting.event, true, &error));
	box_end(scene->box, true);
	assert_named(scene, "Соня Новая");
	box_begin(scene->box);
	box_assert_refused(corrections_decide(scene->box->people, &leader, waiting.event, true, &error),
			   &error, ERROR_NOT_FOUND, "not-found");
	box_end(scene->box, false);
}

static void test_a_rejected_name_leaves_the_log(void)
{
	g_autoptr(Scene) scene = scene_new();
	PersonNames rude = {.family_name = "Дурак"};
	Actor pupil = as(scene, &scene->pupil);
	g_auto(Correction) waiting = {0};
	g_autoptr(GError) error = NULL;

	g_assert_true(correct(scene, &pupil, &rude, &error));
	g_assert_true(corrections_find(scene->box->people, scene->pupil.text, &waiting, &error));
	box_begin(scene->box);
	g_assert_true(corrections_decide(scene->box->people, &ACTOR_OF_CONSOLE, waiting.event, false,
					 &error));
	box_end(scene->box, true);
	assert_named(scene, "Имя pupil");
	g_assert_cmpuint(count_in_log(scene, "Дурак"), ==, 0);
}

static void test_a_wish_can_be_taken_back(void)
{
	g_autoptr(Scene) scene = scene_new();
	PersonNames wish = {.family_name = "Новая"};
	PersonNames back = {.family_name = "pupil"};
	Actor pupil = as(scene, &scene->pupil);
	g_auto(Correction) waiting = {0};
	g_autoptr(GError) error = NULL;

	g_assert_true(correct(scene, &pupil, &wish, &error));
	g_assert_true(correct(scene, &pupil, &back, &error));
	g_assert_true(corrections_find(scene->box->people, scene->pupil.text, &waiting, &error));
	g_assert_null(waiting.event);
}

static void test_who_may_correct_at_once(void)
{
	g_autoptr(Scene) scene = scene_new();
	const Id *at_once[] = {&scene->administrator, &scene->leader};
	const Id *refused[] = {&scene->stranger};
	g_autoptr(GError) error = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(at_once); i++) {
		Actor actor = as(scene, at_once[i]);
		g_autofree char *family = g_strdup_printf("Имя%zu", i);
		g_autofree char *shown = g_strconcat("Имя ", family, NULL);
		PersonNames names = {.family_name = family, .patronymic = ""};

		g_assert_true(correct(scene, &actor, &names, &error));
		assert_named(scene, shown);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		Actor actor = as(scene, refused[i]);
		PersonNames names = {.family_name = "Нет"};

		box_assert_refused(correct(scene, &actor, &names, &error), &error, ERROR_FORBIDDEN,
				   "forbidden");
	}
}

static void test_names_are_checked(void)
{
	g_autoptr(Scene) scene = scene_new();
	g_autofree char *too_long = g_strnfill(61, 'a');
	const PersonNames bad[] = {{.family_name = "  "},
				   {.given_name = ""},
				   {.patronymic = too_long},
				   {.given_name = "Со\nня"},
				   {.birth_date = "31.05.2014"}};
	static const char *const FIELDS[] = {"family_name", "given_name", "patronymic", "given_name",
					     "birth_date"};
	Actor pupil = as(scene, &scene->pupil);
	g_autoptr(GError) error = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_assert_false(correct(scene, &pupil, &bad[i], &error));
		g_assert_true(error_is(error, ERROR_INVALID));
		g_assert_cmpstr(error_field_of(error), ==, FIELDS[i]);
		g_clear_error(&error);
	}
}

/* --- Blocking --- */

static void test_a_blocked_person_is_out_at_once(void)
{
	g_autoptr(Scene) scene = scene_new();
	Box *box = scene->box;
	Actor administrator = as(scene, &scene->administrator);
	Actor teacher = as(scene, &scene->leader);
	g_autofree char *name = NULL;
	g_autofree char *code = NULL;
	g_autofree char *token = NULL;
	SignInCode found = {0};
	g_autoptr(GError) error = NULL;
	Actor actor;
	Id session;

	box_begin(box);
	token = sessions_start(box->people->sessions, scene->leader.text, true, "", &session, &error);
	code = people_new_sign_in_code(box->people, "leader", 3600, &name, &error);
	box_end(box, true);
	g_assert_true(sessions_find(box->people->sessions, token, &actor, &error));
	g_assert_cmpint(actor.kind, ==, ACTOR_PERSON);
	box_assert_refused(set_blocked(scene, &teacher, &scene->pupil, true, &error), &error,
			   ERROR_FORBIDDEN, "forbidden");
	box_assert_refused(set_blocked(scene, &administrator, &scene->administrator, true, &error),
			   &error, ERROR_CONFLICT, "own-account");
	g_assert_true(set_blocked(scene, &administrator, &scene->leader, true, &error));
	g_assert_true(people_is_blocked(box->people, scene->leader.text));
	g_assert_true(sessions_find(box->people->sessions, token, &actor, &error));
	g_assert_cmpint(actor.kind, ==, ACTOR_NOBODY);
	box_assert_refused(codes_find(box->people, code, false, &found, &error), &error,
			   ERROR_UNAUTHENTICATED, "code-used");
	box_begin(box);
	g_free(name);
	name = NULL;
	g_assert_null(people_new_sign_in_code(box->people, "leader", 3600, &name, &error));
	box_assert_refused(false, &error, ERROR_FORBIDDEN, "blocked");
	box_end(box, false);
	g_assert_true(set_blocked(scene, &administrator, &scene->leader, false, &error));
	g_assert_true(people_check_may_enter(box->people, scene->leader.text, &error));
}

static void test_somebody_stays_administrator(void)
{
	g_autoptr(Scene) scene = scene_new();
	Id second = box_add_person(scene->box, "second", ROLE_ADMINISTRATOR);
	Actor administrator = as(scene, &scene->administrator);
	g_autoptr(GError) error = NULL;
	bool done;

	g_assert_true(set_end(scene, &administrator, &second, ROLE_ADMINISTRATOR, "2026-12-31", &error));
	box_assert_refused(set_end(scene, &administrator, &scene->administrator, ROLE_ADMINISTRATOR,
				   "2026-12-31", &error),
			   &error, ERROR_CONFLICT, "last-administrator");
	box_assert_refused(set_blocked(scene, &ACTOR_OF_CONSOLE, &scene->administrator, true, &error),
			   &error, ERROR_CONFLICT, "last-administrator");
	g_assert_true(set_end(scene, &administrator, &second, ROLE_ADMINISTRATOR, NULL, &error));
	g_assert_true(set_blocked(scene, &administrator, &second, true, &error));
	box_begin(scene->box);
	done = people_set_roles(scene->box->people, &administrator, scene->administrator.text,
				ROLE_TEACHER, &error);
	box_end(scene->box, done);
	box_assert_refused(done, &error, ERROR_CONFLICT, "last-administrator");
}

/* --- Roles that end --- */

/* As the timer does, whose turn the loop commits. */
static void look(Scene *self)
{
	people_start(self->box->people);
	g_assert_true(store_commit(self->box->store, NULL));
}

static void test_a_role_ends_at_the_schools_midnight(void)
{
	g_autoptr(Scene) scene = scene_new();
	Id both = box_add_person(scene->box, "both", ROLE_TEACHER | ROLE_PARENT);
	People *people = scene->box->people;
	Actor administrator = as(scene, &scene->administrator);
	g_autoptr(GError) error = NULL;

	/* It is 9:00 in Moscow: the day has 15 hours left there, and 18 in Greenwich. */
	g_assert_true(set_end(scene, &administrator, &scene->leader, ROLE_TEACHER, "2026-11-23", &error));
	g_assert_true(set_end(scene, &administrator, &both, ROLE_TEACHER, "2026-11-24", &error));
	box_pass(scene->box, 15 * 3600 * 1000LL - 1000);
	look(scene);
	g_assert_cmpuint(people_roles(people, scene->leader.text), ==, ROLE_TEACHER);
	box_pass(scene->box, 1000);
	look(scene);
	g_assert_cmpuint(people_roles(people, scene->leader.text), ==, 0);
	g_assert_cmpuint(people_roles(people, both.text), ==, ROLE_TEACHER | ROLE_PARENT);
	box_assert_refused(people_check_may_enter(people, scene->leader.text, &error), &error,
			   ERROR_FORBIDDEN, "blocked");
	box_pass(scene->box, DAY_MS);
	look(scene);
	g_assert_cmpuint(people_roles(people, both.text), ==, ROLE_PARENT);
	g_assert_true(people_check_may_enter(people, both.text, &error));
}

static void test_ends_are_checked(void)
{
	g_autoptr(Scene) scene = scene_new();
	Actor administrator = as(scene, &scene->administrator);
	Actor teacher = as(scene, &scene->leader);
	g_autoptr(GError) error = NULL;

	box_assert_refused(set_end(scene, &teacher, &scene->leader, ROLE_TEACHER, "2026-12-31", &error),
			   &error, ERROR_FORBIDDEN, "forbidden");
	box_assert_refused(set_end(scene, &administrator, &scene->leader, ROLE_TEACHER, "2026-11-22",
				   &error),
			   &error, ERROR_INVALID, "invalid");
	box_assert_refused(set_end(scene, &administrator, &scene->leader, ROLE_TEACHER, "tomorrow",
				   &error),
			   &error, ERROR_INVALID, "invalid");
	box_assert_refused(set_end(scene, &administrator, &scene->leader, ROLE_PARENT, "2026-12-31",
				   &error),
			   &error, ERROR_INVALID, "invalid");
}

/* A role that was taken and given again has no end. */
static void test_an_end_goes_with_its_role(void)
{
	g_autoptr(Scene) scene = scene_new();
	Actor administrator = as(scene, &scene->administrator);
	People *people = scene->box->people;
	static const unsigned ROLES[] = {ROLE_PARENT, ROLE_TEACHER};
	g_autoptr(GError) error = NULL;

	g_assert_true(set_end(scene, &administrator, &scene->stranger, ROLE_TEACHER, "2026-11-23",
			      &error));
	for (size_t i = 0; i < G_N_ELEMENTS(ROLES); i++) {
		box_begin(scene->box);
		g_assert_true(people_set_roles(people, &administrator, scene->stranger.text, ROLES[i],
					       &error));
		box_end(scene->box, true);
	}
	box_pass(scene->box, 2 * DAY_MS);
	look(scene);
	g_assert_cmpuint(people_roles(people, scene->stranger.text), ==, ROLE_TEACHER);
}

/* --- The log --- */

static void test_rebuilt_tables_equal(void)
{
	g_autoptr(Scene) scene = scene_new();
	PersonNames wish = {.given_name = "Соня"};
	Actor administrator = as(scene, &scene->administrator);
	Actor pupil = as(scene, &scene->pupil);
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	g_autoptr(GError) error = NULL;

	g_assert_true(set_contact(scene, &pupil, &scene->pupil, CONTACT_PHONE, "+79001234567", &error));
	g_assert_true(set_contact(scene, &pupil, &scene->pupil, CONTACT_PHONE, "+79001234568", &error));
	g_assert_true(set_contact(scene, &pupil, &scene->pupil, CONTACT_EMAIL, "a@b.ru", &error));
	g_assert_true(set_contact(scene, &pupil, &scene->pupil, CONTACT_EMAIL, NULL, &error));
	g_assert_true(correct(scene, &pupil, &wish, &error));
	wish.birth_date = "2014-05-31";
	g_assert_true(correct(scene, &pupil, &wish, &error));
	wish.birth_date = "2014-05-30";
	g_assert_true(correct(scene, &administrator, &wish, &error));
	g_assert_true(set_blocked(scene, &administrator, &scene->mother, true, &error));
	g_assert_true(set_end(scene, &administrator, &scene->leader, ROLE_TEACHER, "2026-12-31", &error));
	before = box_dump(scene->box, "projection");
	box_begin(scene->box);
	g_assert_true(events_rebuild(scene->box->events, &error));
	box_end(scene->box, true);
	after = box_dump(scene->box, "projection");
	g_assert_cmpstr(before, ==, after);
	g_assert_nonnull(strstr(after, "+79001234568"));
	g_assert_nonnull(strstr(after, "2014-05-31"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/accounts/phones", test_a_phone_is_one_number_however_it_is_written);
	g_test_add_func("/accounts/emails", test_an_email_is_an_address);
	g_test_add_func("/accounts/contacts/rights", test_contacts_are_set_by_few);
	g_test_add_func("/accounts/contacts/pupils", test_a_pupils_contact_is_not_shown);
	g_test_add_func("/accounts/contacts/log", test_an_old_contact_leaves_the_log);
	g_test_add_func("/accounts/corrections/waits", test_a_pupils_name_waits_for_one_press);
	g_test_add_func("/accounts/corrections/rejected", test_a_rejected_name_leaves_the_log);
	g_test_add_func("/accounts/corrections/back", test_a_wish_can_be_taken_back);
	g_test_add_func("/accounts/corrections/rights", test_who_may_correct_at_once);
	g_test_add_func("/accounts/corrections/names", test_names_are_checked);
	g_test_add_func("/accounts/blocked", test_a_blocked_person_is_out_at_once);
	g_test_add_func("/accounts/last-administrator", test_somebody_stays_administrator);
	g_test_add_func("/accounts/ends/midnight", test_a_role_ends_at_the_schools_midnight);
	g_test_add_func("/accounts/ends/checked", test_ends_are_checked);
	g_test_add_func("/accounts/ends/gone", test_an_end_goes_with_its_role);
	g_test_add_func("/accounts/rebuild", test_rebuilt_tables_equal);
	return g_test_run();
}
