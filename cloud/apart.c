/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Parent and child of a view that is made apart. They share the lease; the folder is the child's until
 * it ends, and it ends with its parent. */
#include "apart.h"
#include "base/log.h"
#include "view.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#define AT_ONCE 2 /* each holds all of a school's log in memory */

struct Aparts {
	unsigned working;
	GQueue waiting; /* of Apart, whose turn comes */
};

struct Apart {
	Aparts *aparts;
	Ground ground;
	GSubprocess *process; /* NULL: it waits, or could not be started */
	OnMade on_made;
	void *data;
	guint unborn;
	bool is_freed; /* the process was killed, and nobody hears of its end any more */
};

/* --- The parent --- */

static void die_with_parent(void *data)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *spawn(const Ground *ground)
{
	g_autofree char *fence = g_strdup_printf("%" G_GINT64_FORMAT, (gint64)ground->fence);
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);

	g_subprocess_launcher_set_child_setup(launcher, die_with_parent, NULL, NULL);
	return g_subprocess_launcher_spawn(launcher, NULL, "/proc/self/exe", "--config",
	                                   ground->settings->path, "--make-view", "--", ground->school,
	                                   ground->run, fence, ground->folder, NULL);
}

static void start_some(Aparts *aparts);

static void on_ended(GObject *source, GAsyncResult *result, void *data)
{
	Apart *self = data;
	Aparts *aparts = self->aparts;
	bool is_made = g_subprocess_wait_check_finish(self->process, result, NULL);
	g_autoptr(GError) failure = NULL;

	g_clear_object(&self->process);
	if (aparts)
		aparts->working--;
	if (self->is_freed) {
		g_free(self);
	} else {
		if (!is_made)
			error_set(&failure, ERROR_INTERNAL, "The process that makes the view broke down");
		self->on_made(self->data, failure);
	}
	if (aparts)
		start_some(aparts);
}

static gboolean on_unborn(void *data)
{
	Apart *self = data;
	g_autoptr(GError) failure = NULL;

	self->unborn = 0;
	error_set(&failure, ERROR_INTERNAL, "The process that makes the view cannot be started");
	self->on_made(self->data, failure);
	return G_SOURCE_REMOVE;
}

static void start_some(Aparts *aparts)
{
	while (aparts->working < AT_ONCE && aparts->waiting.length > 0) {
		Apart *self = g_queue_pop_head(&aparts->waiting);

		self->process = spawn(&self->ground);
		if (self->process) {
			aparts->working++;
			g_subprocess_wait_check_async(self->process, NULL, on_ended, self);
		} else {
			self->unborn = g_idle_add(on_unborn, self);
		}
	}
}

Apart *apart_new(Aparts *aparts, const Ground *ground, OnMade on_made, void *data)
{
	Apart *self = g_new0(Apart, 1);

	self->aparts = aparts;
	self->ground = *ground;
	self->on_made = on_made;
	self->data = data;
	g_queue_push_tail(&aparts->waiting, self);
	start_some(aparts);
	return self;
}

void apart_free(Apart *self)
{
	if (!self)
		return;
	(void)g_queue_remove(&self->aparts->waiting, self);
	g_clear_handle_id(&self->unborn, g_source_remove);
	if (!self->process) {
		g_free(self);
		return;
	}
	self->is_freed = true;
	g_subprocess_force_exit(self->process);
}

Aparts *aparts_new(void)
{
	Aparts *self = g_new0(Aparts, 1);

	g_queue_init(&self->waiting);
	return self;
}

void aparts_free(Aparts *self)
{
	g_free(self);
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

/* Memory that runs out is this process's, not all schools'. */
static void go_first(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "500", 3) != 3)
		log_write(LOG_WARNING, "The system may end other processes before this one");
	close(fd);
}

bool apart_make(const Settings *settings, char *const words[4], GError **error)
{
	g_autoptr(Postgres) postgres = postgres_open(settings->postgres, 1, error);
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
	go_first();
	fetch = fetch_new(&ground, true, on_fetched, &making);
	g_main_loop_run(loop);
	fetch_free(fetch);
	if (making.failure)
		g_propagate_error(error, making.failure);
	return making.is_made;
}
