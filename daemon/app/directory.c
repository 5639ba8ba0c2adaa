/* SPDX-License-Identifier: LGPL-2.1-or-later
 * schools/ asks, uplink/ carries it: what the cloud refuses keeps the cloud's own reason. */
#include "app/directory.h"

#include <string.h>

#define DOOR   "/box/v1"
#define REASON "urn:urok:problem:"

typedef struct {
	DirectoryAnswered answered;
	void *data;
	GError *failure; /* nobody could be asked */
} Question;

static void question_free(Question *self)
{
	g_clear_error(&self->failure);
	g_free(self);
}

static DirectoryState state(void *room)
{
	const BoxDirectory *self = room;

	if (uplink_status(self->uplink).state == UPLINK_NONE)
		return DIRECTORY_NONE;
	return sync_may_leave(self->sync, "person.added") ? DIRECTORY_OPEN : DIRECTORY_HELD;
}

static ErrorCode code_of(unsigned status)
{
	switch (status) {
	case 400:
		return ERROR_INVALID;
	case 403:
		return ERROR_FORBIDDEN;
	case 404:
		return ERROR_NOT_FOUND;
	case 409:
		return ERROR_CONFLICT;
	case 429:
		return ERROR_BUSY;
	default:
		return ERROR_UNAVAILABLE;
	}
}

static GError *refusal(unsigned status, const json_t *body)
{
	const char *type = json_string_value(json_object_get(body, "type"));
	const char *detail = json_string_value(json_object_get(body, "detail"));
	GError *error = NULL;

	if (type && g_str_has_prefix(type, REASON))
		error_reason(&error, code_of(status), g_intern_string(type + strlen(REASON)), NULL, "%s",
		             detail ? detail : "The cloud said no");
	else
		error_set(&error, code_of(status), "The cloud said no (%u)", status);
	return error;
}

static void on_answer(void *data, unsigned status, const json_t *body, const GError *failure)
{
	Question *question = data;
	g_autoptr(GError) error = NULL;

	if (failure)
		error = g_error_copy(failure);
	else if (status < 200 || status >= 300)
		error = refusal(status, body);
	question->answered(question->data, error ? NULL : body, error);
	question_free(question);
}

static gboolean on_refused(void *data)
{
	Question *question = data;

	question->answered(question->data, NULL, question->failure);
	question_free(question);
	return G_SOURCE_REMOVE;
}

static void ask(void *room, Method method, const char *path, json_t *body, DirectoryAnswered answered,
                void *data)
{
	static const char *const METHODS[] = {[GET] = "GET", [POST] = "POST", [PUT] = "PUT",
	                                      [PATCH] = "PATCH", [DELETE] = "DELETE"};
	const BoxDirectory *self = room;
	g_autoptr(json_t) owned = body;
	Question *question = g_new0(Question, 1);

	*question = (Question){answered, data, NULL};
	g_assert(g_str_has_prefix(path, DOOR));
	if (!uplink_ask(self->uplink, METHODS[method], path + strlen(DOOR), owned, on_answer, question,
	                &question->failure))
		g_idle_add(on_refused, question);
}

const Directory BOX_DIRECTORY = {state, ask};
