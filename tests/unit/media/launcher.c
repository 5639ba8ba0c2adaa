/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The children launcher with a shell script for a worker. */
#include "media/media.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
	char *folder;
	char *program;
	Launcher *launcher;
	GPtrArray *exits; /* names */
} Fixture;

static void on_exit_of(void *media, const char *name)
{
	g_ptr_array_add(((Fixture *)media)->exits, g_strdup(name));
}

static void set_up(Fixture *fixture, gconstpointer script)
{
	LauncherChildrenOptions options = {.pipelines = "/nowhere"};

	fixture->folder = g_dir_make_tmp("launcher-XXXXXX", NULL);
	fixture->program = g_build_filename(fixture->folder, "worker", NULL);
	g_assert_true(g_file_set_contents(fixture->program, script, -1, NULL));
	g_assert_no_errno(chmod(fixture->program, 0700));
	fixture->exits = g_ptr_array_new_with_free_func(g_free);
	options.program = fixture->program;
	options.folder = fixture->folder;
	fixture->launcher = launcher_children_new(&options);
	fixture->launcher->on_exit = on_exit_of;
	fixture->launcher->media = fixture;
}

static void tear_down(Fixture *fixture, gconstpointer script)
{
	const char *name;
	GDir *folder;

	launcher_free(fixture->launcher);
	while (g_main_context_iteration(NULL, FALSE))
		;
	folder = g_dir_open(fixture->folder, 0, NULL);
	while ((name = g_dir_read_name(folder))) {
		g_autofree char *path = g_build_filename(fixture->folder, name, NULL);

		unlink(path);
	}
	g_dir_close(folder);
	rmdir(fixture->folder);
	g_ptr_array_unref(fixture->exits);
	g_free(fixture->program);
	g_free(fixture->folder);
}

/* What the script writes when it runs: its pid. */
static GPid wait_pid(Fixture *fixture)
{
	g_autofree char *path = g_build_filename(fixture->folder, "pid", NULL);
	g_autofree char *text = NULL;

	while (!g_file_get_contents(path, &text, NULL, NULL) || !strchr(text, '\n')) {
		g_clear_pointer(&text, g_free);
		g_main_context_iteration(NULL, FALSE);
	}
	return (GPid)g_ascii_strtoll(text, NULL, 10);
}

static void wait_exit(Fixture *fixture)
{
	while (fixture->exits->len == 0)
		g_main_context_iteration(NULL, TRUE);
}

static bool is_alive(GPid pid)
{
	return kill(pid, 0) == 0;
}

#define LIVES "#!/bin/sh\necho $$ > \"$(dirname \"$0\")/pid\"\nexec cat /dev/zero > /dev/null\n"
#define ENDS  "#!/bin/sh\nexit 0\n"

static void test_exit(Fixture *fixture, gconstpointer data)
{
	g_assert_true(fixture->launcher->start(fixture->launcher, "one", NULL));
	wait_exit(fixture);
	g_assert_cmpstr(fixture->exits->pdata[0], ==, "one");
}

static void test_crash(Fixture *fixture, gconstpointer data)
{
	g_assert_true(fixture->launcher->start(fixture->launcher, "one", NULL));
	kill(wait_pid(fixture), SIGSEGV);
	wait_exit(fixture);
	g_assert_cmpuint(fixture->exits->len, ==, 1);
}

static void test_stop(Fixture *fixture, gconstpointer data)
{
	GPid pid;

	g_assert_true(fixture->launcher->start(fixture->launcher, "one", NULL));
	pid = wait_pid(fixture);
	fixture->launcher->stop(fixture->launcher, "one");
	while (is_alive(pid))
		g_main_context_iteration(NULL, TRUE);
	g_assert_cmpuint(fixture->exits->len, ==, 0);
	fixture->launcher->stop(fixture->launcher, "nobody");
}

static void test_free_ends_all(Fixture *fixture, gconstpointer data)
{
	LauncherChildrenOptions options = {.program = fixture->program,
					   .folder = fixture->folder,
					   .pipelines = "/nowhere",
					   .lives_on = true};
	Launcher *launcher = launcher_children_new(&options);
	GPid pid;

	g_assert_true(launcher->start(launcher, "one", NULL));
	pid = wait_pid(fixture);
	launcher_free(launcher);
	g_assert_false(is_alive(pid));
}

/* A worker of a daemon that was killed: not our child, and still ended with us. */
static void test_adopted(Fixture *fixture, gconstpointer data)
{
	char *words[] = {fixture->program, NULL};
	GPid pid;

	g_assert_true(g_spawn_async(NULL, words, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL));
	pid = wait_pid(fixture);
	fixture->launcher->adopt(fixture->launcher, "one", pid);
	kill(pid, SIGKILL);
	wait_exit(fixture);
	g_assert_cmpstr(fixture->exits->pdata[0], ==, "one");
}

static void test_no_program(Fixture *fixture, gconstpointer data)
{
	LauncherChildrenOptions options = {.program = "/nowhere/urok-broadcast",
					   .folder = fixture->folder,
					   .pipelines = "/nowhere"};
	g_autoptr(Launcher) launcher = launcher_children_new(&options);
	g_autoptr(GError) error = NULL;

	g_assert_false(launcher->start(launcher, "one", &error));
	g_assert_true(error_is(error, ERROR_INTERNAL));
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/launcher/exit", Fixture, ENDS, set_up, test_exit, tear_down);
	g_test_add("/launcher/crash", Fixture, LIVES, set_up, test_crash, tear_down);
	g_test_add("/launcher/stop", Fixture, LIVES, set_up, test_stop, tear_down);
	g_test_add("/launcher/free-ends-all", Fixture, LIVES, set_up, test_free_ends_all,
		   tear_down);
	g_test_add("/launcher/adopted", Fixture, LIVES, set_up, test_adopted, tear_down);
	g_test_add("/launcher/no-program", Fixture, ENDS, set_up, test_no_program, tear_down);
	return g_test_run();
}
