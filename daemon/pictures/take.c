/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A picture on its way: held until urok-papers has made it small, or has refused it. */
#include "pictures/pictures-private.h"

#define ANSWER_MAX (512 * 1024)
#define PATIENCE_S 30

typedef struct {
	Pictures *pictures;
	Request *request;
	Job *job; /* NULL: it is done */
	PictureMade made;
	void *room;
	const GPtrArray *parts;
	GError *failure;
} Upload;

bool pictures_keep(Pictures *self, const GPtrArray *parts, Picture *ret, GError **error)
{
	g_auto(Picture) picture = {0};

	picture.large = files_add(self->files, parts->pdata[0], error);
	picture.small = picture.large ? files_add(self->files, parts->pdata[1], error) : NULL;
	if (!picture.small)
		return false;
	*ret = picture;
	picture = (Picture){0};
	return true;
}

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
	g_ptr_array_remove_fast(self->pictures->uploads, self);
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

static bool take_outcome(void *data, Request *request, GError **error)
{
	Upload *self = data;

	if (!self->failure)
		return self->made(self->room, request, self->parts, error);
	g_propagate_error(error, g_steal_pointer(&self->failure));
	return false;
}

static void on_done(void *data, const JobAnswer *answer, const GPtrArray *parts,
                    const GError *failure)
{
	Upload *self = data;

	self->job = NULL;
	self->parts = parts;
	if (failure || parts->len != 2)
		refuse(answer, &self->failure);
	g_ptr_array_remove_fast(self->pictures->uploads, self);
	request_resume(self->request, take_outcome, self);
	upload_free(self);
}

static bool check_alone(Pictures *self, const Actor *actor, GError **error)
{
	for (guint i = 0; i < self->uploads->len; i++) {
		const Upload *upload = self->uploads->pdata[i];

		if (id_equal(&request_actor(upload->request)->person, &actor->person))
			return error_reason(error, ERROR_CONFLICT, "picture-in-work", NULL,
			                    "Your last picture is still being looked at");
	}
	return true;
}

bool pictures_take(Pictures *self, Request *request, PictureMade made, void *room, GError **error)
{
	JobOrder order = {DESK_PAPERS, "picture",  NULL, request_spool(request),
			  ANSWER_MAX,  PATIENCE_S};
	Upload *upload;

	if (!check_alone(self, request_actor(request), error))
		return false;
	if (order.input < 0)
		return error_reason(error, ERROR_INVALID, "not-a-picture", NULL, "There is no picture");
	order.words = json_pack("{s:[i, i]}", "sides", PICTURE_LARGE, PICTURE_SMALL);
	upload = g_new0(Upload, 1);
	upload->pictures = self;
	upload->request = request;
	upload->made = made;
	upload->room = room;
	upload->job = jobs_add(self->jobs, &order, on_done, upload, error);
	if (!upload->job) {
		upload_free(upload);
		return false;
	}
	g_ptr_array_add(self->uploads, upload);
	request_hold(request, on_gone, upload);
	return true;
}
