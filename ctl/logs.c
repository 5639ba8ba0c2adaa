/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl logs: the journal of our units, by journalctl itself. */
#include "commands.h"
#include "phrase.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* A unit's name as it is; else a camera's short name. */
static char *unit_of(const char *word)
{
	if (strchr(word, '.') || strchr(word, '@') || strcmp(word, "urokd") == 0 ||
	    strcmp(word, "nginx") == 0 || g_str_has_prefix(word, "urok-"))
		return g_strdup(word);
	return g_strdup_printf("urok-broadcast@%s.service", word);
}

bool command_logs(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(GPtrArray) call = g_ptr_array_new();
	g_autofree char *unit = words[0] ? unit_of(words[0]) : NULL;
	static const char *const OURS[] = {"-u", "urokd.service", "-u", "urok-*", "-u", "nginx.service"};

	g_ptr_array_add(call, (void *)"journalctl");
	if (unit) {
		g_ptr_array_add(call, (void *)"-u");
		g_ptr_array_add(call, unit);
	} else {
		for (size_t i = 0; i < G_N_ELEMENTS(OURS); i++)
			g_ptr_array_add(call, (void *)OURS[i]);
	}
	if (options->follow)
		g_ptr_array_add(call, (void *)"-f");
	g_ptr_array_add(call, (void *)(options->json ? "--output=json" : "--output=short-iso"));
	if (!options->follow)
		g_ptr_array_add(call, (void *)"-e");
	g_ptr_array_add(call, (void *)"-n");
	g_ptr_array_add(call, (void *)(options->lines ? options->lines : "200"));
	g_ptr_array_add(call, NULL);
	execvp("journalctl", (char **)call->pdata);
	return error_set(error, ERROR_UNAVAILABLE, phrase("journalctl cannot be run: %s.",
							  "Не удалось запустить journalctl: %s."),
			 g_strerror(errno));
}
