/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The directory's questions, taken apart, asked of PostgreSQL in one statement each, and answered.
 *
 * A code is twelve digits: six name it, six are its secret, of which PostgreSQL has a keyed digest.
 * What a school tells of its side (a card) is sealed, with whom it is about. */
#include "members.h"
#include "base/clock.h"

#include <string.h>

#define LOCATOR_DIGITS 6
#define CODE_DIGITS    12
#define CODE_LIVES_S   600
#define LOCATORS_TRIED 5
#define CARDS_MAX      100
#define CHILDREN_MAX   20
#define NAME_MAX_CHARS 200
#define WRONG_MAX      50 /* codes of one school in WRONG_MS */
#define WRONG_MS       (600 * 1000)

typedef struct {
	int64_t since_ms;
	unsigned wrong;
} Tries;

struct Members {
	Postgres *postgres;
	const Settings *settings;
	uint8_t card_key[SEAL_KEY_SIZE];
	uint8_t code_key[SEAL_KEY_SIZE];
	GHashTable *tries;     /* school → Tries: of this instance, which holds the school */
	GHashTable *questions; /* set of those that are asked */
};

typedef struct {
	Members *members; /* NULL: it is gone */
	char *school;
	char *person;
	DirectoryAnswered answered;
	void *data;
	json_t *body;
	char code[CODE_DIGITS + 1];
	int tried;
	GError *failure; /* known before anybody was asked */
} Question;

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

static void answer(Question *self, const json_t *body, const GError *failure)
{
	if (self->members)
		self->answered(self->data, body, failure);
	question_free(self);
}

/* --- Cards and codes --- */

static char *seal_card(const Members *self, const char *school, const json_t *card)
{
	g_autoptr(json_t) whole =
	        json_pack("{s:s, s:O}", "school", school, "card", (json_t *)card);
	g_autofree char *text = json_format(whole);

	return seal(self->card_key, text, strlen(text));
}

/* NULL: it is not of this school. */
static json_t *open_card(const Members *self, const char *school, const char *sealed)
{
	size_t size = 0;
	g_autofree uint8_t *text = sealed ? unseal(self->card_key, sealed, &size) : NULL;
	g_autoptr(json_t) whole = text ? json_loadb((const char *)text, size, 0, NULL) : NULL;
	const char *of = json_string_value(json_object_get(whole, "school"));

	return g_strcmp0(of, school) == 0 ? json_incref(json_object_get(whole, "card")) : NULL;
}

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

/* --- Taking a question apart --- */

static bool check_child(const json_t *child, GError **error)
{
	const char *name = NULL;
	const char *class = NULL;
	const Field fields[] = {{"name", FIELD_TEXT, true, NAME_MAX_CHARS, &name},
	                        {"class", FIELD_TEXT, false, NAME_MAX_CHARS, &class},
	                        {0}};

	return json_read(child, fields, error);
}

static bool check_card(const json_t *card, const char **ret_person, bool *ret_pupil, GError **error)
{
	bool left = false;
	json_t *children = NULL;
	const Field fields[] = {{"person", FIELD_ID, true, 0, ret_person},
	                        {"pupil", FIELD_BOOL, true, 0, ret_pupil},
	                        {"left", FIELD_BOOL, true, 0, &left},
	                        {"children", FIELD_ARRAY, true, CHILDREN_MAX, &children},
	                        {0}};
	const json_t *child;
	size_t i;

	if (!json_read(card, fields, error))
		return false;
	json_array_foreach(children, i, child)
	{
		if (!check_child(child, error))
			return false;
	}
	return true;
}

typedef struct {
	const char *name;
	json_t *card;
	const char *code; /* NULL: none was to be given */
	const char *person;
	bool pupil;
} Words;

static bool read_words(const json_t *body, Words *ret, bool with_code, GError **error)
{
	const Field fields[] = {{"name", FIELD_TEXT, true, NAME_MAX_CHARS, &ret->name},
	                        {"card", FIELD_OBJECT, true, 0, &ret->card},
	                        {with_code ? "code" : NULL, FIELD_TEXT, true, CODE_DIGITS, &ret->code},
	                        {0}};

	if (!json_read(body, fields, error) || !check_card(ret->card, &ret->person, &ret->pupil, error))
		return false;
	return !with_code || strlen(ret->code) == CODE_DIGITS ||
	       error_reason(error, ERROR_INVALID, "invalid", "code", "A code has %d digits",
	                    CODE_DIGITS);
}

static const char *boolean(bool value)
{
	return value ? "true" : "false";
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

static void on_outcome(void *data, const Answer *rows, const GError *failure)
{
	Question *question = data;
	g_autoptr(GError) refusal = NULL;

	if (!failure)
		judge(answer_text(rows, 0, 0), &refusal);
	answer(question, NULL, failure ? failure : refusal);
}

/* --- A code is made --- */

static void make_join(Question *question);

static void on_made(void *data, const Answer *rows, const GError *failure)
{
	Question *question = data;
	g_autoptr(json_t) reply = NULL;
	g_autoptr(GError) full = NULL;

	if (failure || !question->members) {
		answer(question, NULL, failure);
		return;
	}
	if (strcmp(answer_text(rows, 0, 0), "t") == 0) {
		reply = json_pack("{s:s, s:i}", "code", question->code, "lives_s", CODE_LIVES_S);
		answer(question, reply, NULL);
	} else if (++question->tried < LOCATORS_TRIED) {
		make_join(question);
	} else {
		error_set(&full, ERROR_UNAVAILABLE, "Too many codes are open");
		answer(question, NULL, full);
	}
}

static void make_join(Question *question)
{
	Members *self = question->members;
	g_autofree char *locator = NULL;
	g_autofree char *digits = NULL;
	Words words = {0};

	/* It was read before. */
	read_words(question->body, &words, false, NULL);
	new_code(question->code);
	locator = g_strndup(question->code, LOCATOR_DIGITS);
	digits = digest_code(self, question->code);
	postgres_ask(self->postgres, "make_join", 6,
	             (const char *const[]){question->school, words.name, words.person,
	                                   boolean(words.pupil), locator, digits},
	             on_made, question);
}

static bool start_make(Question *question, GError **error)
{
	Words words = {0};

	if (!read_words(question->body, &words, false, error))
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
	on_outcome(data, rows, failure);
}

static bool start_use(Question *question, GError **error)
{
	Members *self = question->members;
	g_autofree char *locator = NULL;
	g_autofree char *digits = NULL;
	g_autofree char *card = NULL;
	Words words = {0};

	if (!read_words(question->body, &words, true, error) ||
	    !count_try(self, question->school, error))
		return false;
	locator = g_strndup(words.code, LOCATOR_DIGITS);
	digits = digest_code(self, words.code);
	card = seal_card(self, question->school, words.card);
	postgres_ask(self->postgres, "use_join", 7,
	             (const char *const[]){question->school, words.name, words.person,
	                                   boolean(words.pupil), locator, digits, card},
	             on_used, question);
	return true;
}

/* --- Yes, no --- */

static bool start_confirm(Question *question, const char *other, GError **error)
{
	Members *self = question->members;
	g_autofree char *card = NULL;
	Words words = {0};

	if (!read_words(question->body, &words, false, error))
		return false;
	if (strcmp(words.person, question->person) != 0)
		return error_set(error, ERROR_INVALID, "The card is somebody else's");
	card = seal_card(self, question->school, words.card);
	postgres_ask(self->postgres, "confirm_join", 5,
	             (const char *const[]){question->school, words.name, words.person, other, card},
	             on_outcome, question);
	return true;
}

static bool start_leave(Question *question, const char *other)
{
	postgres_ask(question->members->postgres, "leave_schools", 3,
	             (const char *const[]){question->school, question->person, other}, on_outcome,
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
	g_autoptr(json_t) card = open_card(self, school, answer_text(rows, i, 5));
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
	answer(question, reply, failure);
}

static bool add_card(const Members *self, const char *school, json_t *card, json_t *cards,
                     GError **error)
{
	const char *person = NULL;
	bool pupil = false;
	g_autofree char *sealed = NULL;

	if (!check_card(card, &person, &pupil, error))
		return false;
	sealed = seal_card(self, school, card);
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
	             (const char *const[]){question->school, name, text, boolean(all)}, on_exchanged,
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
		return method == POST  ? start_make(question, error)
		       : method == PUT ? start_use(question, error)
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

	answer(question, NULL, question->failure);
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
