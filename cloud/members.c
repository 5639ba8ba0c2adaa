/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The directory's questions, taken apart, asked of PostgreSQL in one statement each, and answered. */
#include "members-private.h"

#include <string.h>

#define CARDS_MAX 100

static void question_free(Question *self)
{
	if (self->members)
		g_hash_table_remove(self->members->questions, self);
	g_free(self->school);
	g_free(self->person);
	json_decref(self->body);
	g_clear_error(&self->failure);
	g_free(self);
}

void question_answer(Question *self, const json_t *body, const GError *failure)
{
	if (self->members)
		self->answered(self->data, body, failure);
	question_free(self);
}

/* --- The outcome of a statement is a word --- */

static bool judge(const char *outcome, GError **error)
{
	static const struct {
		const char *reason;
		ErrorCode code;
		const char *sentence;
	} KNOWN[] = {
	        {"code-wrong", ERROR_FORBIDDEN, "This code is wrong, was used or is too old"},
	        {"own-school", ERROR_CONFLICT, "This code is of this very school"},
	        {"other-kind", ERROR_CONFLICT, "A pupil and somebody who is none are not one human"},
	        {"school-twice", ERROR_CONFLICT, "One of the two has another account in that school"},
	        {"not-found", ERROR_NOT_FOUND, "There is no such thing"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(KNOWN); i++)
		if (g_strcmp0(KNOWN[i].reason, outcome) == 0)
			return error_reason(error, KNOWN[i].code, KNOWN[i].reason, NULL, "%s",
			                    KNOWN[i].sentence);
	return true;
}

void question_on_outcome(void *data, const Answer *rows, const GError *failure)
{
	Question *question = data;
	g_autoptr(GError) refusal = NULL;

	if (!failure)
		judge(answer_text(rows, 0, 0), &refusal);
	question_answer(question, NULL, failure ? failure : refusal);
}

/* --- Yes, no --- */

static bool start_confirm(Question *question, const char *other, GError **error)
{
	Members *self = question->members;
	g_autofree char *card = NULL;
	Words words = {0};

	if (!words_read(question->body, &words, false, error))
		return false;
	if (strcmp(words.person, question->person) != 0)
		return error_set(error, ERROR_INVALID, "The card is somebody else's");
	card = card_seal(self, question->school, words.card);
	postgres_ask(self->postgres, "confirm_join", 5,
	             (const char *const[]){question->school, words.name, words.person, other, card},
	             question_on_outcome, question);
	return true;
}

static bool start_leave(Question *question, const char *other)
{
	postgres_ask(question->members->postgres, "leave_schools", 3,
	             (const char *const[]){question->school, question->person, other}, question_on_outcome,
	             question);
	return true;
}

/* --- The exchange --- */

static char *address_of(const Members *self, const char *slug)
{
	g_auto(GStrv) parts = g_strsplit(self->settings->address, "*", 2);

	return g_strconcat(parts[0], slug, parts[1], NULL);
}

static json_t *school_json(const Members *self, const Answer *rows, int i)
{
	const char *school = answer_text(rows, i, 1);
	g_autofree char *address = address_of(self, answer_text(rows, i, 2));
	g_autoptr(json_t) card = card_open(self, school, answer_text(rows, i, 5));
	json_t *children = json_object_get(card, "children");
	bool left = json_is_true(json_object_get(card, "left"));

	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "id", school, "name", answer_text(rows, i, 3),
	                 "address", address, "state", left ? "past" : answer_text(rows, i, 4),
	                 "children", children ? json_incref(children) : json_array());
}

/* Rows of one person stand together. */
static json_t *members_json(const Members *self, const Answer *rows)
{
	json_t *members = json_array();
	json_t *schools = NULL;
	const char *before = NULL;

	for (int i = 0; i < answer_rows(rows); i++) {
		const char *person = answer_text(rows, i, 0);

		if (g_strcmp0(person, before) != 0) {
			schools = json_array();
			json_array_append_new(members, json_pack("{s:s, s:o}", "person", person,
			                                         "schools", schools));
		}
		before = person;
		json_array_append_new(schools, school_json(self, rows, i));
	}
	return members;
}

static void on_exchanged(void *data, const Answer *rows, const GError *failure)
{
	Question *question = data;
	g_autoptr(json_t) reply = NULL;

	if (!failure && question->members)
		reply = json_pack("{s:o}", "members", members_json(question->members, rows));
	question_answer(question, reply, failure);
}

static bool add_card(const Members *self, const char *school, json_t *card, json_t *cards,
                     GError **error)
{
	const char *person = NULL;
	bool pupil = false;
	g_autofree char *sealed = NULL;

	if (!card_check(card, &person, &pupil, error))
		return false;
	sealed = card_seal(self, school, card);
	json_array_append_new(cards, json_pack("{s:s, s:s}", "person", person, "card", sealed));
	return true;
}

static bool start_exchange(Question *question, GError **error)
{
	Members *self = question->members;
	g_autoptr(json_t) cards = json_array();
	g_autofree char *text = NULL;
	const char *name = NULL;
	json_t *members = NULL;
	bool all = false;
	const Field fields[] = {{"name", FIELD_TEXT, true, NAME_MAX_CHARS, &name},
	                        {"members", FIELD_ARRAY, true, CARDS_MAX, &members},
	                        {"all", FIELD_BOOL, false, 0, &all},
	                        {0}};
	json_t *card;
	size_t i;

	if (!json_read(question->body, fields, error))
		return false;
	json_array_foreach(members, i, card)
	{
		if (!add_card(self, question->school, card, cards, error))
			return false;
	}
	text = json_format(cards);
	postgres_ask(self->postgres, "exchange_members", 4,
	             (const char *const[]){question->school, name, text, words_boolean(all)}, on_exchanged,
	             question);
	return true;
}

/* --- Which question it is --- */

static bool not_here(GError **error)
{
	return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
}

/* members/PERSON, members/PERSON/schools/SCHOOL */
static bool start_for_person(Question *question, Method method, char **parts, guint n,
                             GError **error)
{
	if (!id_is_valid(parts[1]))
		return not_here(error);
	question->person = g_strdup(parts[1]);
	if (n == 2 && method == DELETE)
		return start_leave(question, NULL);
	if (n != 4 || strcmp(parts[2], "schools") != 0 || !id_is_valid(parts[3]))
		return not_here(error);
	if (method == PUT)
		return start_confirm(question, parts[3], error);
	return method == DELETE ? start_leave(question, parts[3]) : not_here(error);
}

static bool start(Question *question, Method method, const char *path, GError **error)
{
	static const char PREFIX[] = "/box/v1/";
	g_auto(GStrv) parts = NULL;
	guint n;

	if (!g_str_has_prefix(path, PREFIX))
		return not_here(error);
	parts = g_strsplit(path + strlen(PREFIX), "/", 5);
	n = g_strv_length(parts);
	if (n == 1 && strcmp(parts[0], "joins") == 0)
		return method == POST  ? codes_start_make(question, error)
		       : method == PUT ? codes_start_use(question, error)
		                       : not_here(error);
	if (n < 1 || strcmp(parts[0], "members") != 0)
		return not_here(error);
	if (n > 1)
		return start_for_person(question, method, parts, n, error);
	if (method == PUT)
		return start_exchange(question, error);
	return method == DELETE ? start_leave(question, NULL) : not_here(error);
}

static gboolean on_refused(void *data)
{
	Question *question = data;

	question_answer(question, NULL, question->failure);
	return G_SOURCE_REMOVE;
}

void members_ask(Members *self, const char *school, Method method, const char *path, json_t *body,
                 DirectoryAnswered answered, void *data)
{
	Question *question = g_new0(Question, 1);

	question->members = self;
	question->school = g_strdup(school);
	question->answered = answered;
	question->data = data;
	question->body = body ? body : json_object();
	g_hash_table_add(self->questions, question);
	if (!start(question, method, path, &question->failure))
		g_idle_add(on_refused, question);
}

/* --- For a house --- */

static DirectoryState state(void *room)
{
	return DIRECTORY_OPEN;
}

static void ask(void *room, Method method, const char *path, json_t *body,
                DirectoryAnswered answered, void *data)
{
	const MembersOf *of = room;

	members_ask(of->members, of->school, method, path, body, answered, data);
}

const Directory MEMBERS_DIRECTORY = {state, ask};

Members *members_new(Postgres *postgres, const Settings *settings)
{
	Members *self = g_new0(Members, 1);

	self->postgres = postgres;
	self->settings = settings;
	settings_derive(settings, "cards of people", self->card_key);
	settings_derive(settings, "codes of people", self->code_key);
	self->tries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	self->questions = g_hash_table_new(NULL, NULL);
	return self;
}

void members_free(Members *self)
{
	GHashTableIter iter;
	void *question;

	if (!self)
		return;
	g_hash_table_iter_init(&iter, self->questions);
	while (g_hash_table_iter_next(&iter, &question, NULL))
		((Question *)question)->members = NULL;
	g_hash_table_unref(self->questions);
	g_hash_table_unref(self->tries);
	g_free(self);
}
