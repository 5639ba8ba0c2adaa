/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Onto a stick: a book of events, and packs of files. Both have another name until they are whole;
 * what an earlier journey left of this box goes when the new book is named. */
#include "answer.h"
#include "backup/crypt.h"
#include "base/place.h"
#include "carry-folder.h"
#include "carry-private.h"
#include "phrase.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILES_PARTS 256
#define ENTRIES_MAX 1000 /* of a line */

typedef struct {
	Carrying *carrying;
	json_t *begun; /* urokd's answer */
	char *stem;    /* of the packs' names: "ORIGIN-CLOCK" */
	Book *book;
	Sealed *pack;
	char *pack_name;
	int64_t pack_bytes;
	json_t *entries; /* of the pack, not in the book yet */
	json_t *held;    /* addresses, the same */
	unsigned packs;
	int64_t events, files, bytes, left_out;
} Export;

static void export_clear(Export *self)
{
	json_decref(self->begun);
	g_free(self->stem);
	book_free(self->book);
	sealed_free(self->pack);
	g_free(self->pack_name);
	json_decref(self->entries);
	json_decref(self->held);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Export, export_clear)

static bool ask(const Export *self, const char *what, json_t *body, json_t **ret_answer, GError **error)
{
	g_autofree char *path = g_strdup_printf("/exports/%s/%s", answer_text(self->begun, "id"), what);

	return carrying_ask(self->carrying, "POST", path, body, ret_answer, error);
}

static char *place_of(const Export *self, const char *name, const char *end)
{
	g_autofree char *file = g_strconcat(name, end, NULL);

	return g_build_filename(self->carrying->folder, file, NULL);
}

static const char *our_origin(const Export *self)
{
	return answer_text(self->carrying->state, "origin");
}

/* What a journey that was cut off left. NULL: also what is whole and not of this one. */
static void remove_old(const Export *self, bool also_whole)
{
	g_autoptr(GDir) folder = g_dir_open(self->carrying->folder, 0, NULL);
	const char *name;

	while (folder && (name = g_dir_read_name(folder))) {
		g_autofree char *path = g_build_filename(self->carrying->folder, name, NULL);
		bool half = g_str_has_suffix(name, CARRY_HALF_END);
		bool old = also_whole && g_str_has_suffix(name, CARRY_PACK_END) &&
			   !g_str_has_prefix(name, self->stem);

		if (g_str_has_prefix(name, our_origin(self)) && (half || old))
			unlink(path);
	}
}

static bool flush_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool flushed = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);

	if (fd >= 0)
		close(fd);
	return flushed;
}

static bool name_whole(const Export *self, const char *half, const char *whole, GError **error)
{
	if (rename(half, whole) == 0 && flush_folder(self->carrying->folder))
		return true;
	return error_set(error, errno == ENOSPC ? ERROR_NO_SPACE : ERROR_INTERNAL,
			 phrase("%s could not be written: %s.", "Не удалось записать %s: %s."), whole,
			 g_strerror(errno));
}

/* --- Events --- */

static bool write_heading(Export *self, GError **error)
{
	const json_t *state = self->carrying->state;

	return book_write(self->book,
			  json_pack("{si ss sO sO sO}", "urok_carry", CARRY_FORMAT, "version", UROK_VERSION,
				    "school", json_object_get(state, "school"), "name",
				    json_object_get(state, "name"), "greeting",
				    json_object_get(self->begun, "greeting")),
			  error);
}

static bool write_frames(Export *self, GError **error)
{
	int64_t waiting = json_integer_value(json_object_get(self->begun, "waiting"));

	for (;;) {
		g_autoptr(json_t) answer = NULL;
		json_t *frame;

		if (!ask(self, "frames", json_object(), &answer, error))
			return false;
		frame = json_object_get(answer, "frame");
		if (!json_is_object(frame))
			return true;
		self->events = json_integer_value(json_object_get(answer, "events"));
		if (!book_write(self->book, json_pack("{sO}", "frame", frame), error))
			return false;
		carrying_progress(self->carrying, phrase("events", "события"), self->events,
				  MAX(waiting, self->events));
	}
}

/* --- Files --- */

static bool write_entries(Export *self, GError **error)
{
	json_t *entries = g_steal_pointer(&self->entries);

	return !entries || book_write(self->book,
				      json_pack("{ss so}", "pack", self->pack_name, "files", entries), error);
}

static bool end_pack(Export *self, GError **error)
{
	g_autofree char *half = NULL;
	g_autofree char *whole = NULL;

	if (!self->pack)
		return true;
	half = place_of(self, self->pack_name, CARRY_HALF_END);
	whole = place_of(self, self->pack_name, "");
	if (!write_entries(self, error) || !sealed_end(self->pack, error) ||
	    !name_whole(self, half, whole, error))
		return false;
	g_clear_pointer(&self->pack, sealed_free);
	g_clear_pointer(&self->pack_name, g_free);
	return true;
}

static bool begin_pack(Export *self, GError **error)
{
	int key_fd = key_hold(self->carrying->secret, error);
	g_autofree char *public = key_fd >= 0 ? key_public(key_fd, error) : NULL;
	const char *const recipients[] = {public, NULL};
	g_autofree char *half = NULL;

	if (key_fd >= 0)
		close(key_fd);
	if (!public)
		return false;
	self->pack_name = g_strdup_printf("%s-%04u" CARRY_PACK_END, self->stem, ++self->packs);
	half = place_of(self, self->pack_name, CARRY_HALF_END);
	self->pack_bytes = 0;
	self->pack = sealed_new(half, recipients, PACKING_NONE, error);
	return self->pack != NULL;
}

static bool pack_file(Export *self, const char *address, GError **error)
{
	g_autofree char *path = place_of_sum(answer_text(self->carrying->state, "files"), address);
	g_autoptr(GMappedFile) map = g_mapped_file_new(path, FALSE, NULL);
	gsize size = map ? g_mapped_file_get_length(map) : 0;

	if (!map || size > CARRY_FILE_MAX) {
		self->left_out += map != NULL;
		return true; /* it went meanwhile, or is larger than anything that Urok keeps */
	}
	if ((self->pack_bytes + (int64_t)size > CARRY_PACK_MAX && !end_pack(self, error)) ||
	    (!self->pack && !begin_pack(self, error)) ||
	    (size > 0 && !sealed_write(self->pack, g_mapped_file_get_contents(map), size, error)))
		return false;
	if (!self->entries)
		self->entries = json_array();
	json_array_append_new(self->entries, json_pack("[sI]", address, (json_int_t)size));
	self->pack_bytes += (int64_t)size;
	self->bytes += (int64_t)size;
	self->files++;
	return json_array_size(self->entries) < ENTRIES_MAX || write_entries(self, error);
}

static bool write_held(Export *self, GError **error)
{
	json_t *held = self->held;

	self->held = json_array();
	return book_write(self->book, json_pack("{so}", "held", held), error);
}

static bool take_item(Export *self, const json_t *item, bool all, GError **error)
{
	const char *address = answer_text(item, "address");

	json_array_append_new(self->held, json_string(address));
	if (json_array_size(self->held) >= ENTRIES_MAX && !write_held(self, error))
		return false;
	return (!all && json_is_true(json_object_get(item, "known"))) || pack_file(self, address, error);
}

static bool write_files(Export *self, bool all, GError **error)
{
	self->held = json_array();
	for (int part = 0; part < FILES_PARTS; part++) {
		g_autoptr(json_t) answer = NULL;
		size_t i;
		json_t *item;

		if (!ask(self, "files", json_pack("{si}", "part", part), &answer, error))
			return false;
		json_array_foreach(json_object_get(answer, "items"), i, item)
			if (!take_item(self, item, all, error))
				return false;
		carrying_progress(self->carrying, phrase("files", "файлы"), part + 1, FILES_PARTS);
	}
	return end_pack(self, error) && write_held(self, error);
}

/* --- All of it --- */

static bool write_book(Export *self, bool all, GError **error)
{
	g_autofree char *name = g_strconcat(our_origin(self), CARRY_BOOK_END, NULL);
	g_autofree char *half = place_of(self, name, CARRY_HALF_END);
	g_autofree char *whole = place_of(self, name, "");

	self->book = book_new(half, self->carrying->secret, error);
	if (!self->book || !write_heading(self, error) || !write_frames(self, error) ||
	    !write_files(self, all, error) || !book_end(self->book, error) ||
	    !name_whole(self, half, whole, error))
		return false;
	remove_old(self, true);
	return true;
}

/* For the administrator's page. What is on the stick is whole whether it hears of it or not. */
static void tell_daemon(const Export *self)
{
	g_autoptr(json_t) answer = NULL;

	(void)ask(self, "end", json_pack("{sI}", "files", (json_int_t)self->files), &answer, NULL);
}

static void tell(const Export *self)
{
	g_autofree char *size = g_format_size((guint64)self->bytes);

	if (self->carrying->json) {
		g_autoptr(json_t) answer =
			json_pack("{sI sI sI sI}", "events", (json_int_t)self->events, "files",
				  (json_int_t)self->files, "file_bytes", (json_int_t)self->bytes,
				  "left_out", (json_int_t)self->left_out);

		answer_json(answer);
		return;
	}
	if (json_is_true(json_object_get(self->begun, "withheld")))
		puts(phrase("This box was restored and does not know yet what the other one has of it: this "
			    "stick only asks. Bring it back from there, import it, and export again.",
			    "Этот сервер восстановлен и ещё не знает, что о нём есть у другого: эта флешка "
			    "только спрашивает. Привезите её оттуда, примите здесь и запишите снова."));
	printf(phrase("%" G_GINT64_FORMAT " events and %" G_GINT64_FORMAT " files (%s) are on the stick. "
		      "Unmount it, and in the other building: urokctl carry import FOLDER.\n",
		      "На флешке %" G_GINT64_FORMAT " событий и %" G_GINT64_FORMAT " файлов (%s). "
		      "Отключите её и в другом здании выполните: urokctl carry import ПАПКА.\n"),
	       (gint64)self->events, (gint64)self->files, size);
}

bool carrying_export(Carrying *carrying, bool all, GError **error)
{
	g_auto(Export) self = {.carrying = carrying};
	bool done;

	if (!json_is_string(json_object_get(carrying->state, "school")))
		return error_set(error, ERROR_CONFLICT, "%s",
				 phrase("There is no school on this box yet.",
					"На этом сервере ещё нет школы."));
	if (!carrying_ask(carrying, "POST", "/exports", json_pack("{sb}", "all", (int)all), &self.begun,
			  error))
		return false;
	self.stem = g_strdup_printf("%s-%" JSON_INTEGER_FORMAT, our_origin(&self),
				    json_integer_value(json_object_get(
					    json_object_get(self.begun, "greeting"), "clock")));
	remove_old(&self, false);
	done = write_book(&self, all, error);
	carrying_end_progress(carrying);
	if (done) {
		tell_daemon(&self);
		tell(&self);
	}
	return done;
}
