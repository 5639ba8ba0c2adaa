/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Profile pictures: one's own is sent, made small by urok-papers and kept by its content; others
 * see it who see the person. What was sent is never looked at here.
 *
 * A pupil has one as long as a parent's consent holds, and none without. */
#include "people/people-private.h"

#include "base/log.h"

#include <string.h>

#define ANSWER_MAX (512 * 1024)
#define PATIENCE_S 30
#define KEPT_S     "86400" /* by the viewer's browser, under an address that names the content */

typedef struct {
	People *people;
	Request *request;
	Job *job; /* NULL: it is done */
	const GPtrArray *parts;
	GError *failure;
} Upload;

/* --- What a person has --- */

void picture_clear(Picture *self)
{
	g_free(self->large);
	g_free(self->small);
	*self = (Picture){0};
}

bool pictures_find(People *self, const char *person, Picture *ret, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_person_picture");
	bool row;

	query_bind_text(query, ":id", person);
	if (!query_next(query, &row, error))
		return false;
	if (row) {
		ret->large = g_strdup(query_text(query, 0));
		ret->small = g_strdup(query_text(query, 1));
	}
	return true;
}

static bool is_wanted(void *room, const char *address)
{
	People *self = room;
	g_autoptr(Query) query = store_query(self->store, "is_picture_wanted");
	bool row;

	query_bind_text(query, ":address", address);
	return !query_next(query, &row, NULL) || row;
}

void people_sweep_pictures(People *self)
{
	if (self->files)
		files_sweep(self->files, is_wanted, self);
}

typedef struct {
	People *people;
	Picture picture;
} Leftover;

static void leftover_free(void *data)
{
	Leftover *self = data;

	picture_clear(&self->picture);
	g_free(self);
}

static void remove_leftover(void *data, const GError *failure)
{
	const Leftover *self = data;
	const char *const addresses[] = {self->picture.large, self->picture.small};

	for (size_t i = 0; !failure && i < G_N_ELEMENTS(addresses); i++)
		if (addresses[i] && !is_wanted(self->people, addresses[i]))
			files_remove(self->people->files, addresses[i]);
}

void pictures_let_go(People *self, Picture *picture)
{
	Leftover *leftover;

	if (!self->files || !picture->large)
		return;
	leftover = g_new0(Leftover, 1);
	leftover->people = self;
	leftover->picture = *picture;
	*picture = (Picture){0};
	store_after_commit(self->store, remove_leftover, leftover, leftover_free);
}

/* --- The rules --- */

static bool may_be_shown(People *self, const char *person)
{
	return !(people_roles(self, person) & ROLE_PUPIL) ||
	       people_has_agreed(self, "photo", person);
}

static bool check_may_have(People *self, const Actor *actor, GError **error)
{
	if (!self->files || !self->jobs)
		return error_set(error, ERROR_UNAVAILABLE, "No pictures are kept here");
	if (!may_be_shown(self, actor->person.text))
		return error_reason(error, ERROR_FORBIDDEN, "picture-needs-consent", NULL,
		                    "A pupil has a picture when a parent has agreed to it");
	return true;
}

static bool append_picture(People *self, const Actor *actor, const char *person, const char *large,
                           const char *small, GError **error)
{
	g_autofree char *scope = g_strconcat("person:", person, NULL);
	g_autoptr(Event) event = event_new(actor, "person.picture.changed", scope, person,
	                                   json_pack("{s:s?, s:s?}", "large", large, "small", small));

	return events_append(self->events, event, error);
}

bool people_drop_picture(People *self, const Actor *actor, const char *person, GError **error)
{
	g_auto(Picture) picture = {0};

	return pictures_find(self, person, &picture, error) &&
	       (!picture.large || append_picture(self, actor, person, NULL, NULL, error));
}

static bool keep_picture(People *self, const Actor *actor, const GPtrArray *parts, GError **error)
{
	g_autofree char *large = NULL;
	g_autofree char *small = NULL;

	if (!check_may_have(self, actor, error))
		return false;
	large = files_add(self->files, parts->pdata[0], error);
	small = large ? files_add(self->files, parts->pdata[1], error) : NULL;
	return small && append_picture(self, actor, actor->person.text, large, small, error);
}

/* --- Sending one --- */

static void upload_free(Upload *self)
{
	g_clear_error(&self->failure);
	g_free(self);
}

static void on_gone(void *data)
{
	Upload *self = data;

	if (self->job)
		job_cancel(self->job);
	g_ptr_array_remove_fast(self->people->uploads, self);
	upload_free(self);
}

static bool refuse(const JobAnswer *answer, GError **error)
{
	static const struct {
		const char *reason;
		const char *detail;
	} REFUSALS[] = {
		{"not-a-picture", "This file is no picture"},
		{"picture-heic", "HEIC is not taken: send the picture as JPEG, PNG or WebP"},
		{"picture-format", "This kind of picture is not taken: JPEG, PNG or WebP is needed"},
		{"picture-broken", "The picture is damaged or not whole"},
		{"picture-animated", "The picture moves: one that stands still is needed"},
		{"picture-too-large", "The picture has more than 64 million pixels"},
	};

	for (size_t i = 0; answer && i < G_N_ELEMENTS(REFUSALS); i++)
		if (g_strcmp0(answer->reason, REFUSALS[i].reason) == 0)
			return error_reason(error, ERROR_INVALID, REFUSALS[i].reason, NULL, "%s",
			                    REFUSALS[i].detail);
	return error_reason(error, ERROR_UNAVAILABLE, "picture-not-done", NULL,
	                    "The picture could not be looked at; try again, or take another one");
}

static bool take_outcome(void *room, Request *request, GError **error)
{
	Upload *self = room;
	json_t *me;

	if (self->failure) {
		g_propagate_error(error, g_steal_pointer(&self->failure));
		return false;
	}
	if (!keep_picture(self->people, request_actor(request), self->parts, error))
		return false;
	me = people_me_json(self->people, request_actor(request), error);
	if (!me)
		return false;
	request_reply_object(request, 200, me);
	return true;
}

static void on_done(void *data, const JobAnswer *answer, const GPtrArray *parts,
                    const GError *failure)
{
	Upload *self = data;

	self->job = NULL;
	self->parts = parts;
	if (failure || parts->len != 2)
		refuse(answer, &self->failure);
	g_ptr_array_remove_fast(self->people->uploads, self);
	request_resume(self->request, take_outcome, self);
	upload_free(self);
}

static bool check_alone(People *self, const Actor *actor, GError **error)
{
	for (guint i = 0; i < self->uploads->len; i++) {
		const Upload *upload = self->uploads->pdata[i];

		if (id_equal(&request_actor(upload->request)->person, &actor->person))
			return error_reason(error, ERROR_CONFLICT, "picture-in-work", NULL,
			                    "Your last picture is still being looked at");
	}
	return true;
}

bool put_picture(void *room, Request *request, GError **error)
{
	People *self = room;
	const Actor *actor = request_actor(request);
	JobOrder order = {DESK_PAPERS, "picture", NULL, request_spool(request), ANSWER_MAX, PATIENCE_S};
	Upload *upload;

	if (!check_may_have(self, actor, error) || !check_alone(self, actor, error))
		return false;
	if (order.input < 0)
		return error_reason(error, ERROR_INVALID, "not-a-picture", NULL, "There is no picture");
	order.words = json_pack("{s:[i, i]}", "sides", PICTURE_LARGE, PICTURE_SMALL);
	upload = g_new0(Upload, 1);
	upload->people = self;
	upload->request = request;
	upload->job = jobs_add(self->jobs, &order, on_done, upload, error);
	if (!upload->job) {
		upload_free(upload);
		return false;
	}
	g_ptr_array_add(self->uploads, upload);
	request_hold(request, on_gone, upload);
	return true;
}

bool delete_picture(void *room, Request *request, GError **error)
{
	People *self = room;
	const Actor *actor = request_actor(request);

	if (!people_drop_picture(self, actor, actor->person.text, error))
		return false;
	request_reply_empty(request);
	return true;
}

/* --- Seeing one --- */

static bool read_size(Request *request, const Picture *picture, const char **ret_address,
                      GError **error)
{
	static const char *const NAMES[] = {"size", "v", NULL};
	const char *size = request_query(request, "size");

	if (!request_check_query(request, NAMES, error))
		return false;
	*ret_address = g_strcmp0(size, "small") == 0 ? picture->small : picture->large;
	if (!size || strcmp(size, "small") == 0 || strcmp(size, "large") == 0)
		return true;
	return error_reason(error, ERROR_INVALID, "invalid", "size", "A picture is small or large");
}

/* The gate has judged whether the person may be seen. */
bool get_picture(void *room, Request *request, GError **error)
{
	People *self = room;
	const char *person = request_param(request, "person");
	const char *version = request_query(request, "v");
	const char *address = NULL;
	g_auto(Picture) picture = {0};
	g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
	g_autofree char *place = NULL;
	bool is_named;

	if (!pictures_find(self, person, &picture, error) ||
	    !read_size(request, &picture, &address, error))
		return false;
	if (!address || !may_be_shown(self, person))
		return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
	place = files_place(address);
	is_named = version && strncmp(picture.large, version, PICTURE_VERSION_LENGTH) == 0;
	request_add_header(request, "X-Accel-Redirect", place);
	request_add_header(request, "Cache-Control",
	                   is_named ? "private, max-age=" KEPT_S ", immutable" : "private, no-cache");
	request_reply_bytes(request, 200, "image/webp", nothing);
	return true;
}
