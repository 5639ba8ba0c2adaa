/* SPDX-License-Identifier: LGPL-2.1-or-later
 * From a stick: each book of another box is read to its end before anything of it is taken; then
 * the files come, then the events that name them. */
#include "answer.h"
#include "backup/crypt.h"
#include "carry-folder.h"
#include "carry-private.h"
#include "phrase.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
	char *path;
	json_t *heading;
	int64_t lines;
} Found;

typedef struct {
	Carrying *carrying;
	json_t *begun;
	const Found *found;
	int64_t line;
	int64_t events, files, left_out;
	/* The pack that is open. */
	char *pack_name;
	Opened *pack;
	GHashTable *lacking; /* of the line's files */
	GByteArray *content;
} Import;

static void found_free(void *data)
{
	Found *self = data;

	g_free(self->path);
	json_decref(self->heading);
	g_free(self);
}

static void import_clear(Import *self)
{
	json_decref(self->begun);
	g_free(self->pack_name);
	opened_free(self->pack);
	if (self->lacking)
		g_hash_table_unref(self->lacking);
	if (self->content)
		g_byte_array_unref(self->content);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Import, import_clear)

/* --- What there is --- */

static bool keep_heading(void *data, json_t *line, GError **error)
{
	Found *found = data;

	if (!found->heading)
		found->heading = json_incref(line);
	return true;
}

static int64_t clock_of(const Found *found)
{
	return json_integer_value(
		json_object_get(json_object_get(found->heading, "greeting"), "clock"));
}

static int by_clock(const void *a, const void *b)
{
	int64_t first = clock_of(*(Found *const *)a);
	int64_t second = clock_of(*(Found *const *)b);

	return first < second ? -1 : first > second;
}

static bool explain(const char *path, GError *cause, GError **error)
{
	g_autofree char *name = g_path_get_basename(path);

	if (strcmp(error_reason_of(cause), CRYPT_NO_KEY) == 0)
		error_set(error, ERROR_FORBIDDEN,
			  phrase("%s is another school's, or was sealed with another key: nothing was taken. "
				 "A box that was not restored from a copy of the first one takes its key by --key.",
				 "%s — другой школы или закрыт другим ключом: ничего не взято. Серверу, который "
				 "не восстановлен из копии первого, ключ дают через --key."),
			  name);
	else if (strcmp(error_reason_of(cause), CRYPT_DAMAGED) == 0)
		error_set(error, ERROR_INVALID,
			  phrase("%s is damaged or cut short: nothing of it was taken. Export it again.",
				 "%s повреждён или обрезан: из него ничего не взято. Запишите его заново."),
			  name);
	else if (g_str_has_prefix(cause->message, name))
		error_set(error, (ErrorCode)cause->code, "%s", cause->message);
	else
		error_set(error, (ErrorCode)cause->code, "%s: %s", name, cause->message);
	g_error_free(cause);
	return false;
}

static bool look_at(Carrying *self, const char *path, GPtrArray *found, GError **error)
{
	Found *one = g_new0(Found, 1);
	GError *cause = NULL;

	one->path = g_strdup(path);
	if (!book_read(path, self->secret, keep_heading, one, &one->lines, &cause)) {
		found_free(one);
		return explain(path, cause, error);
	}
	g_ptr_array_add(found, one);
	return true;
}

/* Books of other boxes, the oldest first. */
static GPtrArray *find_books(Carrying *self, GError **error)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(found_free);
	g_autoptr(GDir) folder = g_dir_open(self->folder, 0, NULL);
	g_autofree char *own = g_strconcat(answer_text(self->state, "origin"), CARRY_BOOK_END, NULL);
	const char *name;
	bool is_there = false;

	while (folder && (name = g_dir_read_name(folder))) {
		g_autofree char *path = g_build_filename(self->folder, name, NULL);

		if (!g_str_has_suffix(name, CARRY_BOOK_END))
			continue;
		is_there = true;
		if (strcmp(name, own) != 0 && !look_at(self, path, found, error))
			return NULL;
	}
	if (found->len == 0)
		return error_null(error, ERROR_NOT_FOUND, "%s",
				  is_there ? phrase("There is only what this box wrote itself.",
						    "Здесь только то, что записал этот же сервер.")
					   : phrase("Nothing of Urok's lies there: urokctl carry export writes it, "
						    "in the other building.",
						    "Здесь нет ничего от Урока: это записывает urokctl carry export "
						    "в другом здании."));
	g_ptr_array_sort(found, by_clock);
	return g_steal_pointer(&found);
}

/* --- Taking --- */

static bool ask(const Import *self, const char *what, json_t *body, json_t **ret_answer, GError **error)
{
	g_autofree char *path = g_strdup_printf("/imports/%s/%s", answer_text(self->begun, "id"), what);

	return carrying_ask(self->carrying, "POST", path, body, ret_answer, error);
}

static void show(Import *self, const char *what)
{
	carrying_progress(self->carrying, what, ++self->line, self->found->lines);
}

static bool open_pack(Import *self, const char *name, GError **error)
{
	g_autofree char *path = NULL;
	int key_fd;

	if (g_strcmp0(name, self->pack_name) == 0)
		return true;
	if (!carry_pack_is_valid(name))
		return error_set(error, ERROR_INVALID, "%s",
				 phrase("It names a file that it may not name.",
					"Там назван файл, которого там быть не может."));
	g_clear_pointer(&self->pack, opened_free);
	g_free(self->pack_name);
	self->pack_name = g_strdup(name);
	path = g_build_filename(self->carrying->folder, name, NULL);
	key_fd = key_hold(self->carrying->secret, error);
	self->pack = key_fd >= 0 ? opened_new(path, key_fd, false, error) : NULL;
	if (key_fd >= 0)
		close(key_fd);
	return self->pack != NULL;
}

static bool find_lacking(Import *self, const json_t *files, GError **error)
{
	json_t *addresses = json_array();
	g_autoptr(json_t) answer = NULL;
	size_t i;
	json_t *file;

	json_array_foreach(files, i, file) json_array_append(addresses, json_array_get(file, 0));
	if (!ask(self, "lacking", json_pack("{so}", "addresses", addresses), &answer, error))
		return false;
	if (self->lacking)
		g_hash_table_unref(self->lacking);
	self->lacking = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	json_array_foreach(json_object_get(answer, "addresses"), i, file)
		g_hash_table_add(self->lacking, g_strdup(json_string_value(file)));
	return true;
}

/* Where the limit of files is reached the events that name it come all the same: files may follow. */
static bool put_content(Import *self, const char *address, size_t size, GError **error)
{
	g_autofree char *path = g_strdup_printf("/api/v1/console/carry/imports/%s/files/%s",
						answer_text(self->begun, "id"), address);
	g_autoptr(GError) cause = NULL;

	if (console_put(self->carrying->console, path, self->content->data, size, &cause)) {
		self->files++;
		return true;
	}
	if (strcmp(error_reason_of(cause), "files-full") != 0) {
		g_propagate_error(error, g_steal_pointer(&cause));
		return false;
	}
	self->left_out++;
	return true;
}

static bool take_content(Import *self, const char *address, int64_t size, GError **error)
{
	int64_t got;

	g_byte_array_set_size(self->content, (guint)size);
	got = size > 0 ? opened_read(self->pack, self->content->data, (size_t)size, error) : 0;
	if (got < 0)
		return false;
	if (got < size)
		return error_reason(error, ERROR_INVALID, CRYPT_DAMAGED, NULL, "%s is cut short",
				    self->pack_name);
	return !g_hash_table_contains(self->lacking, address) ||
	       put_content(self, address, (size_t)size, error);
}

static bool take_pack(Import *self, json_t *line, GError **error)
{
	const json_t *files = json_object_get(line, "files");
	size_t i;
	json_t *file;

	if (!open_pack(self, answer_text(line, "pack"), error) || !find_lacking(self, files, error))
		return false;
	json_array_foreach(files, i, file)
	{
		const char *address;
		int64_t size;

		if (!carry_file_read(file, &address, &size))
			return error_set(error, ERROR_INVALID, "A file of a pack makes no sense");
		if (!take_content(self, address, size, error))
			return false;
	}
	return true;
}

static bool take_files(void *data, json_t *line, GError **error)
{
	Import *self = data;
	json_t *held = json_object_get(line, "held");

	if (json_object_get(line, "pack"))
		return take_pack(self, line, error);
	return !held || ask(self, "holdings", json_pack("{sO}", "addresses", held), NULL, error);
}

static bool take_frames(void *data, json_t *line, GError **error)
{
	Import *self = data;
	json_t *frame = json_object_get(line, "frame");

	show(self, phrase("taken", "принято"));
	return !frame || ask(self, "frames", json_pack("{sO}", "frame", frame), NULL, error);
}

static bool begin(Import *self, GError **error)
{
	const json_t *heading = self->found->heading;

	return carrying_ask(self->carrying, "POST", "/imports",
			    json_pack("{sO sO}", "greeting", json_object_get(heading, "greeting"), "school",
				      json_object_get(heading, "school")),
			    &self->begun, error);
}

static void tell(const Import *self, json_t *answer)
{
	const char *name = answer_text(self->found->heading, "name");
	int64_t aside = json_integer_value(json_object_get(answer, "aside"));

	json_object_set_new(answer, "left_out", json_integer(self->left_out));
	if (self->carrying->json) {
		answer_json(answer);
		return;
	}
	printf(phrase("%s: %" JSON_INTEGER_FORMAT " events and %" G_GINT64_FORMAT " files were new.\n",
		      "%s: новых событий — %" JSON_INTEGER_FORMAT ", файлов — %" G_GINT64_FORMAT ".\n"),
	       name, json_integer_value(json_object_get(answer, "events")), (gint64)self->files);
	if (!json_is_true(json_object_get(answer, "newer")))
		puts(phrase("It is older than what was here last: all of it was known.",
			    "Это старше того, что привозили в прошлый раз."));
	if (json_is_true(json_object_get(answer, "healed")))
		puts(phrase("This box was an older copy of itself: its later events are back.",
			    "Этот сервер был восстановлен из более старой копии: его поздние события вернулись."));
	if (self->left_out > 0)
		printf(phrase("%" G_GINT64_FORMAT " files were left out: the limit that was set for files is reached. "
			      "Raise it (urokctl space limit files SIZE), and the next sticks bring them: export "
			      "here first.\n",
			      "Файлов не принято: %" G_GINT64_FORMAT ". Место, отведённое для файлов, закончилось. "
			      "Увеличьте его (urokctl space limit files РАЗМЕР), и их привезут следующие флешки: "
			      "сначала запишите флешку здесь.\n"),
		       (gint64)self->left_out);
	if (aside > 0)
		printf(phrase("%" G_GINT64_FORMAT " events could not be applied: they wait in the log.\n",
			      "%" G_GINT64_FORMAT " событий применить не удалось: они ждут в журнале.\n"),
		       (gint64)aside);
}

static bool take_book(Carrying *carrying, const Found *found, GError **error)
{
	g_auto(Import) self = {.carrying = carrying, .found = found};
	g_autoptr(json_t) answer = NULL;
	GError *cause = NULL;
	bool done;

	self.content = g_byte_array_new();
	done = begin(&self, &cause) &&
	       book_read(found->path, carrying->secret, take_files, &self, NULL, &cause) &&
	       book_read(found->path, carrying->secret, take_frames, &self, NULL, &cause) &&
	       ask(&self, "end", json_object(), &answer, &cause);
	carrying_end_progress(carrying);
	if (!done)
		return explain(found->path, cause, error);
	tell(&self, answer);
	return true;
}

bool carrying_import(Carrying *self, GError **error)
{
	g_autoptr(GPtrArray) found = find_books(self, error);

	for (guint i = 0; found && i < found->len; i++)
		if (!take_book(self, found->pdata[i], error))
			return false;
	return found != NULL;
}
