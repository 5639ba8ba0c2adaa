/* SPDX-License-Identifier: LGPL-2.1-or-later
 * All rooms of a school from the store up. */
#include "listening.h"
#include "rooms.h"

#include "app/schema.h"

#include <glib-unix.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PAGE        "Host: school\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n"

Store *rooms_open_store(const char *database, GError **error)
{
	return schema_open(database, 0, error);
}

/* The cookie of a test is the person's id. */
static bool authenticate(void *room, Request *request, Actor *ret_actor, GError **error)
{
	Rooms *self = room;
	const char *cookie = request_cookie(request);

	*ret_actor = (Actor){0};
	if (!id_is_valid(cookie))
		return true;
	ret_actor->kind = ACTOR_PERSON;
	ret_actor->person = id_from(cookie);
	ret_actor->roles = people_roles(self->people, cookie);
	return true;
}

static struct sockaddr_un address_of(const Rooms *self, HttpSocket which)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	g_snprintf(address.sun_path, sizeof address.sun_path, "%s/%d.sock", self->directory, which);
	return address;
}

static void listen_on(Rooms *self, HttpSocket which)
{
	struct sockaddr_un address = address_of(self, which);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	GError *error = NULL;

	unlink(address.sun_path);
	g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
	g_assert_cmpint(listen(fd, 64), ==, 0);
	http_listen(self->http, which, fd, &error);
	g_assert_no_error(error);
}

static void build(Rooms *self, Media *media)
{
	static char *origins[] = {NULL};
	const HttpOptions http = {.store = self->store, .origins = origins,
	                          .cookie_name = ROOMS_COOKIE};
	const EventsOptions events = {.store = self->store, .data_directory = self->directory};
	SchoolOptions school;
	PeopleOptions people;
	ConsentsOptions consents;
	PrivacyOptions privacy;
	ClassesOptions classes;
	EnrolmentOptions enrolment;
	ChatsOptions chats;
	BroadcastsOptions broadcasts;

	self->http = http_new(&http);
	self->events = events_new(&events);
	school = (SchoolOptions){self->store, self->events, self->http, self->directory};
	self->school = school_new(&school);
	people = (PeopleOptions){.store = self->store, .events = self->events, .http = self->http,
	                         .shared_idle_s = 1800, .own_device_s = 2592000};
	self->people = people_new(&people);
	consents = (ConsentsOptions){self->store, self->events, self->http, self->people,
	                             self->school};
	self->consents = consents_new(&consents);
	privacy = (PrivacyOptions){self->store, self->events, self->people, self->directory};
	self->privacy = privacy_new(&privacy);
	classes = (ClassesOptions){self->store, self->events, self->http, self->people};
	self->classes = classes_new(&classes);
	enrolment = (EnrolmentOptions){.store = self->store, .events = self->events,
	                               .http = self->http, .school = self->school,
	                               .people = self->people, .classes = self->classes,
	                               .consents = self->consents, .origin = "http://localhost"};
	self->enrolment = enrolment_new(&enrolment);
	chats = (ChatsOptions){self->store, self->events, self->http, self->people, self->classes};
	self->chats = chats_new(&chats);
	privacy_set_keeping(self->privacy, &CHATS_KEEPING, self->chats);
	broadcasts = (BroadcastsOptions){.store = self->store, .events = self->events,
	                                 .http = self->http, .people = self->people,
	                                 .classes = self->classes,
	                                 .media = media,
	                                 .runtime_directory = self->directory};
	self->broadcasts = broadcasts_new(&broadcasts);
	http_set_authenticate(self->http, authenticate, self);
	http_add_routes(self->http, EVENTS_ROUTES, self->events);
	http_add_routes(self->http, CHATS_ROUTES, self->chats);
	http_add_routes(self->http, MESSAGES_ROUTES, self->chats);
	http_add_routes(self->http, CONSENTS_ROUTES, self->consents);
	http_add_routes(self->http, CHATS_MADE_ROUTES, self->chats);
	http_add_routes(self->http, RETENTION_ROUTES, self->privacy);
	http_add_routes(self->http, COMPLAINTS_ROUTES, self->chats);
	if (media)
		http_add_routes(self->http, BROADCASTS_ROUTES, self->broadcasts);
	self->media = media;
}

Rooms *rooms_open(const char *directory)
{
	return rooms_open_with(directory, NULL);
}

Rooms *rooms_open_with(const char *directory, Media *media)
{
	Rooms *self = g_new0(Rooms, 1);
	GError *error = NULL;

	g_assert_true(crypto_init());
	self->own_directory = !directory;
	self->directory = directory ? g_strdup(directory) : g_dir_make_tmp("urok-XXXXXX", NULL);
	self->database = g_build_filename(self->directory, "urok.db", NULL);
	self->store = rooms_open_store(self->database, &error);
	g_assert_no_error(error);
	build(self, media);
	events_open(self->events, &error);
	g_assert_no_error(error);
	listen_on(self, SOCKET_REST);
	listen_on(self, SOCKET_LIVE);
	return self;
}

void rooms_free(Rooms *self)
{
	if (!self)
		return;
	http_free(self->http);
	broadcasts_free(self->broadcasts);
	chats_free(self->chats);
	media_free(self->media);
	enrolment_free(self->enrolment);
	classes_free(self->classes);
	privacy_free(self->privacy);
	consents_free(self->consents);
	people_free(self->people);
	school_free(self->school);
	events_free(self->events);
	store_close(self->store);
	if (self->own_directory)
		scratch_remove(self->directory);
	g_free(self->directory);
	g_free(self->database);
	g_free(self);
}

void rooms_begin(Rooms *self)
{
	GError *error = NULL;

	store_begin(self->store, &error);
	g_assert_no_error(error);
}

void rooms_end(Rooms *self, bool keep)
{
	GError *error = NULL;

	store_end(self->store, keep, &error);
	g_assert_no_error(error);
	store_commit(self->store, &error);
	g_assert_no_error(error);
}

GPtrArray *rooms_events(Rooms *self)
{
	GError *error = NULL;
	GPtrArray *events = events_list(self->events, 0, G_MAXINT, &error);

	g_assert_no_error(error);
	return events;
}

bool rooms_receive(Rooms *self, const Event *event)
{
	g_autofree char *line = event_to_json(event);
	GError *error = NULL;
	g_autoptr(json_t) object = json_parse(line, strlen(line), &error);
	g_autoptr(Event) copy = object ? event_from_json(object, &error) : NULL;
	bool missing;

	g_assert_no_error(error);
	rooms_begin(self);
	events_receive(self->events, copy, &error);
	missing = error_is(error, ERROR_CONFLICT);
	if (missing)
		g_clear_error(&error);
	g_assert_no_error(error);
	rooms_end(self, !missing);
	return !missing;
}

void rooms_carry(Rooms *from, Rooms *to)
{
	g_autoptr(GPtrArray) events = rooms_events(from);

	for (guint i = 0; i < events->len; i++)
		g_assert_true(rooms_receive(to, events->pdata[i]));
}

void rooms_verify(Rooms *self)
{
	LogVerdict verdict = {0};
	GError *error = NULL;

	events_verify(self->events, &verdict, &error);
	g_assert_no_error(error);
	g_assert_cmpint(verdict.bad_seq, ==, 0);
}

void rooms_rebuild(Rooms *self)
{
	GError *error = NULL;

	rooms_verify(self);
	rooms_begin(self);
	events_rebuild(self->events, &error);
	g_assert_no_error(error);
	rooms_end(self, true);
}

/* --- Requests --- */

typedef struct {
	GString *bytes;
	bool over;
} Hearing;

static gboolean on_bytes(int fd, GIOCondition condition, void *data)
{
	Hearing *hearing = data;
	char buffer[65536];
	ssize_t size = read(fd, buffer, sizeof buffer);

	if (size > 0) {
		g_string_append_len(hearing->bytes, buffer, size);
		return G_SOURCE_CONTINUE;
	}
	hearing->over = true;
	return G_SOURCE_REMOVE;
}

int rooms_dial(Rooms *self, HttpSocket which)
{
	struct sockaddr_un address = address_of(self, which);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
	return fd;
}

static char *exchange(Rooms *self, const char *request)
{
	Hearing hearing = {g_string_new(NULL), false};
	int fd = rooms_dial(self, SOCKET_REST);

	g_assert_cmpint(write(fd, request, strlen(request)), ==, (ssize_t)strlen(request));
	g_unix_fd_add(fd, G_IO_IN | G_IO_HUP, on_bytes, &hearing);
	while (!hearing.over)
		g_main_context_iteration(NULL, TRUE);
	close(fd);
	return g_string_free(hearing.bytes, FALSE);
}

Answer rooms_ask(Rooms *self, const Id *person, const char *method, const char *path,
                 const char *body, const char *key)
{
	g_autoptr(GString) request = g_string_new(NULL);
	g_autofree char *reply = NULL;
	const char *text;
	Answer answer = {0};

	g_string_printf(request, "%s %s HTTP/1.1\r\n" PAGE "Cookie: " ROOMS_COOKIE "=%s\r\n", method,
	                path, person->text);
	if (key)
		g_string_append_printf(request, "Idempotency-Key: %s\r\n", key);
	if (body)
		g_string_append_printf(request,
		                       "Content-Type: application/json\r\nContent-Length: %zu\r\n",
		                       strlen(body));
	g_string_append_printf(request, "\r\n%s", body ? body : "");
	reply = exchange(self, request->str);
	g_assert_true(g_str_has_prefix(reply, "HTTP/1.1 "));
	answer.status = (unsigned)atoi(reply + strlen("HTTP/1.1 "));
	text = strstr(reply, "\r\n\r\n");
	g_assert_nonnull(text);
	answer.json = json_loads(text + 4, 0, NULL);
	return answer;
}

/* --- Live --- */

struct Listening {
	int fd;
	guint watch;
	Hearing hearing;
	gsize taken; /* bytes of blocks that were given */
};

Listening *rooms_listen(Rooms *self, const Id *person, const char *after)
{
	Listening *listening = g_new0(Listening, 1);
	g_autofree char *query = after ? g_strconcat("?after=", after, NULL) : g_strdup("");
	g_autofree char *request =
	        g_strdup_printf("GET /api/v1/live%s HTTP/1.1\r\n" PAGE "Cookie: " ROOMS_COOKIE
	                        "=%s\r\n\r\n", query, person->text);

	listening->hearing.bytes = g_string_new(NULL);
	listening->fd = rooms_dial(self, SOCKET_LIVE);
	g_assert_cmpint(write(listening->fd, request, strlen(request)), ==,
	                (ssize_t)strlen(request));
	listening->watch =
	        g_unix_fd_add(listening->fd, G_IO_IN | G_IO_HUP, on_bytes, &listening->hearing);
	return listening;
}

void listening_free(Listening *self)
{
	if (!self->hearing.over)
		g_source_remove(self->watch);
	close(self->fd);
	g_string_free(self->hearing.bytes, TRUE);
	g_free(self);
}

static char *line_of(const char *block, const char *name)
{
	g_autofree char *head = g_strdup_printf("\n%s: ", name);
	g_autofree char *text = g_strconcat("\n", block, "\n", NULL);
	const char *at = strstr(text, head);

	return at ? g_strndup(at + strlen(head), strcspn(at + strlen(head), "\r\n")) : NULL;
}

Heard listening_next(Listening *self)
{
	Heard heard = {0};

	while (!heard.name) {
		g_autofree char *text = g_strdup(self->hearing.bytes->str + self->taken);
		char *event = strstr(text, "event: ");
		char *end = event ? strstr(event, "\n\n") : NULL;

		if (end) {
			g_autofree char *data = NULL;

			*end = '\0';
			heard.id = line_of(text, "id");
			heard.name = line_of(text, "event");
			data = line_of(text, "data");
			heard.data.json = json_loads(data, 0, NULL);
			g_assert_nonnull(heard.data.json);
			self->taken += (gsize)(end - text) + 2;
		} else {
			g_assert_false(self->hearing.over);
			g_main_context_iteration(NULL, TRUE);
		}
	}
	return heard;
}

void heard_clear(Heard *self)
{
	g_clear_pointer(&self->id, g_free);
	g_clear_pointer(&self->name, g_free);
	answer_clear(&self->data);
}

void answer_clear(Answer *self)
{
	g_clear_pointer(&self->json, json_decref);
}

json_t *answer_at(const Answer *self, const char *path)
{
	g_auto(GStrv) names = g_strsplit(path, ".", -1);
	json_t *at = self->json;

	for (char **name = names; at && *name; name++) {
		if (!json_is_array(at))
			at = json_object_get(at, *name);
		else if (strcmp(*name, "length") == 0)
			return NULL;
		else
			at = json_array_get(at, (size_t)atoi(*name));
	}
	return at;
}

const char *answer_text(const Answer *self, const char *path)
{
	return json_string_value(answer_at(self, path));
}
