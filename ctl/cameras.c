/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl's commands about cameras: list, try, add, remove. */
#include "answer.h"
#include "commands.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define CAMERAS	     "/api/v1/cameras"
#define PROBES	     "/api/v1/camera-probes"
#define SECRET_BYTES 256

static json_t *list(Console *console, GError **error)
{
	json_t *cameras = NULL;

	console_request(console, "GET", CAMERAS, NULL, &cameras, error);
	return cameras;
}

bool command_camera_list(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) cameras = list(console, error);
	const json_t *items;
	json_t *camera;
	size_t i;

	if (!cameras)
		return false;
	if (options->json) {
		answer_json(cameras);
		return true;
	}
	items = json_object_get(cameras, "items");
	if (json_array_size(items) == 0)
		puts("There is no camera yet. Add one: urokctl camera add NAME rtsp://...");
	json_array_foreach(items, i, camera)
		printf("%-20s %-13s %s  %s\n", answer_text(camera, "slug"),
		       answer_text(camera, "state"), answer_text(camera, "name"),
		       answer_text(camera, "url"));
	return true;
}

static bool is_called(const json_t *camera, const char *words)
{
	return strcmp(answer_text(camera, "slug"), words) == 0 ||
	       strcmp(answer_text(camera, "name"), words) == 0 ||
	       strcmp(answer_text(camera, "id"), words) == 0;
}

/* By its slug, its name as people write it, or its id. */
static json_t *find(Console *console, const char *words, GError **error)
{
	g_autoptr(json_t) cameras = list(console, error);
	json_t *camera;
	size_t i;

	if (!cameras)
		return NULL;
	json_array_foreach(json_object_get(cameras, "items"), i, camera)
		if (is_called(camera, words))
			return json_incref(camera);
	return error_null(error, ERROR_NOT_FOUND,
			  "There is no camera %s. urokctl camera list shows them all.", words);
}

/* The password is asked for, or read from a pipe: an argument would be seen by everybody. */
static char *read_password(GError **error)
{
	char text[SECRET_BYTES] = "";
	bool asks = isatty(STDIN_FILENO);
	struct termios before;
	struct termios silent;
	char *end;

	if (asks) {
		fputs("The camera's password: ", stderr);
		tcgetattr(STDIN_FILENO, &before);
		silent = before;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	}
	end = fgets(text, sizeof text, stdin);
	if (asks) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fputs("\n", stderr);
	}
	if (!end)
		return error_null(error, ERROR_INVALID,
				  "With --login the password is read from the standard input, "
				  "which gave none.");
	text[strcspn(text, "\r\n")] = '\0';
	return g_strdup(text);
}

static json_t *source(const Options *options, const char *url, GError **error)
{
	g_autoptr(json_t) wanted = json_pack("{s:s}", "url", url);
	g_autofree char *password = NULL;

	if (!wanted)
		return error_null(error, ERROR_INVALID, "This address is no UTF-8 text.");
	if (options->login) {
		password = read_password(error);
		if (!password)
			return NULL;
		json_object_set_new(wanted, "login", json_string(options->login));
		json_object_set_new(wanted, "password", json_string(password));
	}
	return g_steal_pointer(&wanted);
}

/* Starts a probe and stays with it until it ended; its steps are told to people. */
static json_t *probe(Console *console, const Options *options, json_t *wanted, GError **error)
{
	g_autoptr(json_t) state = NULL;
	g_autofree char *path = NULL;
	g_autofree char *step = NULL;

	if (!console_request(console, "POST", PROBES, wanted, &state, error))
		return NULL;
	path = g_strconcat(PROBES "/", answer_text(state, "id"), NULL);
	while (strcmp(answer_text(state, "state"), "running") == 0) {
		json_t *next = NULL;

		if (!options->json && g_strcmp0(step, answer_text(state, "step")) != 0)
			fprintf(stderr, "%s...\n", answer_text(state, "step"));
		g_free(step);
		step = g_strdup(answer_text(state, "step"));
		console_pause();
		if (!console_request(console, "GET", path, NULL, &next, error))
			return NULL;
		json_decref(state);
		state = next;
	}
	return g_steal_pointer(&state);
}

static bool check_found(const json_t *state, const Options *options, GError **error)
{
	const char *detail = answer_text(state, "detail");

	if (strcmp(answer_text(state, "state"), "done") == 0)
		return true;
	return error_reason(error, ERROR_CONFLICT, options->json ? COMMAND_SAID : "camera", NULL,
			    "The camera cannot be used (%s). %s", answer_text(state, "reason"),
			    detail);
}

static void print_found(const json_t *state)
{
	const json_t *found = json_object_get(state, "found");
	const json_t *video = json_object_get(found, "video");
	const json_t *audio = json_object_get(found, "audio");

	if (!json_is_object(found))
		return;
	printf("Picture   %s %s, %lld x %lld, %g pictures a second\n", answer_text(video, "codec"),
	       answer_text(video, "profile"),
	       (long long)json_integer_value(json_object_get(video, "width")),
	       (long long)json_integer_value(json_object_get(video, "height")),
	       json_number_value(json_object_get(video, "frame_rate")));
	if (json_is_object(audio))
		printf("Sound     %s, %lld Hz\n", answer_text(audio, "codec"),
		       (long long)json_integer_value(json_object_get(audio, "rate")));
	else
		puts("Sound     none");
	printf("Transport %s\n", answer_text(found, "transport"));
	if (json_is_true(json_object_get(found, "playable"))) {
		puts("Browsers can play it.");
		return;
	}
	printf("Browsers cannot play it: %s.\n", answer_text(found, "not_playable_reason"));
	if (*answer_text(found, "missing_package"))
		printf("This package would help: apt-get install %s\n",
		       answer_text(found, "missing_package"));
}

bool command_camera_probe(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) wanted = NULL;
	g_autoptr(json_t) state = NULL;

	if (strstr(words[0], "://")) {
		wanted = source(options, words[0], error);
	} else {
		g_autoptr(json_t) camera = find(console, words[0], error);

		wanted = camera ? json_pack("{s:s}", "camera", answer_text(camera, "id")) : NULL;
	}
	if (!wanted)
		return false;
	state = probe(console, options, wanted, error);
	if (!state)
		return false;
	if (options->json)
		answer_json(state);
	else
		print_found(state);
	return check_found(state, options, error);
}

bool command_camera_add(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) wanted = source(options, words[1], error);
	g_autoptr(json_t) state = NULL;
	g_autoptr(json_t) camera = NULL;

	if (!wanted)
		return false;
	if (!options->untried) {
		state = probe(console, options, wanted, error);
		if (!state)
			return false;
		if (options->json && strcmp(answer_text(state, "state"), "done") != 0)
			answer_json(state);
		else if (!options->json)
			print_found(state);
		if (!check_found(state, options, error))
			return false;
		json_object_set(wanted, "probe", json_object_get(state, "id"));
	}
	if (json_object_set_new(wanted, "name", json_string(words[0])) != 0)
		return error_set(error, ERROR_INVALID, "This name is no UTF-8 text.");
	if (!console_request(console, "POST", CAMERAS, wanted, &camera, error))
		return false;
	if (options->json)
		answer_json(camera);
	else
		printf("The camera %s is there; its short name is %s.\n",
		       answer_text(camera, "name"), answer_text(camera, "slug"));
	return true;
}

bool command_camera_remove(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) camera = find(console, words[0], error);
	g_autofree char *path = NULL;

	if (!camera)
		return false;
	path = g_strconcat(CAMERAS "/", answer_text(camera, "id"), NULL);
	if (!console_request(console, "DELETE", path, NULL, NULL, error))
		return false;
	if (options->json)
		answer_json(camera);
	else
		printf("The camera %s is removed.\n", answer_text(camera, "name"));
	return true;
}
