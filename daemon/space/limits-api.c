/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Limits in bytes: set, what would go at which one, and what is told when a kind comes near its own. */
#include "space/space-private.h"

#include "base/actor.h"
#include "base/json.h"
#include "base/log.h"

#include <string.h>

#define MOST_BYTES_MIN 100000000LL
#define MOST_BYTES_MAX ((int64_t)1 << 50)
#define NEAR_SHARE     10 /* less than one of so many parts is left */

/* What somebody keeps a limit of; of all else time decides, or the machine (0127). */
static const struct {
	const char *kind;
	bool oldest_may_go;
} LIMITED[] = {{"files", false}, {"backups", true}};

static bool check_kind(const char *kind, bool *ret_oldest_may_go, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(LIMITED); i++)
		if (strcmp(LIMITED[i].kind, kind) == 0) {
			*ret_oldest_may_go = LIMITED[i].oldest_may_go;
			return true;
		}
	return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
}

static bool check_most(int64_t most_bytes, GError **error)
{
	return (most_bytes >= MOST_BYTES_MIN && most_bytes <= MOST_BYTES_MAX) ||
	       error_reason(error, ERROR_INVALID, "invalid", "most_bytes",
	                    "A limit is 100 MB at least");
}

static json_t *render(const SpaceLimit *limit)
{
	return limit->most_bytes ? json_pack("{s:I, s:s}", "most_bytes", (json_int_t)limit->most_bytes,
	                                     "when_full", limit->oldest_go ? "oldest-go" : "refuse")
	                         : json_null();
}

json_t *limit_json(Space *self, const char *kind, GError **error)
{
	SpaceLimit limit;

	return space_limit_load(self->options.store, kind, &limit, error) ? render(&limit) : NULL;
}

static bool tell_files(Space *self, int64_t used_bytes, GError **error)
{
	SpaceLimit limit;

	if (!space_limit_load(self->options.store, "files", &limit, error))
		return false;
	files_set_limit(self->options.files, limit.most_bytes, used_bytes);
	return true;
}

bool limits_tell_files(Space *self, GError **error)
{
	return tell_files(self, space_bytes(self, "files"), error);
}

/* --- Setting --- */

static bool apply_set(void *room, const Event *event, GError **error)
{
	Space *self = room;
	int64_t most = json_integer_value(json_object_get(event->body, "most_bytes"));
	g_autoptr(Query) query = NULL;

	if (!event->body)
		return true;
	query = store_query(self->options.store, "set_space_limit");
	query_bind_text(query, ":kind", event->subject);
	if (most)
		query_bind_int(query, ":most_bytes", most);
	query_bind_int(query, ":oldest_go", json_is_true(json_object_get(event->body, "oldest_go")));
	query_bind_text(query, ":by", event->actor);
	query_bind_int(query, ":hlc", (int64_t)event->hlc);
	return query_run(query, error);
}

/* A disk is its own box's matter, in the second building too. */
static const EventKind KINDS[] = {
        {"space.limit.set", 1, LOCALITY_BOX, apply_set, NULL, NULL, RETAIN_ALWAYS, false, true},
        {0},
};

void limits_add_kinds(Space *self)
{
	events_add_kinds(self->options.events, KINDS, self);
}

static bool set(Space *self, const Actor *actor, const char *kind, const SpaceLimit *limit, GError **error)
{
	SpaceLimit now;
	g_autoptr(Event) event = NULL;

	if (!actor_check_administrator(actor, error) ||
	    !space_limit_load(self->options.store, kind, &now, error))
		return false;
	if (now.most_bytes == limit->most_bytes && now.oldest_go == limit->oldest_go)
		return true;
	event = event_new(actor, "space.limit.set", "admins", kind,
	                  json_pack("{s:I, s:b}", "most_bytes", (json_int_t)limit->most_bytes, "oldest_go",
	                            limit->oldest_go));
	return events_append(self->options.events, event, error);
}

/* --- What would go --- */

static int64_t int_of(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* The report has the newest first. Owned, the oldest first. */
static GArray *copies_of(const json_t *report)
{
	const json_t *items = json_object_get(report, "backups");
	GArray *copies = g_array_new(FALSE, TRUE, sizeof(SpaceCopy));

	for (size_t i = json_array_size(items); i > 0; i--) {
		const json_t *item = json_array_get(items, i - 1);
		const SpaceCopy copy = {int_of(item, "frees_bytes"),
		                        json_is_true(json_object_get(item, "may_go"))};

		g_array_append_val(copies, copy);
	}
	return copies;
}

static json_t *preview_copies(Space *self, const SpaceLimit *limit)
{
	g_autoptr(json_t) report = self->options.load_copies(self->options.room);
	g_autoptr(GArray) copies = copies_of(report);
	int64_t used = int_of(report, "used_bytes");
	int64_t freed = 0;
	int left = limit->oldest_go ? space_copies_to_go((const SpaceCopy *)(void *)copies->data, copies->len,
	                                                 used, 0, limit->most_bytes)
	                            : 0;
	bool is_enough = limit->oldest_go ? left >= 0 : used <= limit->most_bytes;
	int count = MAX(left, 0);

	for (guint i = 0; i < copies->len && left > 0; i++) {
		const SpaceCopy *copy = &g_array_index(copies, SpaceCopy, i);

		freed += copy->may_go ? copy->bytes : 0;
		left -= copy->may_go;
	}
	return json_pack("{s:I, s:i, s:I, s:b}", "used_bytes", (json_int_t)used, "copies", count,
	                 "freed_bytes", (json_int_t)freed, "fits", is_enough);
}

static json_t *preview_files(Space *self, const SpaceLimit *limit)
{
	int64_t used = space_bytes(self, "files");

	return json_pack("{s:I, s:i, s:I, s:b}", "used_bytes", (json_int_t)used, "copies", 0,
	                 "freed_bytes", (json_int_t)0, "fits", used <= limit->most_bytes);
}

static bool parse_when_full(const char *text, bool oldest_may_go, bool *ret_oldest_go, GError **error)
{
	*ret_oldest_go = g_strcmp0(text, "oldest-go") == 0;
	if (!text || strcmp(text, "refuse") == 0 || (*ret_oldest_go && oldest_may_go))
		return true;
	return error_reason(error, ERROR_INVALID, "invalid", "when_full", "when_full is refuse%s",
	                    oldest_may_go ? " or oldest-go" : ": of these nothing goes by itself");
}

static bool parse_preview(const Request *request, SpaceLimit *ret_limit, GError **error)
{
	const char *text = request_query(request, "most_bytes");
	bool oldest_may_go = false;
	guint64 most = 0;

	if (!check_kind(request_param(request, "kind"), &oldest_may_go, error) ||
	    !parse_when_full(request_query(request, "when_full"), oldest_may_go, &ret_limit->oldest_go, error))
		return false;
	if (text)
		g_ascii_string_to_unsigned(text, 10, 0, MOST_BYTES_MAX, &most, NULL);
	ret_limit->most_bytes = (int64_t)most;
	return check_most(ret_limit->most_bytes, error);
}

static bool answer_preview(void *room, Request *request, GError **error)
{
	bool is_copies = strcmp(request_param(request, "kind"), "backups") == 0;
	SpaceLimit limit;

	if (!parse_preview(request, &limit, error))
		return false;
	request_reply_object(request, 200,
	                     is_copies ? preview_copies(room, &limit) : preview_files(room, &limit));
	return true;
}

/* What copies take urok-backup has reported; of files it is counted first. */
bool get_limit_preview(void *room, Request *request, GError **error)
{
	static const char *const NAMES[] = {"most_bytes", "when_full", NULL};
	SpaceLimit limit;

	if (!request_check_query(request, NAMES, error) || !parse_preview(request, &limit, error))
		return false;
	if (strcmp(request_param(request, "kind"), "backups") == 0)
		return answer_preview(room, request, error);
	space_wait(room, request, answer_preview);
	return true;
}

/* With the answer it holds, or is gone: by what is known, until it is counted. A walk that ended before
 * the commit would have told the limit of before. */
static void on_committed(void *data, const GError *failure)
{
	Space *self = data;
	g_autoptr(GError) error = NULL;

	if (failure)
		return;
	if (!tell_files(self, files_used(self->options.files), &error))
		log_failure(LOG_WARNING, error, "The limit of files is not known");
	space_count(self);
}

/* null takes a limit away; a body that says nothing of it does not. */
static bool check_named(const json_t *body, GError **error)
{
	return json_object_get(body, "most_bytes") ||
	       error_reason(error, ERROR_INVALID, "invalid", "most_bytes",
	                    "most_bytes is how many, or null for no limit");
}

bool put_limit(void *room, Request *request, GError **error)
{
	Space *self = room;
	const char *kind = request_param(request, "kind");
	const char *when_full = NULL;
	gint64 most = 0;
	const Field fields[] = {{"most_bytes", FIELD_INT, false, 0, &most},
	                        {"when_full", FIELD_TEXT, false, 0, &when_full},
	                        {0}};
	SpaceLimit limit = {0};
	bool oldest_may_go = false;
	json_t *answer;

	if (self->options.elsewhere)
		return error_reason(error, ERROR_CONFLICT, "at-the-school", NULL,
		                    "The disk is the school's: open its own address there");
	if (!check_kind(kind, &oldest_may_go, error) ||
	    !json_read(request_body(request), fields, error) ||
	    !check_named(request_body(request), error) ||
	    !parse_when_full(when_full, oldest_may_go, &limit.oldest_go, error))
		return false;
	limit.most_bytes = most;
	/* null: there is none any more; 0 bytes are no limit. */
	if ((most || json_is_integer(json_object_get(request_body(request), "most_bytes"))) &&
	    !check_most(most, error))
		return false;
	limit.oldest_go = limit.oldest_go && most;
	if (!set(self, request_actor(request), kind, &limit, error))
		return false;
	answer = limit_json(self, kind, error);
	if (!answer)
		return false;
	store_after_commit(self->options.store, on_committed, self, NULL);
	request_reply_object(request, 200, json_pack("{s:s, s:o}", "kind", kind, "limit", answer));
	return true;
}

/* --- What is told --- */

static int64_t used_of(Space *self, const char *kind)
{
	g_autoptr(json_t) report = NULL;

	if (strcmp(kind, "files") == 0)
		return files_used(self->options.files);
	report = self->options.load_copies(self->options.room);
	return int_of(report, "used_bytes");
}

void space_say(void *room, Health *health)
{
	Space *self = room;
	json_t *kinds = json_array();
	HealthItem item = {.id = "space-limits", .state = "fine", .level = HEALTH_OK};
	bool any = false;

	for (size_t i = 0; i < G_N_ELEMENTS(LIMITED); i++) {
		const char *kind = LIMITED[i].kind;
		SpaceLimit limit = {0};
		int64_t used;

		if (!space_limit_load(self->options.store, kind, &limit, NULL) || !limit.most_bytes)
			continue;
		any = true;
		used = used_of(self, kind);
		/* Where the oldest go there is always room. */
		if (limit.oldest_go || used < limit.most_bytes - limit.most_bytes / NEAR_SHARE)
			continue;
		json_array_append_new(kinds, json_pack("{s:s, s:I, s:I}", "kind", kind, "used_bytes",
		                                       (json_int_t)used, "most_bytes",
		                                       (json_int_t)limit.most_bytes));
		if (item.level < HEALTH_WARNING)
			item.level = HEALTH_WARNING;
		if (used >= limit.most_bytes)
			item.level = HEALTH_ALARM;
	}
	item.state = item.level == HEALTH_ALARM ? "full" : item.level == HEALTH_WARNING ? "near" : "fine";
	item.values = json_pack("{s:o}", "kinds", kinds);
	if (item.level != HEALTH_OK) {
		item.sentence = g_strdup("The school's files or backups come near the limit that was set for them");
		item.message_id = ALARM_HEALTH;
	}
	if (any)
		health_say(health, &item);
	else
		json_decref(item.values);
}
