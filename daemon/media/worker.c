/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Connecting comes first: only where nobody answers a program is started. After a crash it is
 * started again, later each time, until it has lived for a while. */
#include "media/worker.h"

#include "base/log.h"

#define RESTART_FIRST_MS 200
#define RESTART_MOST_MS	 (30 * 1000)
#define STEADY_US	 (60 * G_USEC_PER_SEC) /* lived so long: the next crash is the first one */
#define SILENT_US	 (15 * G_USEC_PER_SEC) /* started, and nobody answers: taken for dead */
#define END_PATIENCE_MS	 3000

struct Worker {
	Launcher *launcher;
	char *name;
	char *folder;
	Link *link;
	WorkerListener listener;
	void *data;
	bool up;
	bool launched;
	gint64 launched_us;
	unsigned crashes;
	unsigned timer_id; /* until the next start, or until a stop is made sure of */
	bool ending;
	void (*on_ended)(void *data, Worker *worker);
	void *ended_data;
};

static void launch(Worker *self)
{
	g_autoptr(GError) error = NULL;

	self->launched = true;
	self->launched_us = g_get_monotonic_time();
	if (self->launcher->start(self->launcher, self->name, &error))
		return;
	if (!self->crashes) /* the tries that follow have nothing new to say */
		log_failure(LOG_ERROR, error, "The worker %s was not started", self->name);
	worker_on_exit(self);
}

static gboolean launch_again(void *data)
{
	Worker *self = data;

	self->timer_id = 0;
	if (!self->up)
		launch(self);
	return G_SOURCE_REMOVE;
}

void worker_on_exit(Worker *self)
{
	unsigned pause_ms;

	if (self->ending || self->timer_id)
		return;
	if (g_get_monotonic_time() - self->launched_us > STEADY_US)
		self->crashes = 0;
	pause_ms = RESTART_FIRST_MS << MIN(self->crashes, 8);
	self->launched = true; /* the timer does it, not an unanswered connection */
	self->launched_us = g_get_monotonic_time();
	self->crashes++;
	self->timer_id = g_timeout_add(MIN(pause_ms, RESTART_MOST_MS), launch_again, self);
	self->listener.on_crash(self->data, self->crashes);
}

/* --- Ending --- */

static gboolean ended(void *data)
{
	Worker *self = data;

	self->timer_id = 0;
	self->launcher->stop(self->launcher, self->name);
	self->on_ended(self->ended_data, self);
	return G_SOURCE_REMOVE;
}

static void end_now(Worker *self)
{
	g_clear_handle_id(&self->timer_id, g_source_remove);
	self->timer_id = g_idle_add(ended, self);
}

void worker_end(Worker *self, void (*on_ended)(void *data, Worker *worker), void *data)
{
	self->ending = true;
	self->on_ended = on_ended;
	self->ended_data = data;
	g_clear_handle_id(&self->timer_id, g_source_remove);
	self->timer_id = g_timeout_add(END_PATIENCE_MS, ended, self);
	worker_say(self, &(Wire){.word = WIRE_STOP});
}

/* --- The connection --- */

static void on_up(void *data, GPid pid)
{
	Worker *self = data;

	self->up = true;
	if (!self->launched) {
		self->launcher->adopt(self->launcher, self->name, pid);
		self->launched = true;
		self->launched_us = g_get_monotonic_time();
	}
	if (self->ending)
		worker_say(self, &(Wire){.word = WIRE_STOP});
	else
		self->listener.on_up(self->data);
}

static void on_word(void *data, const Wire *wire)
{
	Worker *self = data;

	if (!self->ending)
		self->listener.on_word(self->data, wire);
}

static void on_down(void *data)
{
	Worker *self = data;

	self->up = false;
	if (self->ending)
		end_now(self);
	else
		self->listener.on_down(self->data);
}

static void on_unreachable(void *data)
{
	Worker *self = data;

	/* Who is told to end may still be on its way up: the patience of worker_end() counts. */
	if (self->ending || self->timer_id)
		return;
	if (!self->launched)
		launch(self);
	else if (g_get_monotonic_time() - self->launched_us > SILENT_US)
		worker_on_exit(self);
}

/* --- Life --- */

Worker *worker_new(Launcher *launcher, const char *folder, const char *name,
		   const WorkerListener *listener, void *data)
{
	const LinkListener link = {on_word, on_up, on_down, on_unreachable};
	Worker *self = g_new0(Worker, 1);

	self->launcher = launcher;
	self->name = g_strdup(name);
	self->folder = g_build_filename(folder, name, NULL);
	self->listener = *listener;
	self->data = data;
	self->link = link_new(self->folder, &link, self);
	return self;
}

void worker_free(Worker *self)
{
	if (!self)
		return;
	g_clear_handle_id(&self->timer_id, g_source_remove);
	link_free(self->link);
	g_free(self->folder);
	g_free(self->name);
	g_free(self);
}

void worker_say(Worker *self, const Wire *wire)
{
	link_say(self->link, wire);
}

const char *worker_name(const Worker *self)
{
	return self->name;
}

const char *worker_folder(const Worker *self)
{
	return self->folder;
}
