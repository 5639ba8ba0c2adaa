/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The console's way in: each piece of a journey is a request, whose work runs outside of its
 * handler, because it commits turns of its own. */
#include "carry/carry-private.h"

#include "base/log.h"

#include <string.h>

const Migration CARRY_MIGRATION = {"/urok/carry/carry-schema.sql"};
const Migration CARRY_JOURNEYS_MIGRATION = {"/urok/carry/carry-journeys-schema.sql"};

#define FRAME_BYTES_MAX (8 * 1024 * 1024)
#define FILE_BYTES_MAX  (64 * 1024 * 1024)

Carry *carry_new(const CarryOptions *options)
{
	Carry *self = g_new0(Carry, 1);

	self->options = *options;
	return self;
}

void carry_free(Carry *self)
{
	if (!self)
		return;
	carry_end_journey(self);
	g_free(self);
}

/* --- Work outside of a handler --- */

typedef struct {
	Carry *carry;
	Request *request;
	CarryWork work;
	guint source;
	bool done;
	json_t *answer;
	GError *failure;
} Errand;

static void errand_free(void *data)
{
	Errand *self = data;

	if (self->source)
		g_source_remove(self->source);
	json_decref(self->answer);
	g_clear_error(&self->failure);
	g_free(self);
}

static bool reply(void *room, Request *request, GError **error)
{
	Errand *self = room;
	bool done = self->done;

	if (done)
		request_reply_object(request, 200, g_steal_pointer(&self->answer));
	else
		g_propagate_error(error, g_steal_pointer(&self->failure));
	errand_free(self);
	return done;
}

static gboolean on_idle(void *data)
{
	Errand *self = data;

	self->source = 0;
	self->done = self->work(self->carry, self->request, &self->answer, &self->failure);
	request_resume(self->request, reply, self);
	return G_SOURCE_REMOVE;
}

bool carry_do(Carry *self, Request *request, CarryWork work)
{
	Errand *errand = g_new0(Errand, 1);

	*errand = (Errand){.carry = self, .request = request, .work = work};
	errand->source = g_idle_add_full(G_PRIORITY_DEFAULT, on_idle, errand, NULL);
	request_hold(request, errand_free, errand);
	return true;
}

#define WORK(name, work)                                                                           \
	static bool name(void *room, Request *request, GError **error)                             \
	{                                                                                          \
		return carry_do(room, request, work);                                              \
	}

WORK(post_export, carry_begin_export)
WORK(post_export_frame, carry_next_frame)
WORK(post_export_files, carry_list_files)
WORK(post_import, carry_begin_import)
WORK(post_import_frame, carry_take_frame)
WORK(post_holdings, carry_take_holdings)
WORK(post_lacking, carry_find_lacking)
WORK(put_file, carry_take_file)
WORK(post_end, carry_end_import)
WORK(post_export_end, carry_end_export)

/* --- How it stands --- */

/* Both boxes have it where one was restored from the other's copy. */
static char *dup_key(const Carry *self)
{
	uint8_t key[SEAL_KEY_SIZE];
	char *text;

	events_derive_key(self->options.events, "carry", key);
	text = base64url_encode(key, sizeof key);
	explicit_bzero(key, sizeof key);
	return text;
}

static bool tell_state(Carry *self, Request *request, json_t **ret_answer, GError **error)
{
	const CarryOptions *options = &self->options;
	g_autoptr(json_t) boxes = boxes_list(self, error);
	g_autofree char *id = school_dup_id(options->school);
	g_autofree char *name = school_dup_name(options->school);
	char *key = dup_key(self);
	size_t i;
	json_t *box;

	json_array_foreach(boxes, i, box)
		json_object_del(box, "greeting");
	if (boxes)
		*ret_answer = json_pack("{so so ss ss ss sO}", "school", json_text_or_null(id), "name",
		                        json_text_or_null(name), "origin",
		                        events_origin(options->events)->text, "key", key, "files",
		                        files_directory(options->files), "boxes", boxes);
	secret_free(key);
	return boxes != NULL;
}

WORK(get_state, tell_state)

/* --- A copy that lives beside the school's own box --- */

typedef struct {
	Carry *carry;
	const json_t *greeting;
} First;

/* The first box has what the copy has, files too: only news goes there. */
static bool note_first(void *data, GError **error)
{
	const First *first = data;
	Carry *self = first->carry;
	const char *origin = json_string_value(json_object_get(first->greeting, "origin"));
	bool newer;

	if (!boxes_hear(self, first->greeting, &newer, error))
		return false;
	for (unsigned part = 0; part < FILES_PARTS; part++) {
		g_autoptr(GPtrArray) addresses = files_list(self->options.files, part);

		for (guint i = 0; i < addresses->len; i++)
			if (!boxes_add_file(self, origin, addresses->pdata[i], error))
				return false;
	}
	return true;
}

static bool become_second(Carry *self, Request *request, json_t **ret_answer, GError **error)
{
	const CarryOptions *options = &self->options;
	g_autoptr(json_t) greeting = parcel_greet(options->sync);
	const Id first = *events_origin(options->events);
	const char *authority = json_string_value(json_object_get(greeting, "authority"));
	First noted = {self, greeting};

	if (*authority && !g_str_equal(authority, first.text))
		return error_reason(error, ERROR_CONFLICT, "carry-second", NULL,
		                    "This is the second building's box already");
	if (!school_is_set_up(options->school))
		return error_reason(error, ERROR_CONFLICT, "carry-empty", NULL,
		                    "This box is empty: restore a copy of the school first");
	carry_end_journey(self);
	/* The new name comes last: until then it can be said again. */
	if (!options->drop_link(options->house, error) ||
	    !carry_in_turn(self, note_first, &noted, error) ||
	    !sync_set_authority(options->sync, &first, error) ||
	    !events_new_origin(options->events, error))
		return false;
	log_write(LOG_NOTICE, "This box is the school's second building's now");
	return tell_state(self, request, ret_answer, error);
}

WORK(post_second, become_second)

#define JOURNEY_EXPORT "/api/v1/console/carry/exports/:journey"
#define JOURNEY_IMPORT "/api/v1/console/carry/imports/:journey"

const Route CARRY_ROUTES[] = {
        {GET, "/api/v1/carry", "administrator", 0, get_carry},
        {GET, "/api/v1/console/carry", "console", 0, get_state},
        {POST, "/api/v1/console/carry/second", "console", 1024, post_second,
         ROUTE_READS | ROUTE_SECRET},
        {POST, "/api/v1/console/carry/exports", "console", 1024, post_export, ROUTE_READS},
        {POST, JOURNEY_EXPORT "/frames", "console", 1024, post_export_frame, ROUTE_READS},
        {POST, JOURNEY_EXPORT "/files", "console", 1024, post_export_files, ROUTE_READS},
        {POST, JOURNEY_EXPORT "/end", "console", 1024, post_export_end, ROUTE_READS},
        {POST, "/api/v1/console/carry/imports", "console", FRAME_BYTES_MAX, post_import, ROUTE_READS},
        {POST, JOURNEY_IMPORT "/frames", "console", FRAME_BYTES_MAX, post_import_frame, ROUTE_READS},
        {POST, JOURNEY_IMPORT "/holdings", "console", FRAME_BYTES_MAX, post_holdings, ROUTE_READS},
        {POST, JOURNEY_IMPORT "/lacking", "console", FRAME_BYTES_MAX, post_lacking, ROUTE_READS},
        {PUT, JOURNEY_IMPORT "/files/:address", "console", FILE_BYTES_MAX, put_file,
         ROUTE_READS | ROUTE_SPOOLS},
        {POST, JOURNEY_IMPORT "/end", "console", 1024, post_end, ROUTE_READS},
        {GET, "/api/v1/carry/boxes", "administrator", 0, get_carry_boxes, ROUTE_ALSO_CONSOLE},
        {DELETE, "/api/v1/carry/boxes/:box", "administrator", 0, delete_carry_box, ROUTE_ALSO_CONSOLE},
        {0},
};
