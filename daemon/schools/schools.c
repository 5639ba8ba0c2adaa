/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What this school tells the directory, and when; who asks it, and waits.
 *
 * Both ways it is the whole state that is told, never a step: an exchange that was cut is made again
 * and nothing else is needed. */
#include "schools/schools-private.h"

#include "base/log.h"

static const ThrottleLimits TRIES = {PERSON_TRIES, 60 * 1000, 600 * 1000, 600 * 1000, 120 * 1000};

/* --- Asking --- */

DirectoryState schools_state(const Schools *self)
{
	return self->directory ? self->directory->state(self->directory_room) : DIRECTORY_NONE;
}

static void asking_free(Asking *self)
{
	if (self->schools)
		g_hash_table_remove(self->schools->askings, self);
	json_decref(self->body);
	g_clear_error(&self->failure);
	g_free(self);
}

static void on_answered(void *data, const json_t *body, const GError *failure)
{
	Asking *asking = data;

	if (asking->schools)
		asking->then(asking, body, failure);
	asking_free(asking);
}

static Asking *asking_new(Schools *self, const char *person, Answered then)
{
	Asking *asking = g_new0(Asking, 1);

	asking->schools = self;
	asking->then = then;
	asking->person = id_from(person);
	g_hash_table_add(self->askings, asking);
	return asking;
}

void schools_ask(Schools *self, Method method, const char *path, json_t *body, const char *person,
                 Answered then)
{
	self->directory->ask(self->directory_room, method, path, body, on_answered,
	                     asking_new(self, person, then));
}

static void on_gone(void *data)
{
	((Asking *)data)->request = NULL;
}

static void resume(Asking *asking, const json_t *body, const GError *failure)
{
	asking->body = json_incref((json_t *)body);
	asking->failure = failure ? g_error_copy(failure) : NULL;
	if (asking->request)
		request_resume(asking->request, asking->finish, asking);
}

void schools_hold(Schools *self, Request *request, Method method, const char *path, json_t *body,
                  Handler finish)
{
	Asking *asking = asking_new(self, request_actor(request)->person.text, resume);

	asking->request = request;
	asking->finish = finish;
	request_hold(request, on_gone, asking);
	self->directory->ask(self->directory_room, method, path, body, on_answered, asking);
}

/* --- What this school tells --- */

static json_t *child_json(Schools *self, const char *child, GError **error)
{
	g_autoptr(json_t) person = people_to_json(self->people, child, error);
	g_autofree char *title = NULL;
	Id class_id;

	if (!person || !classes_find_of_pupil(self->classes, child, &class_id, error))
		return NULL;
	if (!id_is_empty(&class_id))
		title = classes_dup_title(self->classes, class_id.text);
	return json_pack("{s:O, s:s?}", "name", json_object_get(person, "display_name"), "class",
	                 title);
}

static json_t *children_json(Schools *self, const char *person, GError **error)
{
	g_autoptr(GPtrArray) children = people_children(self->people, person, error);
	g_autoptr(json_t) list = json_array();

	for (guint i = 0; children && i < children->len; i++) {
		json_t *child;

		if (!(people_roles(self->people, children->pdata[i]) & ROLE_PUPIL))
			continue;
		child = child_json(self, children->pdata[i], error);
		if (!child)
			return NULL;
		json_array_append_new(list, child);
	}
	return children ? g_steal_pointer(&list) : NULL;
}

/* Nothing of the person but that this is a pupil's account, or one of somebody who has left. */
json_t *schools_card(Schools *self, const char *person, GError **error)
{
	bool is_pupil = people_roles(self->people, person) & ROLE_PUPIL;
	bool has_left = !people_check_may_enter(self->people, person, NULL);
	json_t *children = has_left ? json_array() : children_json(self, person, error);

	return children ? json_pack("{s:s, s:b, s:b, s:o}", "person", person, "pupil", is_pupil,
	                            "left", has_left, "children", children)
	                : NULL;
}

static json_t *name_json(Schools *self)
{
	g_autofree char *name = school_dup_name(self->school);

	return json_string(name ? name : "");
}

json_t *schools_words(Schools *self, const char *person, GError **error)
{
	json_t *card = schools_card(self, person, error);

	return card ? json_pack("{s:o, s:o}", "name", name_json(self), "card", card) : NULL;
}

/* --- The exchange --- */

static void take_members(Schools *self, const json_t *members)
{
	const json_t *member;
	size_t i;

	json_array_foreach(members, i, member)
	{
		const char *person = json_string_value(json_object_get(member, "person"));

		if (person)
			schools_keep(self, person, json_object_get(member, "schools"));
	}
}

static void on_told(Asking *asking, const json_t *body, const GError *failure)
{
	Schools *self = asking->schools;

	g_autofree char *name = school_dup_name(self->school);

	if (failure)
		return;
	take_members(self, json_object_get(body, "members"));
	log_write(LOG_INFO, "The directory knows what is new of %s", name ? name : "this school");
}

/* Whom the directory no longer names has no other school. */
static GHashTable *drop_unnamed(Schools *self, const json_t *members)
{
	g_autoptr(GPtrArray) kept = schools_list_kept(self);
	GHashTable *named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const json_t *member;
	size_t i;

	json_array_foreach(members, i, member)
	{
		const char *person = json_string_value(json_object_get(member, "person"));

		if (id_is_valid(person))
			g_hash_table_add(named, g_strdup(person));
	}
	for (i = 0; kept && i < kept->len; i++)
		if (!g_hash_table_contains(named, kept->pdata[i]))
			schools_keep(self, kept->pdata[i], NULL);
	return named;
}

static void tell_cards(Schools *self, json_t *cards)
{
	schools_ask(self, PUT, "/box/v1/members",
	            json_pack("{s:o, s:o}", "name", name_json(self), "members", cards), NULL, on_told);
}

static void leave_soon(Schools *self, const char *person)
{
	if (!store_begin(self->store, NULL))
		return;
	store_end(self->store, schools_leave(self, person, NULL), NULL);
}

/* The directory said of whom it knows. Whom this school does not know has ended here meanwhile. */
static void on_listed(Asking *asking, const json_t *body, const GError *failure)
{
	Schools *self = asking->schools;
	const json_t *members = json_object_get(body, "members");
	g_autoptr(GHashTable) named = NULL;
	json_t *cards = json_array();
	GHashTableIter iter;
	void *person;

	self->is_exchanging = false;
	if (!failure) {
		take_members(self, members);
		named = drop_unnamed(self, members);
		g_hash_table_iter_init(&iter, named);
	}
	while (named && g_hash_table_iter_next(&iter, &person, NULL)) {
		json_t *card = NULL;

		if (!people_exists(self->people, person) || people_is_erased(self->people, person))
			leave_soon(self, person);
		else if ((card = schools_card(self, person, NULL)))
			json_array_append_new(cards, card);
		if (json_array_size(cards) == CARDS_MAX) {
			tell_cards(self, cards);
			cards = json_array();
		}
	}
	if (json_array_size(cards) > 0)
		tell_cards(self, cards);
	else
		json_decref(cards);
}

static void on_left(Asking *asking, const json_t *body, const GError *failure)
{
	if (failure && !error_is(failure, ERROR_NOT_FOUND))
		return;
	schools_left(asking->schools, asking->person.text);
	log_write(LOG_INFO, "The directory knows that an account is nobody's elsewhere any more");
}

static void tell_leaving(Schools *self)
{
	g_autoptr(GPtrArray) leaving = schools_list_leaving(self);

	for (guint i = 0; leaving && i < leaving->len; i++) {
		g_autofree char *path = g_strconcat("/box/v1/members/", leaving->pdata[i], NULL);

		schools_ask(self, DELETE, path, NULL, leaving->pdata[i], on_left);
	}
}

static void on_withdrawn(Asking *asking, const json_t *body, const GError *failure)
{
	if (!failure)
		schools_forget_all(asking->schools);
}

/* People may leave this school no more: nobody of them is known elsewhere either. */
static void withdraw(Schools *self)
{
	g_autoptr(GPtrArray) kept = schools_list_kept(self);

	if (kept && kept->len > 0)
		schools_ask(self, DELETE, "/box/v1/members", NULL, NULL, on_withdrawn);
}

static void exchange(Schools *self)
{
	switch (schools_state(self)) {
	case DIRECTORY_NONE:
		schools_forget_all(self);
		return;
	case DIRECTORY_HELD:
		tell_leaving(self);
		withdraw(self);
		return;
	case DIRECTORY_OPEN:
		break;
	}
	tell_leaving(self);
	if (self->is_exchanging)
		return;
	self->is_exchanging = true;
	schools_ask(self, PUT, "/box/v1/members",
	            json_pack("{s:o, s:[], s:b}", "name", name_json(self), "members", "all", 1), NULL,
	            on_listed);
}

static gboolean on_soon(void *data)
{
	Schools *self = data;

	self->soon = 0;
	if (store_is_writing(self->store))
		schools_exchange_soon(self);
	else
		exchange(self);
	return G_SOURCE_REMOVE;
}

void schools_exchange_soon(Schools *self)
{
	if (!self->soon && self->directory)
		self->soon = g_timeout_add(SOON_MS, on_soon, self);
}

static gboolean on_hour(void *data)
{
	Schools *self = data;

	schools_forget_old(self);
	exchange(self);
	return G_SOURCE_CONTINUE;
}

/* --- Beginning and end --- */

static bool follow(void *room, const Event *event, GError **error)
{
	Schools *self = room;

	if (schools_state(self) != DIRECTORY_NONE)
		schools_exchange_soon(self);
	return true;
}

/* Whoever was let in by somebody else may be somebody else: what another school tells is not for
 * them until they have shown once more that they are who they are there. */
static void on_recovered(void *room, const Actor *by, const char *person)
{
	schools_leave(room, person, NULL);
}

Schools *schools_new(const SchoolsOptions *options)
{
	static const char *const FOLLOWED[] = {
	        "person.parent.linked", "person.parent.unlinked", "person.changed", "person.roles.changed",
	        "person.blocked.changed", "person.erased", "person.merged", "class.changed",
	        "class.member.added", "class.member.removed", "year.promoted", "year.promotion.undone",
	        "school.changed", "sync.kind.set", NULL};
	static const Follower FOLLOWER = {FOLLOWED, follow};
	Schools *self = g_new0(Schools, 1);

	self->store = options->store;
	self->events = options->events;
	self->school = options->school;
	self->people = options->people;
	self->classes = options->classes;
	self->is_box = options->is_box;
	self->boot_ms = options->boot_ms ? options->boot_ms : clock_boot_ms;
	self->askings = g_hash_table_new(NULL, NULL);
	self->tries = throttle_new(&TRIES);
	events_add_follower(self->events, &FOLLOWER, self);
	store_add_person_data(self->store, &SCHOOLS_DATA, self);
	people_add_recovered(self->people, on_recovered, self);
	return self;
}

void schools_set_directory(Schools *self, const Directory *directory, void *room)
{
	self->directory = directory;
	self->directory_room = room;
}

void schools_start(Schools *self)
{
	if (!self->is_box)
		return;
	self->hourly = g_timeout_add_seconds(EXCHANGE_S, on_hour, self);
	schools_exchange_soon(self);
}

void schools_look(Schools *self)
{
	schools_exchange_soon(self);
}

void schools_free(Schools *self)
{
	GHashTableIter iter;
	void *asking;

	if (!self)
		return;
	g_clear_handle_id(&self->soon, g_source_remove);
	g_clear_handle_id(&self->hourly, g_source_remove);
	g_hash_table_iter_init(&iter, self->askings);
	while (g_hash_table_iter_next(&iter, &asking, NULL))
		((Asking *)asking)->schools = NULL;
	g_hash_table_unref(self->askings);
	throttle_free(self->tries);
	g_free(self);
}
