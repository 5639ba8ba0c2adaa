/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A browser's name for its owner's list of sessions; no more of User-Agent is kept. */
#include "people/people-private.h"

#include <string.h>

typedef struct {
	const char *mark;
	const char *name;
} Known;

/* The first that fits: most browsers name their ancestors too. */
static const Known BROWSERS[] = {
	{"YaBrowser/", "Яндекс Браузер"},
	{"Edg/", "Edge"},
	{"OPR/", "Opera"},
	{"SamsungBrowser/", "Samsung"},
	{"Firefox/", "Firefox"},
	{"FxiOS/", "Firefox"},
	{"Chromium/", "Chromium"},
	{"CriOS/", "Chrome"},
	{"Chrome/", "Chrome"},
	{"Safari/", "Safari"},
	{"urokctl/", "urokctl"},
};

static const Known SYSTEMS[] = {
	{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"},	  {"Windows", "Windows"},
	{"Mac OS X", "macOS"},	{"CrOS", "ChromeOS"}, {"Linux", "Linux"},
};

static const char *find_known(const Known known[], size_t n_known, const char *text)
{
	for (size_t i = 0; i < n_known; i++)
		if (strstr(text, known[i].mark))
			return known[i].name;
	return NULL;
}

char *device_name(const char *user_agent)
{
	const char *browser;
	const char *system;

	if (!user_agent)
		return g_strdup("");
	browser = find_known(BROWSERS, G_N_ELEMENTS(BROWSERS), user_agent);
	system = find_known(SYSTEMS, G_N_ELEMENTS(SYSTEMS), user_agent);
	return g_strjoin(browser && system ? ", " : "", browser ? browser : "",
			 system ? system : "", NULL);
}
