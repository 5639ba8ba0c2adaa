/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A book of what was brought to the other side. What is not in it is not ours to remove; what is, and was lost here
 * before its time, stays there until that is over. */
#include "sent.h"

#include "shelf.h"

#include <errno.h>
#include <string.h>

#define BOOK_NAME   "sent.json"
#define SENDER_NAME "sender"
#define BOOK_MAX    (16 << 20)
#define PACKS       "packs/"

/* Such a name is a word of a filter's too. */
static bool is_plain(const char *name)
{
	for (; *name; name++)
		if (!g_ascii_isalnum(*name) && !strchr("-_.", *name))
			return false;
	return true;
}

static char *book_path(const Work *work)
{
	return g_build_filename(work->state, BOOK_NAME, NULL);
}

static json_t *load(const Work *work, const char *target)
{
	g_autofree char *path = book_path(work);
	g_autofree char *text = NULL;
	g_autoptr(json_t) book = NULL;
	gsize size = 0;

	if (g_file_get_contents(path, &text, &size, NULL) && size <= BOOK_MAX)
		book = json_parse(text, size, NULL);
	if (json_is_object(json_object_get(book, "copies")) && json_is_object(json_object_get(book, "packs")) &&
	    g_strcmp0(json_string_value(json_object_get(book, "to")), target) == 0)
		return g_steal_pointer(&book);
	return json_pack("{ss s{} s{}}", "to", target, "copies", "packs");
}

static bool save(const Work *work, const json_t *book, GError **error)
{
	g_autofree char *path = book_path(work);
	g_autofree char *text = json_format(book);

	return work_write_file(path, text, strlen(text), 0600, error);
}

/* Names of the packs that lie in the folder, each with true; owned. */
static json_t *packs_here(const Work *work, GError **error)
{
	g_autofree char *path = g_build_filename(work->folder, PACKS, NULL);
	g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
	json_t *packs;
	const char *name;

	if (!directory) {
		work_fail("read", path, error);
		return NULL;
	}
	packs = json_object();
	while ((name = g_dir_read_name(directory)))
		if (g_str_has_suffix(name, ".pack") && is_plain(name))
			json_object_set_new(packs, name, json_true());
	return packs;
}

static json_t *names_of(const json_t *object)
{
	json_t *names = json_array();
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)object, name, value)
		json_array_append_new(names, json_string(name));
	return names;
}

json_t *sent_begin(Work *work, const char *target, GError **error)
{
	g_autoptr(json_t) book = load(work, target);
	g_autoptr(json_t) packs = packs_here(work, error);
	g_auto(GStrv) names = packs ? shelf_list(work->folder, error) : NULL;
	json_t *copies = json_object_get(book, "copies");

	if (!names)
		return NULL;
	for (char **name = names; *name; name++)
		if (is_plain(*name) && !json_object_get(copies, *name))
			json_object_set_new(copies, *name, names_of(packs));
	json_object_update(json_object_get(book, "packs"), packs);
	return save(work, book, error) ? g_steal_pointer(&book) : NULL;
}

/* --- What may go --- */

static int by_name_backwards(const void *a, const void *b)
{
	return strcmp(*(const char *const *)b, *(const char *const *)a);
}

/* Of all copies, the newest first. */
static GPtrArray *all_copies(const json_t *book)
{
	GPtrArray *names = g_ptr_array_new();
	const char *name;
	json_t *packs;

	json_object_foreach(json_object_get(book, "copies"), name, packs)
		if (is_plain(name))
			g_ptr_array_add(names, (char *)name);
	g_ptr_array_sort(names, by_name_backwards);
	g_ptr_array_add(names, NULL);
	return names;
}

/* Copies that are not here: their time is over, or their packs are needed there. */
static void judge_copies(const Work *work, const json_t *book, char **here, GPtrArray *gone, json_t *needed)
{
	g_autoptr(GPtrArray) names = all_copies(book);
	g_autoptr(json_t) proofs = shelf_proofs(work->folder);
	g_autofree bool *kept = g_new0(bool, names->len);

	shelf_choose((char **)names->pdata, proofs, kept);
	for (guint i = 0; names->pdata[i]; i++) {
		const json_t *packs = json_object_get(json_object_get(book, "copies"), names->pdata[i]);
		size_t at;
		json_t *pack;

		if (g_strv_contains((const char *const *)here, names->pdata[i]))
			continue;
		if (!kept[i])
			g_ptr_array_add(gone, g_strdup(names->pdata[i]));
		else
			json_array_foreach((json_t *)packs, at, pack)
				if (json_is_string(pack))
					json_object_set_new(needed, json_string_value(pack), json_true());
	}
}

GPtrArray *sent_superseded(Work *work, const json_t *sent, GError **error)
{
	g_autoptr(GPtrArray) gone = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(json_t) needed = packs_here(work, error);
	g_auto(GStrv) here = needed ? shelf_list(work->folder, error) : NULL;
	const char *name;
	json_t *value;

	if (!here)
		return NULL;
	judge_copies(work, sent, here, gone, needed);
	json_object_foreach(json_object_get(sent, "packs"), name, value)
		if (is_plain(name) && !json_object_get(needed, name))
			g_ptr_array_add(gone, g_strconcat(PACKS, name, NULL));
	return g_steal_pointer(&gone);
}

bool sent_end(Work *work, json_t *sent, const GPtrArray *gone, GError **error)
{
	for (guint i = 0; i < gone->len; i++) {
		const char *path = gone->pdata[i];
		bool is_pack = g_str_has_prefix(path, PACKS);

		json_object_del(json_object_get(sent, is_pack ? "packs" : "copies"),
		                is_pack ? path + strlen(PACKS) : path);
	}
	return save(work, sent, error);
}

/* --- Who sends --- */

char *sent_sender(Work *work, GError **error)
{
	g_autofree char *path = g_build_filename(work->state, SENDER_NAME, NULL);
	char *text = NULL;

	if (g_file_get_contents(path, &text, NULL, NULL) && id_is_valid(g_strstrip(text)))
		return text;
	g_free(text);
	text = g_strdup(id_new().text);
	if (work_write_file(path, text, strlen(text), 0600, error))
		return text;
	g_free(text);
	return NULL;
}
