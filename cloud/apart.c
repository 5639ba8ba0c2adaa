/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Parent and child of a view that is made apart. They share the lease; the folder is the child's until
 * it ends, and it ends with its parent. */
#include "apart.h"
#include "base/log.h"
#include "view.h"

#include <gio/gio.h>
#include <signal.h>
#include <sys/prctl.h>

struct Apart {
	GSubprocess *process;
	OnMade on_made;
	void *data;
	bool is_ended;
	bool is_freed; /* nobody hears of its end any more */
};

/* --- The parent --- */

static void free_now(Apart *self)
{
	g_object_unref(self->process);
	g_free(self);
}

static void on_ended(GObject *source, GAsyncResult *result, void *data)
{
	Apart *self = data;
	g_autoptr(GError) failure = NULL;

	self->is_ended = true;
	if (self->is_freed) {
		free_now(self);
		return;
	}
	if (!g_subprocess_wait_check_finish(self->process, result, NULL))
		error_set(&failure, ERROR_INTERNAL, "The process that makes the view broke down");
	self->on_made(self->data, failure);
}

static void die_with_parent(void *data)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
}

Apart *apart_new(const Ground *ground, OnMade on_made, void *data, GError **error)
{
	g_autofree char *fence = g_strdup_printf("%" G_GINT64_FORMAT, (gint64)ground->fence);
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
	GSubprocess *process;
	Apart *self;

	g_subprocess_launcher_set_child_setup(launcher, die_with_parent, NULL, NULL);
	process = g_subprocess_launcher_spawn(launcher, error, "/proc/self/exe", "--config",
	                                      ground->settings->path, "--make-view", "--",
	                                      ground->school, ground->run, fence, ground->folder, NULL);
	if (!process)
		return NULL;
	self = g_new0(Apart, 1);
	self->process = process;
	self->on_made = on_made;
	self->data = data;
	g_subprocess_wait_check_async(process, NULL, on_ended, self);
	return self;
}

void apart_free(Apart *self)
{
	if (!self)
		return;
	if (self->is_ended) {
		free_now(self);
		return;
	}
	self->is_freed = true;
	g_subprocess_force_exit(self->process);
}

/* --- The child --- */

typedef struct {
	GMainLoop *loop;
	const Ground *ground;
	bool is_made;
	GError *failure;
} Making;

static void on_view_end(void *data, bool lost)
{
	log_write(LOG_WARNING, lost ? "The school that is made apart is held by another instance"
	                            : "The view that is made apart is behind");
}

/* Opened as the house that it will be, by nobody; closed at once. */
static bool make(const Ground *ground, const Fetched *fetched, GError **error)
{
	const ViewOptions options = {*ground, on_view_end, NULL};
	g_autofree char *path = g_build_filename(ground->folder, "urok.conf", NULL);
	g_autoptr(Config) config = config_load(path, error);
	g_autoptr(View) view = config ? view_new(&options, fetched) : NULL;
	AppView house;
	App *app;

	if (!view)
		return false;
	house = view_for_house(view);
	app = app_new_view(config, &house, error);
	if (!app)
		return false;
	app_free(app);
	view_note(view);
	return true;
}

static void on_fetched(void *data, const Fetched *fetched, const GError *failure)
{
	Making *self = data;

	if (failure)
		self->failure = g_error_copy(failure);
	else
		self->is_made = make(self->ground, fetched, &self->failure);
	g_main_loop_quit(self->loop);
}

bool apart_make(const Settings *settings, char *const words[4], GError **error)
{
	g_autoptr(Postgres) postgres = postgres_new(settings->postgres, 1, error);
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	const Ground ground = {
	        .postgres = postgres,
	        .settings = settings,
	        .run = words[1],
	        .school = words[0],
	        .folder = words[3],
	        .fence = g_ascii_strtoll(words[2], NULL, 10),
	};
	Making making = {loop, &ground, false, NULL};
	Fetch *fetch;

	if (!postgres)
		return false;
	fetch = fetch_new(&ground, true, on_fetched, &making);
	g_main_loop_run(loop);
	fetch_free(fetch);
	if (making.failure)
		g_propagate_error(error, making.failure);
	return making.is_made;
}
