/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What runs: a worker's words become a playlist, a state and health; viewers are counted. */
#include "broadcasts/runs.h"
#include "broadcasts/cameras.h"
#include "broadcasts/probes.h"

#include "base/clock.h"
#include "base/log.h"

#define PART_MS		 400
#define SEGMENT_MS	 2000
#define LINGER_S	 60 /* an ended playlist is still answered for so long */
#define MISSED_AFTER_S	 5  /* a worker that stays away so long is a camera that is lost */
#define VIEWER_MS	 10000
#define VIEWERS_EVERY_MS 2000
#define VIEWERS_MAX	 20000

const char *run_state_name(RunState state)
{
	static const char *const NAMES[] = {"starting", "live", "camera_lost", "no_space",
					    "ended"};

	return NAMES[state];
}

Run *run_find(Broadcasts *self, const char *slug)
{
	return g_hash_table_lookup(self->runs, slug);
}

/* There are few: a hundred at most. */
Run *run_of_broadcast(Broadcasts *self, const char *broadcast)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, self->runs);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		Run *run = value;

		if (run->state != RUN_ENDED && g_str_equal(run->broadcast.text, broadcast))
			return run;
	}
	return NULL;
}

BroadcastsNow broadcasts_now(const Broadcasts *self)
{
	BroadcastsNow now = {0};
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, self->runs);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const Run *run = value;

		if (run->state == RUN_ENDED)
			continue;
		now.live++;
		now.viewers += g_hash_table_size(run->viewers);
	}
	return now;
}

Run *run_of_camera(Broadcasts *self, const char *camera)
{
	GHashTableIter iter;
	void *value;
	Run *found = NULL;

	g_hash_table_iter_init(&iter, self->runs);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		Run *run = value;

		if (run->state == RUN_ENDED || !g_str_equal(run->camera.text, camera))
			continue;
		if (!found || run->state == RUN_LIVE)
			found = run;
	}
	return found;
}

/* --- State --- */

static void say_state(Run *self)
{
	g_autofree char *scope = g_strconcat("broadcast:", self->broadcast.text, NULL);
	g_autofree char *data = g_strdup_printf("{\"broadcast_id\":\"%s\",\"state\":\"%s\"}",
						self->broadcast.text, run_state_name(self->state));

	events_signal(self->room->events, scope, "broadcast", self->broadcast.text, data);
}

static void set_state(Run *self, RunState state)
{
	if (self->state == state)
		return;
	self->state = state;
	self->since_ms = events_now_ms(self->room->events);
	say_state(self);
}

/* Live is what can be watched: the camera answers and there is something to play. */
static void take_camera(Run *self, const WireCamera *camera)
{
	RunState before = self->state;
	g_autofree char *found = NULL;

	if (camera->state == CAMERA_LOST)
		set_state(self, RUN_CAMERA_LOST);
	else if (camera->state == CAMERA_LIVE && !self->stuck &&
		 playlist_has_parts(self->playlist))
		set_state(self, RUN_LIVE);
	if (self->state == before)
		return;
	found = found_format(camera->found, false);
	camera_say_health(self->room, self->camera.text, self->state == RUN_LIVE ? "ok" : "lost",
			  found, NULL);
}

/* --- The worker's words --- */

static void stop_missing(Run *self)
{
	if (self->gone)
		g_source_remove(self->gone);
	self->gone = 0;
}

static void on_state(void *data, const char *name, const WireState *state)
{
	Run *self = data;

	stop_missing(self);
	playlist_set_state(self->playlist, state);
	take_camera(self, &state->camera);
	run_wake(self);
}

static void on_part(void *data, const char *name, const WirePart *part)
{
	Run *self = data;
	WireCamera live = {.state = CAMERA_LIVE};

	if (!playlist_add_part(self->playlist, part))
		return;
	self->stuck = false;
	if (self->state != RUN_LIVE)
		take_camera(self, &live);
	run_wake(self);
}

static void on_segment(void *data, const char *name, const WireSegment *segment)
{
	Run *self = data;

	if (playlist_complete_segment(self->playlist, segment))
		run_wake(self);
}

static void on_camera(void *data, const char *name, const WireCamera *camera)
{
	take_camera(data, camera);
}

/* Until the next part is there nobody can watch, though the camera answers. */
static void on_fault(void *data, const char *name, const WireFault *fault)
{
	Run *self = data;

	if (fault->over) {
		log_write(LOG_NOTICE,
			  "The broadcast %s writes its picture again (%u writes were lost)", name,
			  fault->count);
		return;
	}
	log_alarm(ALARM_CANNOT_WRITE, "The broadcast %s cannot write its picture: %s", name,
		  fault->reason);
	self->stuck = true;
	set_state(self, RUN_NO_SPACE);
}

static gboolean on_missed(void *data)
{
	Run *self = data;
	WireCamera lost = {.state = CAMERA_LOST};

	self->gone = 0;
	take_camera(self, &lost);
	return G_SOURCE_REMOVE;
}

/* Those who wait go on waiting: the worker comes back within a second or two. */
static void on_gone(void *data, const char *name)
{
	Run *self = data;

	log_write(LOG_WARNING, "The broadcast %s lost its worker", name);
	if (!self->gone)
		self->gone = g_timeout_add_seconds(MISSED_AFTER_S, on_missed, self);
}

static const MediaListener LISTENER = {
	.on_state = on_state,
	.on_part = on_part,
	.on_segment = on_segment,
	.on_camera = on_camera,
	.on_fault = on_fault,
	.on_gone = on_gone,
};

/* --- Start and end --- */

static Run *run_new(Broadcasts *room, const char *broadcast, const char *slug, const char *camera,
		    const char *author)
{
	Run *self = g_new0(Run, 1);

	self->room = room;
	self->broadcast = id_from(broadcast);
	self->camera = id_from(camera);
	self->slug = g_strdup(slug);
	self->author = g_strdup(author);
	self->since_ms = events_now_ms(room->events);
	self->playlist = playlist_new();
	g_queue_init(&self->holds);
	g_queue_init(&self->waking);
	self->viewers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return self;
}

/* Only with the room or when it ended a while ago. A daemon that stops leaves its workers to the
 * launcher. */
void run_free(void *run)
{
	Run *self = run;

	run_drop_holds(self);
	stop_missing(self);
	if (self->linger)
		g_source_remove(self->linger);
	playlist_free(self->playlist);
	g_hash_table_unref(self->viewers);
	g_clear_pointer(&self->loaded_bytes, g_bytes_unref);
	g_free(self->slug);
	g_free(self->author);
	g_free(self);
}

bool run_start(Broadcasts *self, const char *broadcast, const char *slug, const char *camera,
	       const char *author, GError **error)
{
	MediaStart start = {.name = slug,
			    .start = {.broadcast = (char *)broadcast,
				      .part_ms = PART_MS,
				      .segment_ms = SEGMENT_MS}};
	Run *run;
	bool started;

	if (!camera_load_source(self, camera, &start.start.source, error))
		return false;
	run = run_new(self, broadcast, slug, camera, author);
	/* An ended one of that name has rested long enough. */
	g_hash_table_remove(self->runs, slug);
	g_hash_table_insert(self->runs, run->slug, run);
	started = media_start(self->media, &start, &LISTENER, run, error);
	wire_source_clear(&start.start.source);
	if (!started)
		g_hash_table_remove(self->runs, slug);
	return started;
}

static gboolean on_lingered(void *data)
{
	Run *self = data;

	self->linger = 0;
	g_hash_table_remove(self->room->runs, self->slug);
	return G_SOURCE_REMOVE;
}

void run_end(Broadcasts *self, const char *broadcast)
{
	Run *run = run_of_broadcast(self, broadcast);
	RunState was;

	if (!run)
		return;
	media_stop(self->media, run->slug);
	stop_missing(run);
	was = run->state;
	run->state = RUN_ENDED;
	playlist_end(run->playlist);
	g_hash_table_remove_all(run->viewers);
	g_clear_pointer(&run->loaded_bytes, g_bytes_unref);
	run->linger = g_timeout_add_seconds(LINGER_S, on_lingered, run);
	run_wake(run);
	if (was == RUN_LIVE)
		camera_say_health(self, run->camera.text, "ok", NULL, NULL);
}

/* --- Viewers --- */

static void say_viewers(Run *self)
{
	g_autofree char *scope = g_strconcat("person:", self->author, NULL);
	g_autofree char *data =
		g_strdup_printf("{\"broadcast_id\":\"%s\",\"viewers\":%u}", self->broadcast.text,
				g_hash_table_size(self->viewers));

	self->viewers_said = g_hash_table_size(self->viewers);
	events_signal(self->room->events, scope, "viewers", self->broadcast.text, data);
	events_signal(self->room->events, "admins", "viewers", self->broadcast.text, data);
}

static gboolean is_away(void *session, void *value, void *before)
{
	const Viewer *viewer = value;

	return !viewer->holds && viewer->seen_ms < *(const gint64 *)before;
}

static gboolean on_count(void *data)
{
	Broadcasts *self = data;
	gint64 before = clock_boot_ms() - VIEWER_MS;
	guint all = 0;
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, self->runs);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		Run *run = value;

		g_hash_table_foreach_remove(run->viewers, is_away, &before);
		all += g_hash_table_size(run->viewers);
		if (run->state != RUN_ENDED && run->viewers_said != g_hash_table_size(run->viewers))
			say_viewers(run);
	}
	if (all)
		return G_SOURCE_CONTINUE;
	self->viewers_timer = 0;
	return G_SOURCE_REMOVE;
}

Viewer *run_find_viewer(Run *self, const char *session)
{
	return g_hash_table_lookup(self->viewers, session);
}

Viewer *run_note_viewer(Run *self, const char *session)
{
	Viewer *viewer = run_find_viewer(self, session);

	if (self->state == RUN_ENDED)
		return NULL;
	if (!viewer && g_hash_table_size(self->viewers) < VIEWERS_MAX) {
		viewer = g_new0(Viewer, 1);
		g_hash_table_insert(self->viewers, g_strdup(session), viewer);
	}
	if (viewer)
		viewer->seen_ms = clock_boot_ms();
	if (!self->room->viewers_timer)
		self->room->viewers_timer = g_timeout_add(VIEWERS_EVERY_MS, on_count, self->room);
	return viewer;
}
