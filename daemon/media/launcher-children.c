/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Workers as children of the daemon, or found living from a daemon before. A pidfd says when one
 * ends and takes signals, whoever its parent is. */
#include "media/media.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define ORPHAN_SECONDS "120"

typedef struct {
	Launcher launcher; /* first: it is the same address */
	char *program;
	char *folder;
	char *pipelines;
	char **arguments;
	bool lives_on;
	GHashTable *running; /* name → Running */
} Children;

typedef struct {
	Children *children;
	char *name;
	GPid pid;
	bool adopted;
	int fd;
	unsigned watch_id;
} Running;

static void running_free(void *data)
{
	Running *self = data;

	g_clear_handle_id(&self->watch_id, g_source_remove);
	if (self->fd >= 0)
		close(self->fd);
	g_free(self->name);
	g_free(self);
}

static void reap(const Running *running, int flags)
{
	if (!running->adopted)
		waitpid(running->pid, NULL, flags);
}

static gboolean on_ended(int fd, GIOCondition condition, void *data)
{
	Running *running = data;
	Children *self = running->children;
	g_autofree char *name = g_strdup(running->name);

	running->watch_id = 0;
	reap(running, WNOHANG);
	g_hash_table_remove(self->running, name);
	self->launcher.on_exit(self->launcher.media, name);
	return G_SOURCE_REMOVE;
}

static bool watch(Children *self, const char *name, GPid pid, bool adopted)
{
	int fd = pidfd_open(pid, 0);
	Running *running;

	if (fd < 0)
		return false;
	running = g_new0(Running, 1);
	running->children = self;
	running->name = g_strdup(name);
	running->pid = pid;
	running->adopted = adopted;
	running->fd = fd;
	running->watch_id = g_unix_fd_add(fd, G_IO_IN, on_ended, running);
	g_hash_table_replace(self->running, running->name, running);
	return true;
}

static void add(GStrvBuilder *words, const char *first, const char *second)
{
	g_strv_builder_add(words, first);
	if (second)
		g_strv_builder_add(words, second);
}

static char **command(Children *self, const char *folder)
{
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();

	add(words, self->program, NULL);
	add(words, "--directory", folder);
	add(words, "--pipelines", self->pipelines);
	if (self->lives_on)
		add(words, "--orphan", ORPHAN_SECONDS);
	else
		add(words, "--with-parent", NULL);
	if (self->arguments)
		g_strv_builder_addv(words, (const char **)self->arguments);
	return g_strv_builder_end(words);
}

static bool start(Launcher *launcher, const char *name, GError **error)
{
	Children *self = (Children *)launcher;
	g_autofree char *folder = g_build_filename(self->folder, name, NULL);
	g_auto(GStrv) words = command(self, folder);
	g_autoptr(GError) cause = NULL;
	GPid pid;

	if (g_hash_table_contains(self->running, name))
		return true;
	if (!g_spawn_async(NULL, words, NULL,
			   G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDIN_FROM_DEV_NULL, NULL, NULL,
			   &pid, &cause))
		return error_set(error, ERROR_INTERNAL, "%s", cause->message);
	if (watch(self, name, pid, false))
		return true;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return error_set(error, ERROR_INTERNAL, "The worker cannot be watched: %s",
			 g_strerror(errno));
}

static gboolean reap_stopped(int fd, GIOCondition condition, void *data)
{
	waitpid(GPOINTER_TO_INT(data), NULL, WNOHANG);
	close(fd);
	return G_SOURCE_REMOVE;
}

/* It is ended without ceremony: it had its `stop` and its time. */
static void stop(Launcher *launcher, const char *name)
{
	Children *self = (Children *)launcher;
	Running *running = g_hash_table_lookup(self->running, name);

	if (!running)
		return;
	pidfd_send_signal(running->fd, SIGKILL, NULL, 0);
	if (!running->adopted) {
		g_unix_fd_add(running->fd, G_IO_IN, reap_stopped, GINT_TO_POINTER(running->pid));
		running->fd = -1; /* closed when it is reaped */
	}
	g_hash_table_remove(self->running, name);
}

static void adopt(Launcher *launcher, const char *name, GPid pid)
{
	Children *self = (Children *)launcher;

	if (pid > 0 && !g_hash_table_contains(self->running, name))
		watch(self, name, pid, true);
}

/* All at once, and then each is waited for: a worker ends within milliseconds of a SIGTERM. */
static void free_children(Launcher *launcher)
{
	Children *self = (Children *)launcher;
	GHashTableIter each;
	Running *running;

	g_hash_table_iter_init(&each, self->running);
	while (g_hash_table_iter_next(&each, NULL, (void **)&running))
		pidfd_send_signal(running->fd, SIGTERM, NULL, 0);
	g_hash_table_iter_init(&each, self->running);
	while (g_hash_table_iter_next(&each, NULL, (void **)&running)) {
		GPollFD gone = {.fd = running->fd, .events = G_IO_IN};

		if (g_poll(&gone, 1, 2000) == 0)
			pidfd_send_signal(running->fd, SIGKILL, NULL, 0);
		reap(running, 0);
	}
	g_hash_table_unref(self->running);
	g_strfreev(self->arguments);
	g_free(self->program);
	g_free(self->folder);
	g_free(self->pipelines);
	g_free(self);
}

Launcher *launcher_children_new(const LauncherChildrenOptions *options)
{
	Children *self = g_new0(Children, 1);

	self->launcher =
		(Launcher){.start = start, .stop = stop, .adopt = adopt, .free = free_children};
	self->program = g_strdup(options->program);
	self->folder = g_strdup(options->folder);
	self->pipelines = g_strdup(options->pipelines);
	self->arguments = g_strdupv((char **)options->arguments);
	self->lives_on = options->lives_on;
	self->running = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, running_free);
	return &self->launcher;
}

void launcher_free(Launcher *launcher)
{
	if (launcher)
		launcher->free(launcher);
}
