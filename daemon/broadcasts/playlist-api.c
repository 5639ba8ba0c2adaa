/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /live/SLUG/…: the playlist, blocking reload, parts that were announced and not there yet; and
 * nginx's question who may have a file. */
#include "broadcasts/media-path.h"
#include "broadcasts/runs.h"

#include "base/clock.h"
#include "base/foreign.h"

#include <string.h>

#define HOLDS_OF_SESSION_MAX 16 /* a few pages of one browser */
#define RETRY_AFTER_S	     1
#define PART_BYTES_MAX	     (16 * 1024 * 1024)
#define PLAYLIST_TYPE	     "application/vnd.apple.mpegurl"
#define PART_TYPE	     "video/mp4"
#define PLAYLIST_FILE	     "index.m3u8"

/* A request that waits for the playlist to change. Belongs to its run until it is resumed or its
 * client went away. */
typedef struct {
	Run *run;
	Request *request;
	Id session;
	gint64 until_ms; /* CLOCK_BOOTTIME */
	bool is_part;
	PlaylistPart part;
	PlaylistQuery query;
} Hold;

/* --- Waiting --- */

static gboolean on_holds_timer(void *data);

static void arm(Run *self)
{
	const Hold *oldest = g_queue_peek_head(&self->holds);
	gint64 now = clock_boot_ms();

	if (!oldest || self->holds_timer)
		return;
	self->holds_timer = g_timeout_add((guint)CLAMP(oldest->until_ms - now, 1, G_MAXINT),
					  on_holds_timer, self);
}

static bool too_late(void *room, Request *request, GError **error)
{
	GError *late = NULL;

	error_set(&late, ERROR_UNAVAILABLE, "There is no new picture yet; ask again");
	error_set_retry_after(late, RETRY_AFTER_S);
	g_propagate_error(error, late);
	return false;
}

/* Takes it out of the queue; the request is to be resumed. */
static Request *hold_take(Hold *self)
{
	Request *request = self->request;
	Viewer *viewer = run_find_viewer(self->run, self->session.text);

	if (!g_queue_remove(&self->run->waking, self))
		g_queue_remove(&self->run->holds, self);
	if (viewer)
		viewer->holds--;
	g_free(self);
	return request;
}

static void on_hold_gone(void *data)
{
	(void)hold_take(data);
}

static gboolean on_holds_timer(void *data)
{
	Run *self = data;
	gint64 now = clock_boot_ms();
	Hold *oldest;

	self->holds_timer = 0;
	while ((oldest = g_queue_peek_head(&self->holds)) && oldest->until_ms <= now)
		request_resume(hold_take(oldest), too_late, self->room);
	arm(self);
	return G_SOURCE_REMOVE;
}

static bool is_ready(const Hold *hold)
{
	const Playlist *playlist = hold->run->playlist;

	return (hold->is_part ? playlist_judge_part(playlist, &hold->part)
			      : playlist_judge(playlist, &hold->query)) != PLAYLIST_HOLD;
}

static void wake(Hold *hold)
{
	Handler then = hold->is_part ? part_get : playlist_get;
	Broadcasts *room = hold->run->room;

	request_resume(hold_take(hold), then, room);
}

void run_wake(Run *self)
{
	GList *link = self->holds.head;

	while (link) {
		GList *next = link->next;

		if (is_ready(link->data)) {
			g_queue_unlink(&self->holds, link);
			g_queue_push_tail_link(&self->waking, link);
		}
		link = next;
	}
	while (self->waking.head)
		/* analyzer: hold_take() took it out of the queue before it was freed */
		wake(self->waking.head->data);
	if (!self->holds.head && self->holds_timer) {
		g_source_remove(self->holds_timer);
		self->holds_timer = 0;
	}
}

/* The room ends; http_free() has let go of all requests before. */
void run_drop_holds(Run *self)
{
	g_assert(g_queue_is_empty(&self->holds) && g_queue_is_empty(&self->waking));
	if (self->holds_timer)
		g_source_remove(self->holds_timer);
	self->holds_timer = 0;
}

static bool wait_for(Run *self, Request *request, Hold like, GError **error)
{
	const Actor *actor = request_actor(request);
	Viewer *viewer = run_note_viewer(self, actor->session.text);
	Hold *hold;

	if (!viewer || viewer->holds >= HOLDS_OF_SESSION_MAX)
		return error_set(error, ERROR_BUSY, "Too many requests wait for this broadcast");
	viewer->holds++;
	hold = g_new(Hold, 1);
	*hold = like;
	hold->run = self;
	hold->request = request;
	hold->session = actor->session;
	hold->until_ms = clock_boot_ms() + playlist_hold_ms(self->playlist);
	g_queue_push_tail(&self->holds, hold);
	request_hold(request, on_hold_gone, hold);
	arm(self);
	return true;
}

/* --- Answers --- */

static bool reply_playlist(Run *run, Request *request, GError **error)
{
	PlaylistQuery query;

	if (!playlist_query_parse(request_query(request, "_HLS_msn"),
				  request_query(request, "_HLS_part"),
				  request_query(request, "_HLS_skip"), &query, error))
		return false;
	(void)run_note_viewer(run, request_actor(request)->session.text);
	switch (playlist_judge(run->playlist, &query)) {
	case PLAYLIST_HOLD:
		return wait_for(run, request, (Hold){.query = query}, error);
	case PLAYLIST_REFUSE:
		return error_reason(error, ERROR_INVALID, "invalid", "_HLS_msn",
				    "That lies too far in the future");
	case PLAYLIST_READY:
		break;
	}
	request_add_header(request, "Cache-Control", "no-cache");
	request_reply_bytes(request, 200, PLAYLIST_TYPE,
			    playlist_get_text(run->playlist, query.skip));
	return true;
}

/* All who waited for the newest part get the same bytes. */
static GBytes *part_load(Run *run, const PlaylistPart *part, GError **error)
{
	g_autofree char *file = NULL, *path = NULL;
	GBytes *bytes;

	if (run->loaded_bytes && run->loaded.msn == part->msn && run->loaded.index == part->index)
		return run->loaded_bytes;
	file = g_strdup_printf("part_%" G_GUINT64_FORMAT "_%u.m4s", part->msn, part->index);
	path = g_build_filename(run->room->folder, run->slug, file, NULL);
	bytes = foreign_read(path, PART_BYTES_MAX);
	if (!bytes)
		return error_null(error, ERROR_NOT_FOUND, "There is no such part");
	g_clear_pointer(&run->loaded_bytes, g_bytes_unref);
	run->loaded_bytes = bytes;
	run->loaded = *part;
	return run->loaded_bytes;
}

static bool reply_part(Run *run, Request *request, const PlaylistPart *part, GError **error)
{
	GBytes *bytes;

	switch (playlist_judge_part(run->playlist, part)) {
	case PLAYLIST_HOLD:
		return wait_for(run, request, (Hold){.is_part = true, .part = *part}, error);
	case PLAYLIST_REFUSE:
		return error_set(error, ERROR_NOT_FOUND, "There is no such part");
	case PLAYLIST_READY:
		break;
	}
	bytes = part_load(run, part, error);
	if (!bytes)
		return false;
	request_add_header(request, "Cache-Control", "private, max-age=60, immutable");
	request_reply_bytes(request, 200, PART_TYPE, bytes);
	return true;
}

bool playlist_get(void *room, Request *request, GError **error)
{
	Run *run = run_find(room, request_param(request, "slug"));

	if (!run)
		return error_set(error, ERROR_NOT_FOUND, "There is no such broadcast");
	return reply_playlist(run, request, error);
}

/* Init segments and whole segments are nginx's alone: they are there before they are listed. */
bool part_get(void *room, Request *request, GError **error)
{
	Run *run = run_find(room, request_param(request, "slug"));
	PlaylistPart part;

	if (!run || !playlist_part_parse(request_param(request, "file"), &part))
		return error_set(error, ERROR_NOT_FOUND, "There is no such file");
	return reply_part(run, request, &part, error);
}

/* --- nginx asks --- */

/* nginx's auth_request knows 2xx, 401 and 403, which it turns into a 404. */
bool media_get(void *room, Request *request, GError **error)
{
	Broadcasts *self = room;
	const Actor *actor = request_actor(request);
	g_autofree char *slug = media_path_dup_slug(request_header(request, "X-Original-URI"));
	const Run *run = slug ? run_find(self, slug) : NULL;
	bool may = false;

	if (actor->kind != ACTOR_PERSON)
		return error_set(error, ERROR_UNAUTHENTICATED, "Sign in first");
	if (run && !watchers_session_may(self, actor, run->broadcast.text, &may, error))
		return false;
	if (!may)
		return error_set(error, ERROR_FORBIDDEN, "This is not for you");
	request_reply_empty(request);
	return true;
}
