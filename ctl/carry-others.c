/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl's commands about the other buildings' boxes: who is known, and forgetting one that is gone. */
#include "answer.h"
#include "commands.h"
#include "phrase.h"

#include <stdio.h>
#include <string.h>

#define BOXES "/api/v1/carry/boxes"

static bool ask_boxes(Console *console, json_t **ret_answer, json_t **ret_items, GError **error)
{
	if (!console_request(console, "GET", BOXES, NULL, ret_answer, error))
		return false;
	*ret_items = json_object_get(*ret_answer, "items");
	return true;
}

static void print_box(const json_t *box)
{
	printf("%s  %s  ", answer_text(box, "id"), answer_text(box, "heard_at"));
	printf(phrase("lacks at most %lld events%s\n", "не хватает событий: не больше %lld%s\n"),
	       (long long)json_integer_value(json_object_get(box, "events")),
	       json_is_true(json_object_get(box, "decides"))
		       ? phrase("; people and classes are changed there", "; людей и классы меняют там")
		       : "");
}

bool command_carry_list(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) answer = NULL;
	json_t *items;
	json_t *box;
	size_t i;

	if (!ask_boxes(console, &answer, &items, error))
		return false;
	if (options->json) {
		answer_json(answer);
		return true;
	}
	if (!json_array_size(items))
		puts(phrase("No other building's box is known: none of their sticks was here.",
			    "Серверы других зданий неизвестны: их флешек здесь не было."));
	json_array_foreach(items, i, box) print_box(box);
	return true;
}

/* By the beginning of its id, if no other one begins so. Borrowed. */
static const json_t *find_box(const json_t *items, const char *beginning, GError **error)
{
	const json_t *found = NULL;
	json_t *box;
	size_t i;

	json_array_foreach(items, i, box) {
		if (!g_str_has_prefix(answer_text(box, "id"), beginning))
			continue;
		if (found)
			return error_null(error, ERROR_CONFLICT,
					  phrase("More than one box begins with %s: write more of it.",
						 "С %s начинается не один сервер: напишите больше знаков."),
					  beginning);
		found = box;
	}
	if (!found)
		return error_null(error, ERROR_NOT_FOUND,
				  phrase("No stick of a box %s was here: urokctl carry list shows which are "
					 "known.",
					 "Флешки сервера %s здесь не было: urokctl carry list покажет, какие "
					 "известны."),
				  beginning);
	return found;
}

static bool confirm(const Options *options, const json_t *box)
{
	if (options->yes)
		return true;
	printf(phrase("Sticks will no longer bring what only the box %s lacks, last heard %s. Nothing of the "
		      "school is removed. Forget it? [y/N] ",
		      "Флешки больше не будут везти то, чего не хватает только серверу %s (последний раз: %s). "
		      "Из школы ничего не удаляется. Забыть его? [д/Н] "),
	       answer_text(box, "id"), answer_text(box, "heard_at"));
	return answer_read_yes();
}

bool command_carry_forget(Console *console, const Options *options, char **words, GError **error)
{
	g_autoptr(json_t) known = NULL;
	g_autoptr(json_t) forgotten = NULL;
	g_autofree char *path = NULL;
	json_t *items;
	const json_t *box;

	if (!ask_boxes(console, &known, &items, error))
		return false;
	box = find_box(items, words[0], error);
	if (!box)
		return false;
	if (!confirm(options, box))
		return error_set(error, ERROR_CONFLICT, "%s",
				 phrase("Nothing was changed.", "Ничего не изменено."));
	path = g_strdup_printf(BOXES "/%s", answer_text(box, "id"));
	if (!console_request(console, "DELETE", path, NULL, NULL, error))
		return false;
	forgotten = json_pack("{ss}", "forgotten", answer_text(box, "id"));
	if (options->json)
		answer_json(forgotten);
	else
		printf(phrase("The box %s is forgotten. If its building comes back, its next stick makes it "
			      "known again.\n",
			      "Сервер %s забыт. Если то здание вернётся, его следующая флешка сделает его "
			      "снова известным.\n"),
		       answer_text(box, "id"));
	return true;
}
