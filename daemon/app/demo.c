/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Makes the demo school: does what is planned a few deeds at a time, so that the loop goes on. */
#include "app/demo-private.h"

#define STEP_US	    5000 /* of one turn of the loop; a deed takes a hundredth of it */
#define CAMERA_NAME "Кабинет 12"

typedef enum { STATE_NONE, STATE_RUNNING, STATE_DONE, STATE_FAILED } State;

struct Demo {
	DemoOptions rooms;
	State state;
	DemoPlan *plan; /* while it runs */
	json_t *examples;
	char *camera_url; /* NULL: none */
	Id camera;
	Id year;
	guint done;
	guint total;
	guint source;
	Request *request; /* who waits for the end; NULL: nobody */
	GError *failure;
};

/* --- Deeds --- */

static Actor actor_of(const Demo *self, int place)
{
	const DemoPerson *person = demo_person(self->plan, place);

	return (Actor){.kind = ACTOR_PERSON,
		       .person = person->id,
		       .roles = people_roles(self->rooms.people, person->id.text)};
}

static Id chat_of(const Demo *self, int place)
{
	int class_place = (place - 1) / 2;

	if (place == DEMO_STAFF_CHAT)
		return chats_id_of(CHAT_STAFF, NULL);
	return chats_id_of((place - 1) % 2 ? CHAT_CLASS_PARENTS : CHAT_CLASS_PUPILS,
			   demo_class(self->plan, class_place)->id.text);
}

static bool add_camera(Demo *self, Deed *deed, GError **error)
{
	const NewCamera camera = {.name = CAMERA_NAME, .url = self->camera_url};

	return broadcasts_add_camera(self->rooms.broadcasts, &ACTOR_OF_SYSTEM, &camera,
				     &self->camera, error);
}

static bool add_year(Demo *self, Deed *deed, GError **error)
{
	int year = self->plan->year;
	g_autofree char *title = g_strdup_printf("%d/%d", year, year + 1);
	g_autofree char *from = g_strdup_printf("%d-09-01", year);
	g_autofree char *to = g_strdup_printf("%d-08-31", year + 1);

	return classes_add_year(self->rooms.classes, &ACTOR_OF_SYSTEM, title, from, to, &self->year,
				error);
}

static bool add_person(Demo *self, Deed *deed, GError **error)
{
	DemoPerson *person = demo_person(self->plan, deed->person);
	const NewPerson new_person = {
		.family_name = person->family,
		.given_name = person->given,
		.patronymic = person->patronymic,
		.login = person->login,
		.birth_date = person->birth_date,
		.roles = person->roles,
	};

	return people_add(self->rooms.people, &ACTOR_OF_SYSTEM, &new_person, &person->id, error);
}

static bool add_class(Demo *self, Deed *deed, GError **error)
{
	DemoClass *class = demo_class(self->plan, deed->where);

	return classes_add(self->rooms.classes, &ACTOR_OF_SYSTEM, self->year.text, class->grade,
			   class->letter, &class->id, error);
}

static bool seat(Demo *self, Deed *deed, GError **error)
{
	return classes_add_member(self->rooms.classes, &ACTOR_OF_SYSTEM,
				  demo_class(self->plan, deed->where)->id.text,
				  demo_person(self->plan, deed->person)->id.text,
				  (MemberAs)deed->other, error);
}

static bool link_parent(Demo *self, Deed *deed, GError **error)
{
	return people_link_parent(self->rooms.people, &ACTOR_OF_SYSTEM,
				  demo_person(self->plan, deed->person)->id.text,
				  demo_person(self->plan, deed->other)->id.text, error);
}

static bool post(Demo *self, Deed *deed, GError **error)
{
	Actor author = actor_of(self, deed->person);
	Id chat = chat_of(self, deed->where);

	return chats_post(self->rooms.chats, &author, chat.text, deed->text,
			  deed->message ? deed->message->made.text : NULL, NULL, &deed->made,
			  error);
}

static bool mark_read(Demo *self, Deed *deed, GError **error)
{
	Actor reader = actor_of(self, deed->person);
	Id chat = chat_of(self, deed->where);

	return chats_mark_read(self->rooms.chats, &reader, chat.text, deed->message->made.text,
			       error) &&
	       people_note_seen(self->rooms.people, reader.person.text, deed->at_ms, error);
}

static bool begin_broadcast(Demo *self, Deed *deed, GError **error)
{
	int author_place = demo_find_login(self->plan, "kravcova");
	Actor author = actor_of(self, author_place);
	Id broadcast;

	for (guint i = 0; i < self->plan->classes->len; i++) {
		const DemoClass *class = demo_class(self->plan, (int)i);
		const char *const classes[] = {class->id.text, NULL};
		const AudienceOf audience = {.classes = classes, .parents_of = classes};

		if (class->class_teacher == author_place)
			return broadcasts_begin(self->rooms.broadcasts, &author, self->camera.text,
						"Математика, 5А", &audience, &broadcast, error);
	}
	g_assert_not_reached();
}

static bool set_school(Demo *self, Deed *deed, GError **error)
{
	const SchoolInfo info = {
		.name = "Школа № 17",
		.full_name = "Средняя общеобразовательная школа № 17",
		.address = "Школьная улица, 17",
		.support_email = "help@school17.example",
		.support_phone = "+7 495 000-00-17",
	};

	return school_set(self->rooms.school, &ACTOR_OF_SYSTEM, &info, error);
}

static bool (*const DEEDS[N_DEEDS])(Demo *self, Deed *deed, GError **error) = {
	[DEED_ADD_CAMERA] = add_camera, [DEED_ADD_YEAR] = add_year,
	[DEED_ADD_PERSON] = add_person, [DEED_ADD_CLASS] = add_class,
	[DEED_SEAT] = seat,		[DEED_LINK] = link_parent,
	[DEED_POST] = post,		[DEED_READ] = mark_read,
	[DEED_BROADCAST] = begin_broadcast, [DEED_SET_SCHOOL] = set_school,
};

/* --- Steps --- */

static bool do_some(Demo *self, GError **error)
{
	int64_t until_us = g_get_monotonic_time() + STEP_US;

	while (self->done < self->total && g_get_monotonic_time() < until_us) {
		Deed *deed = self->plan->deeds->pdata[self->done];

		events_pretend_now(self->rooms.events, deed->at_ms);
		if (!DEEDS[deed->kind](self, deed, error))
			return false;
		self->done++;
	}
	return true;
}

/* The time that is pretended is over when the loop goes on: others live in today's. */
static bool step(Demo *self, GError **error)
{
	bool done;

	if (!store_begin(self->rooms.store, error))
		return false;
	done = do_some(self, error);
	events_pretend_now(self->rooms.events, 0);
	return store_end(self->rooms.store, done, done ? error : NULL) && done &&
	       store_commit(self->rooms.store, error);
}

static bool answer(void *room, Request *request, GError **error)
{
	Demo *self = room;

	if (self->failure) {
		g_propagate_error(error, g_error_copy(self->failure));
		return false;
	}
	request_reply_object(request, 200, demo_to_json(self));
	return true;
}

static json_t *examples_to_json(const Demo *self)
{
	static const struct {
		const char *role;
		const char *login;
	} EXAMPLES[] = {
		{"administrator", "orlova"},
		{"teacher", "kravcova"},
		{"pupil", "mironova"},
		{"parent", "mironova-mama"},
	};
	json_t *items = json_array();

	for (guint i = 0; i < G_N_ELEMENTS(EXAMPLES); i++) {
		int place = demo_find_login(self->plan, EXAMPLES[i].login);
		g_autoptr(json_t) person = people_to_json(
			self->rooms.people, demo_person(self->plan, place)->id.text, NULL);

		if (person)
			json_array_append_new(
				items, json_pack("{ss ss sO}", "role", EXAMPLES[i].role, "login",
						 EXAMPLES[i].login, "display_name",
						 json_object_get(person, "display_name")));
	}
	return items;
}

static void finish(Demo *self)
{
	self->state = self->failure ? STATE_FAILED : STATE_DONE;
	if (!self->failure) {
		json_decref(self->examples);
		self->examples = examples_to_json(self);
	}
	g_clear_pointer(&self->plan, demo_plan_free);
}

static gboolean on_step(void *data)
{
	Demo *self = data;
	Request *request;

	if (step(self, &self->failure) && self->done < self->total)
		return G_SOURCE_CONTINUE;
	self->source = 0;
	finish(self);
	request = g_steal_pointer(&self->request);
	if (request)
		request_resume(request, answer, self);
	return G_SOURCE_REMOVE;
}

bool demo_begin(Demo *self, uint64_t seed, const char *camera_url, GError **error)
{
	if (self->state == STATE_RUNNING)
		return error_set(error, ERROR_CONFLICT, "The demo school is being made");
	if (school_is_set_up(self->rooms.school))
		return error_reason(error, ERROR_CONFLICT, "already-set-up", NULL,
				    "This school is set up; a demo school needs an empty one");
	if (events_last_seq(self->rooms.events))
		return error_set(error, ERROR_CONFLICT,
				 "A demo school was begun here and not finished: stop the server, "
				 "remove its data directory and start again");
	g_clear_error(&self->failure);
	g_free(self->camera_url);
	self->camera_url = g_strdup(camera_url);
	self->plan = demo_plan_new(seed, clock_wall_ms(), camera_url != NULL);
	self->done = 0;
	self->total = self->plan->deeds->len;
	self->state = STATE_RUNNING;
	self->source = g_idle_add(on_step, self);
	return true;
}

Demo *demo_new(const DemoOptions *options)
{
	Demo *self = g_new0(Demo, 1);

	self->rooms = *options;
	self->examples = json_array();
	return self;
}

void demo_free(Demo *self)
{
	if (!self)
		return;
	if (self->source)
		g_source_remove(self->source);
	demo_plan_free(self->plan);
	json_decref(self->examples);
	g_clear_error(&self->failure);
	g_free(self->camera_url);
	g_free(self);
}

/* --- Routes --- */

json_t *demo_to_json(const Demo *self)
{
	static const char *const STATES[] = {"none", "running", "done", "failed"};
	json_t *object = json_pack("{ss sI sI sO}", "state", STATES[self->state], "done",
				   (json_int_t)self->done, "total", (json_int_t)self->total,
				   "examples", self->examples);

	if (self->failure)
		json_object_set_new(object, "detail", json_string(self->failure->message));
	return object;
}

static bool get_demo(void *room, Request *request, GError **error)
{
	request_reply_object(request, 200, demo_to_json(room));
	return true;
}

static void on_gone(void *data)
{
	((Demo *)data)->request = NULL;
}

static bool post_demo(void *room, Request *request, GError **error)
{
	Demo *self = room;
	gint64 seed = DEMO_SEED;
	const char *camera_url = NULL;
	const Field fields[] = {
		{"seed", FIELD_INT, false, 0, &seed},
		{"camera_url", FIELD_TEXT, false, 512, &camera_url},
		{0},
	};

	if (!json_read(request_body(request), fields, error) ||
	    !demo_begin(self, (uint64_t)seed, camera_url, error))
		return false;
	self->request = request;
	request_hold(request, on_gone, self);
	return true;
}

const Route DEMO_ROUTES[] = {
	{GET, "/api/v1/console/demo", "console", 0, get_demo},
	{POST, "/api/v1/console/demo", "console", 4096, post_demo, ROUTE_READS},
	{0},
};
