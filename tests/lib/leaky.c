/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A program with a leak: what watches for leaks must see it. Ends at once, or, told to stay, as urokd does. */
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>

static gboolean on_stop(void *loop)
{
	g_main_loop_quit(loop);
	return G_SOURCE_CONTINUE;
}

static void leak(void)
{
	char *volatile text = g_strdup("Nobody will free this.");

	text = NULL;
	(void)text;
}

int main(int argc, char **argv)
{
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);

	leak();
	if (argc < 2 || strcmp(argv[1], "stay") != 0)
		return 0;
	g_unix_signal_add(SIGTERM, on_stop, loop);
	puts("leaky is ready");
	fflush(stdout);
	g_main_loop_run(loop);
	return 0;
}
