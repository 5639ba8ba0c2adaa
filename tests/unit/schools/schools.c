/* SPDX-License-Identifier: LGPL-2.1-or-later
 * People of several schools, seen from one of them: what it tells of whom, how often a code may be
 * typed, and what ends. The test is the directory: it answers what the cloud would. */
#include "rooms.h"

#include "schools/schools-private.h"
#include "sync/sync.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define DAY_MS (24 * 3600 * 1000LL)

typedef struct {
	Method method;
	char *path;
	json_t *body;
} Question;

typedef struct {
	DirectoryAnswered answered;
	void *data;
	json_t *body;
	GError *failure;
} Reply;

typedef struct {
	Rooms *rooms;
	Sync *sync; /* its kinds alone */
	Schools *schools;
	DirectoryState state;
	GPtrArray *questions; /* of Question, the oldest first */
	json_t *body;         /* of the next answers; NULL: none */
	GError *failure;      /* of the next answers; NULL: they are no refusals */
	Id mother, father, sonya, ilya, teacher;
} Town;

static int64_t boot_now_ms;

static int64_t boot_ms(void)
{
	return boot_now_ms;
}

/* --- The directory --- */

static void question_free(void *data)
{
	Question *self = data;

	g_free(self->path);
	json_decref(self->body);
	g_free(self);
}

static gboolean on_reply(void *data)
{
	Reply *reply = data;

	reply->answered(reply->data, reply->body, reply->failure);
	json_decref(reply->body);
	g_clear_error(&reply->failure);
	g_free(reply);
	return G_SOURCE_REMOVE;
}

static DirectoryState state(void *room)
{
	return ((Town *)room)->state;
}

static void ask(void *room, Method method, const char *path, json_t *body,
                DirectoryAnswered answered, void *data)
{
	Town *town = room;
	Question *question = g_new0(Question, 1);
	Reply *reply = g_new0(Reply, 1);

	*question = (Question){method, g_strdup(path), body};
	g_ptr_array_add(town->questions, question);
	*reply = (Reply){answered, data, json_incref(town->body),
	                 town->failure ? g_error_copy(town->failure) : NULL};
	g_idle_add(on_reply, reply);
}

static const Directory DIRECTORY = {state, ask};

static void answer_with(Town *town, json_t *body)
{
	json_decref(town->body);
	town->body = body;
	g_clear_error(&town->failure);
}

static void refuse_with(Town *town, ErrorCode code, const char *reason)
{
	answer_with(town, NULL);
	error_reason(&town->failure, code, reason, NULL, "no");
}

static const Question *last(const Town *town)
{
	g_assert_cmpuint(town->questions->len, >, 0);
	return town->questions->pdata[town->questions->len - 1];
}

static const Question *wait_for(Town *town, Method method, const char *path)
{
	for (;;) {
		for (guint i = 0; i < town->questions->len; i++) {
			const Question *question = town->questions->pdata[i];

			if (question->method == method && strcmp(question->path, path) == 0)
				return question;
		}
		g_main_context_iteration(NULL, TRUE);
	}
}

/* --- The school --- */

static Id add(Town *town, const char *name, unsigned roles)
{
	NewPerson person = {name, "Имя", NULL, name, NULL, roles};
	GError *error = NULL;
	Id id;

	rooms_begin(town->rooms);
	people_add(town->rooms->people, &ACTOR_OF_SYSTEM, &person, &id, &error);
	g_assert_no_error(error);
	rooms_end(town->rooms, true);
	return id;
}

static void add_class(Town *town)
{
	Classes *classes = town->rooms->classes;
	Id year, class_id;

	rooms_begin(town->rooms);
	g_assert_true(classes_add_year(classes, &ACTOR_OF_SYSTEM, "2026/2027", "2026-09-01",
	                               "2027-05-31", &year, NULL));
	g_assert_true(classes_add(classes, &ACTOR_OF_SYSTEM, year.text, 5, "А", &class_id, NULL));
	g_assert_true(classes_add_member(classes, &ACTOR_OF_SYSTEM, class_id.text, town->sonya.text,
	                                 MEMBER_PUPIL, NULL));
	g_assert_true(people_link_parent(town->rooms->people, &ACTOR_OF_SYSTEM, town->sonya.text,
	                                 town->mother.text, NULL));
	g_assert_true(people_link_parent(town->rooms->people, &ACTOR_OF_SYSTEM, town->ilya.text,
	                                 town->father.text, NULL));
	rooms_end(town->rooms, true);
}

/* Who may use a route is looked up when a socket is opened: the others were before these routes. */
static void open_routes(Town *town)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	GError *error = NULL;

	http_add_routes(town->rooms->http, SCHOOLS_ROUTES, town->schools);
	g_snprintf(address.sun_path, sizeof address.sun_path, "%s/control.sock",
	           town->rooms->directory);
	g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
	g_assert_cmpint(listen(fd, 1), ==, 0);
	http_listen(town->rooms->http, SOCKET_CONTROL, fd, &error);
	g_assert_no_error(error);
}

static Town *town_new(bool is_box)
{
	Town *self = g_new0(Town, 1);
	SchoolsOptions options;

	boot_now_ms = 1000000;
	self->rooms = rooms_open(NULL);
	self->questions = g_ptr_array_new_with_free_func(question_free);
	self->sync = sync_new(&(SyncOptions){self->rooms->store, self->rooms->events, is_box});
	options = (SchoolsOptions){self->rooms->store, self->rooms->events, self->rooms->school,
	                           self->rooms->people, self->rooms->classes, is_box, boot_ms};
	self->schools = schools_new(&options);
	open_routes(self);
	self->mother = add(self, "mother", ROLE_PARENT);
	self->father = add(self, "father", ROLE_PARENT);
	self->sonya = add(self, "sonya", ROLE_PUPIL);
	self->ilya = add(self, "ilya", ROLE_PUPIL);
	self->teacher = add(self, "teacher", ROLE_TEACHER);
	add_class(self);
	self->state = DIRECTORY_OPEN;
	schools_set_directory(self->schools, &DIRECTORY, self);
	return self;
}

static void town_free(Town *self)
{
	Http *http = g_steal_pointer(&self->rooms->http);

	http_free(http);
	schools_free(self->schools);
	rooms_free(self->rooms);
	sync_free(self->sync);
	g_ptr_array_unref(self->questions);
	answer_with(self, NULL);
	while (g_main_context_iteration(NULL, FALSE))
		;
	g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Town, town_free)

/* What the directory says of somebody who has an account in one other school. */
static json_t *members_of(const Id *person)
{
	return json_pack("{s:[{s:s, s:[{s:s}]}]}", "members", "person", person->text, "schools",
	                 "name", "Лицей");
}

static void expect_problem(const Answer *answer, unsigned status, const char *reason)
{
	g_autofree char *type = g_strconcat("urn:urok:problem:", reason, NULL);

	g_assert_cmpuint(answer->status, ==, status);
	g_assert_cmpstr(answer_text(answer, "type"), ==, type);
}

/* --- Who is told of whom --- */

static char *card_of(Town *town, const Id *person)
{
	GError *error = NULL;
	g_autoptr(json_t) card = schools_card(town->schools, person->text, &error);

	g_assert_no_error(error);
	json_object_del(card, "person");
	return json_dumps(card, JSON_SORT_KEYS | JSON_COMPACT);
}

static void check_card(Town *town, const Id *person, const char *expected)
{
	g_autofree char *card = card_of(town, person);

	g_assert_cmpstr(card, ==, expected);
}

static void test_a_card_tells_of_ones_own_children_alone(void)
{
	g_autoptr(Town) town = town_new(true);

	check_card(town, &town->mother,
	           "{\"children\":[{\"class\":\"5А\",\"name\":\"Имя sonya\"}],\"left\":false,\"pupil\":false}");
	check_card(town, &town->father,
	           "{\"children\":[{\"class\":null,\"name\":\"Имя ilya\"}],\"left\":false,\"pupil\":false}");
	check_card(town, &town->sonya, "{\"children\":[],\"left\":false,\"pupil\":true}");
	check_card(town, &town->teacher, "{\"children\":[],\"left\":false,\"pupil\":false}");
}

static void test_who_has_left_is_told_without_children(void)
{
	g_autoptr(Town) town = town_new(true);

	rooms_begin(town->rooms);
	g_assert_true(people_set_blocked(town->rooms->people, &ACTOR_OF_SYSTEM, town->mother.text,
	                                 true, NULL));
	rooms_end(town->rooms, true);
	check_card(town, &town->mother, "{\"children\":[],\"left\":true,\"pupil\":false}");
}

static void test_ones_page_tells_ones_own_card(void)
{
	g_autoptr(Town) town = town_new(true);
	json_t *cards;

	answer_with(town, members_of(&town->mother));
	{
		g_auto(Answer) seen = rooms_ask(town->rooms, &town->mother, "GET",
		                                "/api/v1/me/schools", NULL, NULL);

		g_assert_cmpuint(seen.status, ==, 200);
		g_assert_cmpstr(answer_text(&seen, "state"), ==, "open");
		g_assert_cmpstr(answer_text(&seen, "schools.0.name"), ==, "Лицей");
	}
	cards = json_object_get(last(town)->body, "members");
	g_assert_cmpuint(json_array_size(cards), ==, 1);
	g_assert_cmpstr(json_string_value(json_object_get(json_array_get(cards, 0), "person")), ==,
	                town->mother.text);
	{
		g_auto(Answer) others = rooms_ask(town->rooms, &town->father, "GET",
		                                  "/api/v1/me/schools", NULL, NULL);

		/* The directory spoke of the mother: that is nothing for the father. */
		g_assert_cmpuint(json_array_size(answer_at(&others, "schools")), ==, 0);
	}
}

static void check_kept(Town *town, const char *name)
{
	g_auto(Answer) seen = rooms_ask(town->rooms, &town->mother, "GET", "/api/v1/me/schools",
	                                NULL, NULL);

	g_assert_cmpuint(seen.status, ==, 200);
	g_assert_cmpstr(answer_text(&seen, "schools.0.name"), ==, name);
	g_assert_true(!name || answer_text(&seen, "as_of"));
}

static void test_a_box_shows_the_last_word_when_nobody_answers(void)
{
	g_autoptr(Town) town = town_new(true);

	answer_with(town, members_of(&town->mother));
	{
		g_auto(Answer) seen = rooms_ask(town->rooms, &town->mother, "GET",
		                                "/api/v1/me/schools", NULL, NULL);

		g_assert_cmpuint(seen.status, ==, 200);
	}
	refuse_with(town, ERROR_UNAVAILABLE, "unavailable");
	check_kept(town, "Лицей");
}

static void test_held_or_without_a_cloud_nobody_is_asked(void)
{
	static const struct {
		DirectoryState state;
		const char *word, *reason;
	} STATES[] = {{DIRECTORY_NONE, "none", "no-cloud"}, {DIRECTORY_HELD, "held", "cloud-held"}};
	g_autoptr(Town) town = town_new(true);

	for (size_t i = 0; i < G_N_ELEMENTS(STATES); i++) {
		g_auto(Answer) seen = {0};
		g_auto(Answer) code = {0};
		g_auto(Answer) joined = {0};

		town->state = STATES[i].state;
		seen = rooms_ask(town->rooms, &town->mother, "GET", "/api/v1/me/schools", NULL, NULL);
		g_assert_cmpstr(answer_text(&seen, "state"), ==, STATES[i].word);
		code = rooms_ask(town->rooms, &town->mother, "POST", "/api/v1/me/schools/codes", "{}",
		                 NULL);
		expect_problem(&code, 409, STATES[i].reason);
		joined = rooms_ask(town->rooms, &town->mother, "POST", "/api/v1/me/schools",
		                   "{\"code\": \"123456789012\"}", NULL);
		expect_problem(&joined, 409, STATES[i].reason);
	}
	g_assert_cmpuint(town->questions->len, ==, 0);
}

/* --- Codes --- */

static Answer type(Town *town, const Id *person, const char *code)
{
	g_autofree char *body = g_strdup_printf("{\"code\": \"%s\"}", code);

	return rooms_ask(town->rooms, person, "POST", "/api/v1/me/schools", body, NULL);
}

static void test_a_code_is_read_as_it_was_grouped(void)
{
	static const char *const WRONG[] = {"", "12345678901", "1234567890123", "12345678901a", "123456789012x",
	                                    "١٢٣٤٥٦٧٨٩٠١٢"};
	g_autoptr(Town) town = town_new(true);

	for (size_t i = 0; i < G_N_ELEMENTS(WRONG); i++) {
		g_auto(Answer) answer = type(town, &town->mother, WRONG[i]);

		expect_problem(&answer, 400, "invalid");
		g_assert_cmpstr(answer_text(&answer, "field"), ==, "code");
	}
	g_assert_cmpuint(town->questions->len, ==, 0);
	{
		g_auto(Answer) answer = type(town, &town->mother, "1234 5678-9012");

		g_assert_cmpuint(answer.status, ==, 204);
	}
	g_assert_cmpstr(json_string_value(json_object_get(last(town)->body, "code")), ==,
	                "123456789012");
}

static void test_five_wrong_codes_and_nobody_asks_for_a_while(void)
{
	g_autoptr(Town) town = town_new(true);
	guint asked;

	refuse_with(town, ERROR_FORBIDDEN, "code-wrong");
	for (int i = 0; i < PERSON_TRIES; i++) {
		g_auto(Answer) answer = type(town, &town->mother, "123456789012");

		expect_problem(&answer, 403, "code-wrong");
	}
	asked = town->questions->len;
	answer_with(town, NULL);
	{
		g_auto(Answer) early = type(town, &town->mother, "123456789012");
		g_auto(Answer) other = type(town, &town->father, "123456789012");

		expect_problem(&early, 429, "too-many-tries");
		g_assert_cmpuint(other.status, ==, 204);
	}
	g_assert_cmpuint(town->questions->len, ==, asked + 1);
	boot_now_ms += DAY_MS;
	{
		g_auto(Answer) later = type(town, &town->mother, "123456789012");

		g_assert_cmpuint(later.status, ==, 204);
	}
}

static void test_what_was_no_wrong_code_does_not_count(void)
{
	g_autoptr(Town) town = town_new(true);

	for (int i = 0; i < 3 * PERSON_TRIES; i++) {
		g_auto(Answer) answer = {0};

		if (i % 2)
			refuse_with(town, ERROR_UNAVAILABLE, "unavailable");
		else
			refuse_with(town, ERROR_CONFLICT, "own-school");
		answer = type(town, &town->mother, "123456789012");
		expect_problem(&answer, i % 2 ? 503 : 409, i % 2 ? "cloud-away" : "own-school");
	}
}

/* --- Ends --- */

static void keep_both(Town *town)
{
	g_autoptr(json_t) schools = json_pack("[{s:s}]", "name", "Лицей");

	schools_keep(town->schools, town->mother.text, schools);
	schools_keep(town->schools, town->father.text, schools);
}

static bool is_kept(Town *town, const Id *person)
{
	g_autoptr(json_t) kept = NULL;

	g_assert_true(store_commit(town->rooms->store, NULL));
	kept = schools_find_kept(town->schools, person->text);
	return kept != NULL;
}

static void leave(Town *town, const Id *person)
{
	rooms_begin(town->rooms);
	g_assert_true(schools_leave(town->schools, person->text, NULL));
	rooms_end(town->rooms, true);
}

static void test_who_leaves_is_forgotten_at_once_and_told_until_it_is_heard(void)
{
	g_autoptr(Town) town = town_new(true);
	g_autofree char *path = g_strconcat("/box/v1/members/", town->mother.text, NULL);
	g_autoptr(GPtrArray) leaving = NULL;

	keep_both(town);
	refuse_with(town, ERROR_UNAVAILABLE, "unavailable");
	leave(town, &town->mother);
	g_assert_false(is_kept(town, &town->mother));
	g_assert_true(is_kept(town, &town->father));
	{
		g_auto(Answer) code = rooms_ask(town->rooms, &town->mother, "POST",
		                                "/api/v1/me/schools/codes", "{}", NULL);

		expect_problem(&code, 429, "busy");
	}
	wait_for(town, DELETE, path);
	while (g_main_context_iteration(NULL, FALSE))
		;
	leaving = schools_list_leaving(town->schools);
	g_assert_cmpuint(leaving->len, ==, 1);
}

static void test_what_the_directory_has_heard_is_over(void)
{
	g_autoptr(Town) town = town_new(true);
	g_autofree char *path = g_strconcat("/box/v1/members/", town->mother.text, NULL);
	guint left = 1;

	leave(town, &town->mother);
	wait_for(town, DELETE, path);
	while (left > 0) {
		g_autoptr(GPtrArray) leaving = NULL;

		g_main_context_iteration(NULL, TRUE);
		leaving = schools_list_leaving(town->schools);
		left = leaving->len;
	}
	{
		g_auto(Answer) code = {0};

		answer_with(town, json_pack("{s:s, s:i}", "code", "123456789012", "lives_s", 600));
		code = rooms_ask(town->rooms, &town->mother, "POST", "/api/v1/me/schools/codes", "{}",
		                 NULL);
		g_assert_cmpuint(code.status, ==, 201);
	}
}

static void test_whom_the_directory_no_longer_names_has_no_other_school(void)
{
	g_autoptr(Town) town = town_new(true);

	keep_both(town);
	answer_with(town, members_of(&town->father));
	schools_look(town->schools);
	wait_for(town, PUT, "/box/v1/members");
	while (is_kept(town, &town->mother))
		g_main_context_iteration(NULL, TRUE);
	g_assert_true(is_kept(town, &town->father));
}

static void test_a_school_that_lets_nobody_leave_withdraws_all(void)
{
	g_autoptr(Town) town = town_new(true);

	keep_both(town);
	town->state = DIRECTORY_HELD;
	schools_look(town->schools);
	wait_for(town, DELETE, "/box/v1/members");
	while (is_kept(town, &town->mother) || is_kept(town, &town->father))
		g_main_context_iteration(NULL, TRUE);
}

static void test_an_old_word_is_forgotten(void)
{
	g_autoptr(Town) town = town_new(true);
	int64_t now_ms = events_now_ms(town->rooms->events);

	keep_both(town);
	events_pretend_now(town->rooms->events, now_ms + (KEPT_DAYS - 1) * DAY_MS);
	schools_forget_old(town->schools);
	g_assert_true(is_kept(town, &town->mother));
	events_pretend_now(town->rooms->events, now_ms + (KEPT_DAYS + 1) * DAY_MS);
	schools_forget_old(town->schools);
	g_assert_false(is_kept(town, &town->mother));
}

static void test_a_house_of_the_cloud_keeps_nothing(void)
{
	g_autoptr(Town) town = town_new(false);

	keep_both(town);
	g_assert_false(is_kept(town, &town->mother));
}

static void test_an_erased_or_merged_account_is_nobodys_elsewhere(void)
{
	g_autoptr(Town) town = town_new(true);
	g_autoptr(GPtrArray) leaving = NULL;
	int64_t cursor = 0;

	keep_both(town);
	rooms_begin(town->rooms);
	g_assert_true(SCHOOLS_DATA.erase(town->schools, &ACTOR_OF_SYSTEM, town->mother.text, &cursor,
	                                 NULL));
	g_assert_true(SCHOOLS_DATA.merge(town->schools, &ACTOR_OF_SYSTEM, town->father.text,
	                                 town->teacher.text, NULL));
	rooms_end(town->rooms, true);
	g_assert_false(is_kept(town, &town->mother));
	g_assert_false(is_kept(town, &town->father));
	leaving = schools_list_leaving(town->schools);
	g_assert_cmpuint(leaving->len, ==, 2);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/schools/own-children-alone", test_a_card_tells_of_ones_own_children_alone);
	g_test_add_func("/schools/left", test_who_has_left_is_told_without_children);
	g_test_add_func("/schools/own-card", test_ones_page_tells_ones_own_card);
	g_test_add_func("/schools/last-word", test_a_box_shows_the_last_word_when_nobody_answers);
	g_test_add_func("/schools/held", test_held_or_without_a_cloud_nobody_is_asked);
	g_test_add_func("/schools/code", test_a_code_is_read_as_it_was_grouped);
	g_test_add_func("/schools/wrong-codes", test_five_wrong_codes_and_nobody_asks_for_a_while);
	g_test_add_func("/schools/right-codes", test_what_was_no_wrong_code_does_not_count);
	g_test_add_func("/schools/leaving",
	                test_who_leaves_is_forgotten_at_once_and_told_until_it_is_heard);
	g_test_add_func("/schools/heard", test_what_the_directory_has_heard_is_over);
	g_test_add_func("/schools/unnamed",
	                test_whom_the_directory_no_longer_names_has_no_other_school);
	g_test_add_func("/schools/withdrawn", test_a_school_that_lets_nobody_leave_withdraws_all);
	g_test_add_func("/schools/old", test_an_old_word_is_forgotten);
	g_test_add_func("/schools/cloud", test_a_house_of_the_cloud_keeps_nothing);
	g_test_add_func("/schools/erased", test_an_erased_or_merged_account_is_nobodys_elsewhere);
	return g_test_run();
}
