/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which copies there are. */
#include "commands.h"

#include "ctl/phrase.h"
#include "limit.h"
#include "shelf.h"

#include <sys/stat.h>
#include <unistd.h>

/* One that cannot be read is listed by its name. */
static json_t *item_of(const char *folder, const char *name, const json_t *proofs, int key_fd)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autoptr(GError) failure = NULL;
	g_autoptr(json_t) head = key_fd >= 0 ? shelf_read_head(path, key_fd, &failure) : NULL;
	const json_t *proof = json_object_get(proofs, name);
	json_t *item = json_pack("{ss sO? sO?}", "file", name, "verified", json_object_get(proof, "ok"),
	                         "verified_at", json_object_get(proof, "at"));

	if (!head) {
		json_object_set_new(item, "failure",
		                    json_string(failure ? failure->message : "there is no key here"));
		json_object_set_new(item, "reason",
		                    json_string(failure ? error_reason_of(failure) : CRYPT_NO_KEY));
		return item;
	}
	json_object_set(item, "made_at", json_object_get(head, "made_at"));
	json_object_set(item, "version", json_object_get(head, "version"));
	json_object_set(item, "school", json_object_get(json_object_get(head, "school"), "name"));
	json_object_set(item, "new_bytes", json_object_get(head, "new_bytes"));
	json_object_set(item, "database_bytes",
	                json_object_get(json_object_get(head, "database"), "bytes"));
	json_object_set(item, "files_bytes", json_object_get(json_object_get(head, "files"), "bytes"));
	return item;
}

static json_t *list(Work *work, int key_fd, GError **error)
{
	g_auto(GStrv) names = shelf_list(work->folder, error);
	g_autoptr(json_t) proofs = shelf_proofs(work->folder);
	json_t *items = names ? json_array() : NULL;

	for (char **name = names; name && *name; name++)
		json_array_append_new(items, item_of(work->folder, *name, proofs, key_fd));
	return items;
}

void list_report(Work *work, int key_fd)
{
	json_t *items;
	json_t *used;

	if (g_strcmp0(work->folder, work->config->backup_folder) != 0)
		return;
	items = list(work, key_fd, NULL);
	if (!items)
		return;
	used = limit_describe(work, key_fd, items);
	(void)work_report(work, json_pack("{so so}", "backups", items, "used_bytes", used), NULL);
}

static void print_item(const json_t *item)
{
	const json_t *failure = json_object_get(item, "failure");
	int64_t bytes = json_integer_value(json_object_get(item, "database_bytes")) +
	                json_integer_value(json_object_get(item, "files_bytes"));
	const json_t *ok = json_object_get(item, "verified");
	g_autofree char *size = g_format_size((guint64)bytes);

	if (failure)
		printf("%s  %s\n", night_text(item, NULL, "file"), json_string_value(failure));
	else
		printf("%s  %s  %s  Urok %s  %s\n", night_text(item, NULL, "file"),
		       night_text(item, NULL, "school"), size, night_text(item, NULL, "version"),
		       json_is_true(ok)    ? phrase("proven", "проверена")
		       : json_is_false(ok) ? phrase("would not come back", "не восстановится")
		                           : phrase("not proven yet", "ещё не проверена"));
}

bool command_list(Work *work, const Wishes *wishes, GError **error)
{
	int key_fd = shelf_box_key(work, false, NULL);
	g_autoptr(json_t) items = list(work, key_fd, error);
	g_autoptr(json_t) answer = items ? json_pack("{sO ss}", "items", items, "folder", work->folder)
	                                 : NULL;
	const json_t *item;
	size_t i;

	if (key_fd >= 0)
		close(key_fd);
	if (!answer)
		return false;
	if (work->json) {
		g_autofree char *text = json_format(answer);

		puts(text);
		return true;
	}
	json_array_foreach(items, i, item)
		print_item(item);
	if (!json_array_size(items))
		printf(phrase("There is no backup in %s yet. Make one: urokctl backup\n",
		              "В %s ещё нет копий. Сделать: urokctl backup\n"),
		       work->folder);
	return true;
}
