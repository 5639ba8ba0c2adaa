/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What each copy costs alone: its own file, and the packs that no newer copy needs. */
#include "limit.h"

#include "base/log.h"
#include "reasons.h"
#include "shelf.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* All of one folder; copies stand with the oldest first, names with the newest first. */
typedef struct {
	char **names;
	GArray *copies; /* of SpaceCopy */
	int64_t used_bytes;
	const char *unreadable; /* of the names, or NULL: what it needs nobody knows, so none may go */
} Weights;

static void weights_free(Weights *self)
{
	if (!self)
		return;
	g_strfreev(self->names);
	g_array_unref(self->copies);
	g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Weights, weights_free)

static int64_t size_at(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	struct stat info;

	return stat(path, &info) == 0 ? (int64_t)info.st_size : 0;
}

static int64_t size_of_packs(const Work *work)
{
	g_autofree char *folder = g_build_filename(work->folder, "packs", NULL);
	g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
	const char *name;
	int64_t all = 0;

	while (directory && (name = g_dir_read_name(directory)))
		all += size_at(folder, name);
	return all;
}

/* The newest, and the newest that was proven: they stay whatever is set. */
static bool may_go(char **names, const json_t *proofs, guint place)
{
	for (guint i = 0; i < place; i++)
		if (shelf_is_proven(proofs, names[i]))
			return true;
	return place > 0 && !shelf_is_proven(proofs, names[place]);
}

/* The packs of a copy that no other one has claimed, which it does now. */
static int64_t claim(GHashTable *claimed, const Night *night)
{
	int64_t bytes = 0;

	for (guint i = 0; i < night->packs->len; i++) {
		const Pack *pack = night->packs->pdata[i];

		if (g_hash_table_add(claimed, g_strdup(pack->id.text)))
			bytes += pack->bytes;
	}
	return bytes;
}

/* First those that stay, then the newer ones: what is left to an older one goes with it. False: one of
 * them cannot be read, and nobody knows what it needs. */
static bool weigh_copies(Weights *self, const Work *work, const json_t *proofs, int key_fd)
{
	g_autoptr(GHashTable) claimed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (int round = 0; round < 2; round++)
		for (guint i = 0; self->names[i]; i++) {
			SpaceCopy *copy = &g_array_index(self->copies, SpaceCopy, self->copies->len - 1 - i);
			g_autofree char *path = g_build_filename(work->folder, self->names[i], NULL);
			g_autoptr(Night) night = NULL;

			copy->may_go = may_go(self->names, proofs, i);
			if (copy->may_go != (round == 1))
				continue;
			night = shelf_read(path, key_fd, NULL);
			if (!night) {
				self->unreadable = self->names[i];
				return false;
			}
			copy->bytes = claim(claimed, night) + size_at(work->folder, self->names[i]);
		}
	return true;
}

/* How much lies there alone: no copy is read. */
static Weights *weigh_all(const Work *work, GError **error)
{
	g_autoptr(Weights) self = g_new0(Weights, 1);

	self->copies = g_array_new(FALSE, TRUE, sizeof(SpaceCopy));
	self->names = shelf_list(work->folder, error);
	if (!self->names)
		return NULL;
	self->used_bytes = size_of_packs(work);
	for (char **name = self->names; *name; name++)
		self->used_bytes += size_at(work->folder, *name);
	return g_steal_pointer(&self);
}

/* Each copy too, which is read for it. */
static void weigh_each(Weights *self, const Work *work, int key_fd)
{
	g_autoptr(json_t) proofs = shelf_proofs(work->folder);

	g_array_set_size(self->copies, g_strv_length(self->names));
	if (!weigh_copies(self, work, proofs, key_fd))
		for (guint i = 0; i < self->copies->len; i++)
			g_array_index(self->copies, SpaceCopy, i) = (SpaceCopy){0};
}

static bool fits(const Work *work, const Weights *weights, int64_t needed)
{
	return weights->used_bytes + needed <= work->limit.most_bytes;
}

static int count_to_go(const Work *work, const Weights *weights, int64_t needed)
{
	return space_copies_to_go((const SpaceCopy *)(void *)weights->copies->data, weights->copies->len,
	                          weights->used_bytes, needed, work->limit.most_bytes);
}

json_t *limit_describe(Work *work, int key_fd, json_t *items)
{
	g_autoptr(Weights) weights = weigh_all(work, NULL);
	json_t *item;
	size_t i;

	if (weights)
		weigh_each(weights, work, key_fd);
	json_array_foreach(items, i, item) {
		const SpaceCopy *copy = weights && i < weights->copies->len
		                                ? &g_array_index(weights->copies, SpaceCopy,
		                                                 weights->copies->len - 1 - i)
		                                : NULL;

		json_object_set_new(item, "frees_bytes", json_integer(copy ? copy->bytes : 0));
		json_object_set_new(item, "may_go", json_boolean(copy && copy->may_go));
	}
	return json_integer(weights ? weights->used_bytes : 0);
}

static bool refuse(const Work *work, const Weights *weights, int64_t needed, GError **error)
{
	g_autofree char *most = g_format_size((guint64)work->limit.most_bytes);
	g_autofree char *used = g_format_size((guint64)weights->used_bytes);
	g_autofree char *more = g_format_size((guint64)needed);

	if (work->limit.oldest_go && weights->unreadable)
		return error_reason(error, ERROR_NO_SPACE, REASON_LIMIT, NULL,
		                    "Backups may take %s, %s are taken, and up to %s are needed: nothing was "
		                    "written. No old copy may go, since %s cannot be read here and nobody knows "
		                    "which parts it needs. Copy the folder %s to another disk, then remove that one copy",
		                    most, used, more, weights->unreadable, work->folder);
	return error_reason(error, ERROR_NO_SPACE, REASON_LIMIT, NULL,
	                    "Backups may take %s, %s are taken, and up to %s are needed: nothing was written. "
	                    "Raise the limit%s: the page of the server's disk, or urokctl space limit backups",
	                    most, used, more, work->limit.oldest_go ? "" : ", or let the oldest copies go");
}

static bool is_limited(const Work *work)
{
	return work->limit.most_bytes && g_strcmp0(work->folder, work->config->backup_folder) == 0;
}

bool limit_check(Work *work, int key_fd, int64_t needed, GError **error)
{
	g_autoptr(Weights) weights = NULL;

	if (!is_limited(work))
		return true;
	weights = weigh_all(work, error);
	if (!weights)
		return false;
	if (fits(work, weights, needed))
		return true;
	if (work->limit.oldest_go) {
		weigh_each(weights, work, key_fd);
		if (count_to_go(work, weights, needed) >= 0)
			return true;
	}
	return refuse(work, weights, needed, error);
}

bool limit_keep(Work *work, int key_fd, GError **error)
{
	g_autoptr(Weights) weights = NULL;
	int left;

	if (!is_limited(work) || !work->limit.oldest_go)
		return true;
	weights = weigh_all(work, error);
	if (!weights)
		return false;
	if (fits(work, weights, 0))
		return true;
	weigh_each(weights, work, key_fd);
	left = count_to_go(work, weights, 0);
	if (left <= 0)
		return true; /* not even all of them would make room */
	for (guint i = 0; i < weights->copies->len && left > 0; i++) {
		const char *name = weights->names[weights->copies->len - 1 - i];
		g_autofree char *path = g_build_filename(work->folder, name, NULL);

		if (!g_array_index(weights->copies, SpaceCopy, i).may_go)
			continue;
		if (unlink(path) != 0)
			return work_fail("removed", path, error);
		log_write(LOG_NOTICE, "%s has made room: backups have reached the limit that was set", name);
		left--;
	}
	return shelf_prune(work, key_fd, error);
}
