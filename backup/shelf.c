/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copies in their folder: read, written, thrown away when their time is over. */
#include "shelf.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_PREFIX "urok-"
#define NAME_SUFFIX ".backup"
#define NAME_LENGTH 30 /* urok-20270114T021005123.backup */
#define HEAD_READ   (1 << 20)
#define NIGHT_MAX   ((size_t)1 << 31)
#define KEEP_DAYS   7
#define DAY_COPIES  8
#define KEEP_WEEKS  4
#define KEEP_MONTHS 6

/* --- Names --- */

static int by_name_backwards(const void *a, const void *b)
{
	return strcmp(*(const char *const *)b, *(const char *const *)a);
}

static bool is_name(const char *name)
{
	return strlen(name) == NAME_LENGTH && g_str_has_prefix(name, NAME_PREFIX) &&
	       g_str_has_suffix(name, NAME_SUFFIX);
}

char **shelf_list(const char *folder, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) failure = NULL;
	g_autoptr(GDir) directory = g_dir_open(folder, 0, &failure);
	const char *name;

	if (!directory && !g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_NOENT))
		return error_null(error, ERROR_INTERNAL, "%s cannot be read: %s", folder,
		                  failure->message);
	while (directory && (name = g_dir_read_name(directory)))
		if (is_name(name))
			g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, by_name_backwards);
	g_ptr_array_set_free_func(names, NULL);
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_steal(names, NULL);
}

char *shelf_new_name(void)
{
	char at[TIME_TEXT_SIZE];
	g_autoptr(GString) name = g_string_new(NAME_PREFIX);

	clock_format(clock_wall_ms(), at);
	for (const char *c = at; *c; c++)
		if (g_ascii_isdigit(*c) || *c == 'T')
			g_string_append_c(name, *c);
	return g_strconcat(name->str, NAME_SUFFIX, NULL);
}

char *shelf_pack_path(const char *folder, const Pack *pack)
{
	return g_strdup_printf("%s/packs/%s.pack", folder, pack->id.text);
}

/* --- One copy --- */

static bool read_all(Opened *opened, GByteArray *into, GError **error)
{
	for (;;) {
		guint before = into->len;
		int64_t got;

		if (before >= NIGHT_MAX)
			return error_set(error, ERROR_TOO_LARGE, "The description of the copy has no end");
		g_byte_array_set_size(into, before + HEAD_READ);
		got = opened_read(opened, into->data + before, HEAD_READ, error);
		g_byte_array_set_size(into, before + (guint)MAX(got, 0));
		if (got < HEAD_READ)
			return got >= 0;
	}
}

Night *shelf_read(const char *path, int key_fd, GError **error)
{
	g_autoptr(Opened) opened = opened_new(path, key_fd, true, error);
	g_autoptr(GByteArray) bytes = g_byte_array_new();

	if (!opened || !read_all(opened, bytes, error))
		return NULL;
	return night_parse((const char *)bytes->data, bytes->len, error);
}

json_t *shelf_read_head(const char *path, int key_fd, GError **error)
{
	g_autoptr(Opened) opened = opened_new(path, key_fd, true, error);
	g_autofree char *bytes = g_malloc(HEAD_READ);
	int64_t got = opened ? opened_read(opened, bytes, HEAD_READ, error) : -1;
	size_t size;

	return got < 0 ? NULL : night_parse_head(bytes, (size_t)got, &size, error);
}

bool shelf_write(const char *path, Night *night, const char *const recipients[],
                 const SignPair *pair, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *half = g_strdup_printf("%s/" HALF_PREFIX "%s", folder, id_new().text);
	g_autoptr(GByteArray) bytes = night_format(night, pair);
	g_autoptr(Sealed) sealed = sealed_new(half, recipients, PACKING_GZIP, error);

	if (!sealed || !sealed_write(sealed, bytes->data, bytes->len, error) ||
	    !sealed_end(sealed, error))
		return false;
	if (rename(half, path) != 0)
		return work_fail("named", path, error);
	return work_flush_folder(folder, error);
}

/* --- Who made it --- */

SignPair *shelf_pair(Work *work, GError **error)
{
	g_autofree char *path = g_build_filename(work->config->data_directory, "box.key", NULL);
	g_autofree SignPair *pair = g_new0(SignPair, 1);

	return maker_load(path, pair, error) ? g_steal_pointer(&pair) : NULL;
}

void pair_free(SignPair *pair)
{
	if (pair)
		explicit_bzero(pair, sizeof *pair);
	g_free(pair);
}

void shelf_mark(const Night *night, char ret_mark[MAKER_MARK_SIZE])
{
	if (night->is_signed)
		maker_mark(night->maker, ret_mark);
	else
		g_strlcpy(ret_mark, "none", MAKER_MARK_SIZE);
}

bool shelf_check_maker(Work *work, const Night *night, const char *wanted, bool lives, GError **error)
{
	SignPair *own = shelf_pair(work, NULL);
	bool is_ours = own && night->is_signed && memcmp(own->public, night->maker, SIGN_PUBLIC_SIZE) == 0;
	char mark[MAKER_MARK_SIZE];

	pair_free(own);
	shelf_mark(night, mark);
	if (wanted)
		return g_ascii_strcasecmp(wanted, mark) == 0 ||
		       error_reason(error, ERROR_FORBIDDEN, CRYPT_FOREIGN, NULL,
		                    "This copy was made by the server %s, not by %s: nothing was done", mark,
		                    wanted);
	return is_ours || !lives ||
	       error_reason(error, ERROR_FORBIDDEN, CRYPT_FOREIGN, NULL,
	                    "This copy was not made by this school's server: its maker's mark is %s. If "
	                    "that is what the paper with the recovery key says, give it: --maker %s",
	                    mark, mark);
}

bool shelf_check_packs(const char *folder, const Night *night, GError **error)
{
	for (guint i = 0; i < night->packs->len; i++) {
		const Pack *pack = night->packs->pdata[i];
		g_autofree char *path = shelf_pack_path(folder, pack);
		struct stat info;

		if (stat(path, &info) != 0)
			return error_reason(error, ERROR_INVALID, CRYPT_DAMAGED, NULL,
			                    "A part of this backup is missing: %s. It must lie beside it, in "
			                    "the folder packs",
			                    path);
		if (info.st_size != pack->bytes)
			return error_reason(error, ERROR_INVALID, CRYPT_DAMAGED, NULL,
			                    "A part of this backup is damaged: %s was cut short or changed",
			                    path);
	}
	return true;
}

/* --- Throwing away --- */

static void sweep_folder(const char *folder)
{
	g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
	const char *name;

	while (directory && (name = g_dir_read_name(directory))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (g_str_has_prefix(name, HALF_PREFIX) || g_str_has_suffix(name, ".half"))
			unlink(path);
	}
}

void shelf_sweep(const char *folder)
{
	g_autofree char *packs = g_build_filename(folder, "packs", NULL);

	sweep_folder(folder);
	sweep_folder(packs);
}

json_t *shelf_proofs(const char *folder)
{
	g_autofree char *path = g_build_filename(folder, PROOFS_NAME, NULL);
	g_autofree char *text = NULL;
	gsize size = 0;
	json_t *proofs = NULL;

	if (g_file_get_contents(path, &text, &size, NULL) && size <= HEAD_READ)
		proofs = json_parse(text, size, NULL);
	if (json_is_object(proofs))
		return proofs;
	json_decref(proofs);
	return json_object();
}

bool shelf_note_proof(const char *folder, const char *name, bool ok, GError **error)
{
	g_autofree char *path = g_build_filename(folder, PROOFS_NAME, NULL);
	g_autoptr(json_t) old = shelf_proofs(folder);
	g_autoptr(json_t) proofs = json_object();
	g_auto(GStrv) names = shelf_list(folder, NULL);
	g_autofree char *text = NULL;
	char at[TIME_TEXT_SIZE];

	clock_format(clock_wall_ms(), at);
	json_object_set_new(old, name, json_pack("{ss sb}", "at", at, "ok", ok));
	for (char **one = names; one && *one; one++)
		if (json_object_get(old, *one))
			json_object_set(proofs, *one, json_object_get(old, *one));
	text = json_format(proofs);
	return work_write_file(path, text, strlen(text), 0600, error);
}

/* Of which day, week or month (a format of dates) a copy is, as its name says in UTC; owned. */
static char *period_of(const char *name, const char *format)
{
	g_autofree char *text = g_strndup(name + strlen(NAME_PREFIX), strlen("20270114T021005"));
	g_autofree char *zoned = g_strconcat(text, "Z", NULL);
	g_autoptr(GDateTime) at = g_date_time_new_from_iso8601(zoned, NULL);

	return at ? g_date_time_format(at, format) : g_strdup("");
}

typedef enum { PROOF_FAILED, PROOF_NONE, PROOF_HELD } Proven;

static Proven proven(const json_t *proofs, const char *name)
{
	const json_t *ok = json_object_get(json_object_get(proofs, name), "ok");

	return !ok ? PROOF_NONE : json_is_true(ok) ? PROOF_HELD : PROOF_FAILED;
}

bool shelf_is_proven(const json_t *proofs, const char *name)
{
	return proven(proofs, name) == PROOF_HELD;
}

typedef struct {
	const char *format; /* of a date: what is alike is one period */
	unsigned most;      /* of the newest periods */
	unsigned each;      /* copies of one */
} Rule;

/* Who makes a copy before a risky step and another behind it wants both; what only the nights make is one a day. */
static const Rule RULES[] = {
        {"%Y-%m-%d", KEEP_DAYS, DAY_COPIES},
        {"%G-%V", KEEP_WEEKS, 1},
        {"%Y-%m", KEEP_MONTHS, 1},
};

/* Of one period, [from, end): the best, of several as good the newest. One that a proof has refused is no match for
 * any other. */
static void choose_of_period(char **names, const json_t *proofs, guint from, guint end, unsigned each,
                             bool kept[])
{
	unsigned chosen = 0;

	for (int rank = PROOF_HELD; rank > PROOF_FAILED; rank--)
		for (guint i = from; i < end && chosen < each; i++)
			if ((int)proven(proofs, names[i]) == rank) {
				kept[i] = true;
				chosen++;
			}
	if (!chosen)
		kept[from] = true;
}

static void choose_by(const Rule *rule, char **names, const json_t *proofs, bool kept[])
{
	guint from = 0;

	for (unsigned seen = 0; seen < rule->most && names[from]; seen++) {
		g_autofree char *period = period_of(names[from], rule->format);
		guint end = from;
		bool is_same = true;

		while (is_same && names[++end]) {
			g_autofree char *next = period_of(names[end], rule->format);

			is_same = strcmp(next, period) == 0;
		}
		choose_of_period(names, proofs, from, end, rule->each, kept);
		from = end;
	}
}

void shelf_choose(char **names, const json_t *proofs, bool kept[])
{
	for (size_t i = 0; i < G_N_ELEMENTS(RULES); i++)
		choose_by(&RULES[i], names, proofs, kept);
	for (guint i = 0; names[i]; i++)
		if (shelf_is_proven(proofs, names[i])) {
			kept[i] = true;
			break;
		}
	kept[0] = kept[0] || names[0];
}

static bool add_needed(const char *path, int key_fd, GHashTable *needed, GError **error)
{
	g_autoptr(Night) night = shelf_read(path, key_fd, error);

	for (guint i = 0; night && i < night->packs->len; i++) {
		const Pack *pack = night->packs->pdata[i];

		g_hash_table_add(needed, g_strdup_printf("%s.pack", pack->id.text));
	}
	return night != NULL;
}

static void remove_others(const char *folder, GHashTable *needed)
{
	g_autofree char *packs = g_build_filename(folder, "packs", NULL);
	g_autoptr(GDir) directory = g_dir_open(packs, 0, NULL);
	const char *name;

	while (directory && (name = g_dir_read_name(directory))) {
		g_autofree char *path = g_build_filename(packs, name, NULL);

		if (g_str_has_suffix(name, ".pack") && !g_hash_table_contains(needed, name))
			unlink(path);
	}
}

/* One copy after another: what has had its time goes, what stays says which packs it needs.
 * ret_known: each of them said it. */
static bool prune_copies(Work *work, int key_fd, char **names, const bool kept[], GHashTable *needed,
                         bool *ret_known, GError **error)
{
	*ret_known = true;
	for (guint i = 0; names[i]; i++) {
		g_autofree char *path = g_build_filename(work->folder, names[i], NULL);
		g_autoptr(GError) failure = NULL;

		if (!work_goes_on(work, error))
			return false;
		if (!kept[i] && unlink(path) != 0)
			return work_fail("removed", path, error);
		if (kept[i] && !add_needed(path, key_fd, needed, &failure)) {
			log_failure(LOG_WARNING, failure, "No old parts of backups are removed, for want of %s",
			            names[i]);
			*ret_known = false;
		}
	}
	return true;
}

bool shelf_prune(Work *work, int key_fd, GError **error)
{
	g_auto(GStrv) names = shelf_list(work->folder, error);
	g_autoptr(GHashTable) needed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree bool *kept = names ? g_new0(bool, g_strv_length(names) + 1) : NULL;
	g_autoptr(json_t) proofs = NULL;
	bool is_known;

	if (!names)
		return false;
	proofs = shelf_proofs(work->folder);
	shelf_choose(names, proofs, kept);
	if (!prune_copies(work, key_fd, names, kept, needed, &is_known, error))
		return false;
	if (is_known)
		remove_others(work->folder, needed);
	return true;
}

/* --- Keys --- */

static bool make_key(const char *path, GError **error)
{
	char *secret = NULL;
	g_autofree char *public = NULL;
	g_autofree char *line = NULL;
	bool made = key_new(&secret, &public, error);

	if (made) {
		line = g_strconcat(secret, "\n", NULL);
		made = work_write_file(path, line, strlen(line), 0600, error);
	}
	secret_free(secret);
	secret_free(g_steal_pointer(&line));
	return made;
}

int shelf_box_key(Work *work, bool make, GError **error)
{
	g_autofree char *path = g_build_filename(work->state, "box.key", NULL);
	int fd;

	if (make && !g_file_test(path, G_FILE_TEST_EXISTS) && !make_key(path, error))
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		error_reason(error, ERROR_NOT_FOUND, CRYPT_NO_KEY, NULL,
		             "This server has no key of its own for backups yet (%s)", path);
	return fd;
}

char **shelf_recipients(Work *work, int box_key, bool *ret_recovery, GError **error)
{
	g_autofree char *path =
	        g_build_filename(work->config->data_directory, "recovery.pub", NULL);
	char *box = key_public(box_key, error);
	g_autofree char *recovery = NULL;
	char **recipients;

	if (!box)
		return NULL;
	if (g_file_get_contents(path, &recovery, NULL, NULL))
		g_strstrip(recovery);
	*ret_recovery = recovery && g_str_has_prefix(recovery, "age1");
	recipients = g_new0(char *, 3);
	recipients[0] = box;
	if (*ret_recovery)
		recipients[1] = g_steal_pointer(&recovery);
	return recipients;
}
