/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The description of a copy, to bytes and back. It comes from a file that somebody may have made
 * for us: each number is held against what is there. */
#include "night.h"

#include "base/sum.h"
#include "crypt.h"
#include "reasons.h"

#include <stdio.h>
#include <string.h>

#define HEAD_MAX   (1 << 20)
#define PARTS_MAX  1000
#define SIZE_MAX_OF_FILE ((int64_t)1 << 40)

bool hash_is_valid(const char *text)
{
	return text && strlen(text) == HASH_SIZE - 1 &&
	       strspn(text, "0123456789abcdef") == HASH_SIZE - 1;
}

void hash_of(const void *data, size_t size, char ret[HASH_SIZE])
{
	g_autoptr(Sum) sum = sum_new();

	sum_add(sum, data, size);
	sum_end(sum, ret);
}

Pack *pack_new(void)
{
	Pack *self = g_new0(Pack, 1);

	self->id = id_new();
	self->blobs = g_array_new(FALSE, TRUE, sizeof(Blob));
	return self;
}

void pack_free(void *pack)
{
	Pack *self = pack;

	if (!self)
		return;
	g_array_unref(self->blobs);
	g_free(self);
}

Night *night_new(void)
{
	Night *self = g_new0(Night, 1);

	self->head = json_object();
	self->packs = g_ptr_array_new_with_free_func(pack_free);
	self->chunks = g_array_new(FALSE, TRUE, sizeof(Blob));
	self->files = g_array_new(FALSE, TRUE, sizeof(Blob));
	self->small = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
	                                    (GDestroyNotify)g_bytes_unref);
	self->modes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return self;
}

void night_free(Night *self)
{
	if (!self)
		return;
	json_decref(self->head);
	g_ptr_array_unref(self->packs);
	g_array_unref(self->chunks);
	g_array_unref(self->files);
	g_hash_table_unref(self->small);
	g_hash_table_unref(self->modes);
	g_free(self);
}

int64_t night_count(const Night *self, const char *group, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(self->head, group), name));
}

const char *night_text(const json_t *head, const char *group, const char *name)
{
	const char *text =
	        json_string_value(json_object_get(group ? json_object_get(head, group) : head, name));

	return text ? text : "";
}

/* --- To bytes --- */

static void format_blobs(GString *into, const GArray *blobs)
{
	for (guint i = 0; i < blobs->len; i++) {
		const Blob *blob = &g_array_index(blobs, Blob, i);

		g_string_append_printf(into, "%s %" G_GINT64_FORMAT "\n", blob->hash, (gint64)blob->size);
	}
}

static GString *format_index(const Night *self)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < self->packs->len; i++) {
		const Pack *pack = self->packs->pdata[i];

		g_string_append_printf(text, "pack %s %" G_GINT64_FORMAT " %d %u\n", pack->id.text,
		                       (gint64)pack->bytes, pack->packed, pack->blobs->len);
		format_blobs(text, pack->blobs);
	}
	g_string_append_printf(text, "chunks %u\n", self->chunks->len);
	format_blobs(text, self->chunks);
	g_string_append_printf(text, "files %u\n", self->files->len);
	format_blobs(text, self->files);
	return text;
}

static void add_part(const Night *self, json_t *parts, GByteArray *bytes, const char *name,
                     const void *data, size_t size)
{
	json_t *part = json_pack("{ss sI}", "name", name, "bytes", (json_int_t)size);
	void *mode;

	if (g_hash_table_lookup_extended(self->modes, name, NULL, &mode))
		json_object_set_new(part, "mode", json_integer(GPOINTER_TO_INT(mode)));
	json_array_append_new(parts, part);
	g_byte_array_append(bytes, data, (guint)size);
}

GByteArray *night_format(Night *self, const SignPair *pair)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	GByteArray *all = g_byte_array_new();
	GString *index = format_index(self);
	json_t *parts = json_array();
	g_autofree char *line = NULL;
	GHashTableIter walk;
	void *name;
	void *content;

	add_part(self, parts, bytes, "index", index->str, index->len);
	g_string_free(index, TRUE);
	g_hash_table_iter_init(&walk, self->small);
	while (g_hash_table_iter_next(&walk, &name, &content))
		add_part(self, parts, bytes, name, g_bytes_get_data(content, NULL),
		         g_bytes_get_size(content));
	json_object_set_new(self->head, "parts", parts);
	if (pair) {
		g_autofree char *maker = base64url_encode(pair->public, SIGN_PUBLIC_SIZE);

		json_object_set_new(self->head, "maker", json_string(maker));
	}
	line = json_format(self->head);
	g_byte_array_append(all, (const guint8 *)line, (guint)strlen(line));
	g_byte_array_append(all, (const guint8 *)"\n", 1);
	g_byte_array_append(all, bytes->data, bytes->len);
	if (pair) {
		uint8_t signature[SIGNATURE_SIZE];

		sign(pair, all->data, all->len, signature);
		g_byte_array_append(all, signature, sizeof signature);
	}
	return all;
}

/* --- And back --- */

static bool fail(GError **error, const char *what)
{
	return error_reason(error, ERROR_INVALID, CRYPT_DAMAGED, NULL,
	                    "This is no backup that can be understood: %s", what);
}

/* The next line, its end made a NUL; NULL: there is none. */
static char *next_line(char **text)
{
	char *line = *text;
	char *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	*text = end + 1;
	return line;
}

static bool parse_number(const char *text, int64_t most, int64_t *ret)
{
	guint64 number;

	if (!g_ascii_string_to_unsigned(text, 10, 0, (guint64)most, &number, NULL))
		return false;
	*ret = (int64_t)number;
	return true;
}

static bool parse_blobs(char **text, const char *count_text, GArray *into)
{
	int64_t count;

	if (!parse_number(count_text, G_MAXINT32, &count))
		return false;
	for (int64_t i = 0; i < count; i++) {
		char *line = next_line(text);
		Blob blob = {0};

		if (!line || strlen(line) < HASH_SIZE || line[HASH_SIZE - 1] != ' ')
			return false;
		line[HASH_SIZE - 1] = '\0';
		if (!hash_is_valid(line) || !parse_number(line + HASH_SIZE, SIZE_MAX_OF_FILE, &blob.size))
			return false;
		memcpy(blob.hash, line, HASH_SIZE);
		g_array_append_val(into, blob);
	}
	return true;
}

static bool parse_pack(Night *self, char **words, char **text)
{
	g_autoptr(Pack) pack = pack_new();

	if (g_strv_length(words) != 5 || !id_is_valid(words[1]) ||
	    !parse_number(words[2], SIZE_MAX_OF_FILE, &pack->bytes) ||
	    !parse_blobs(text, words[4], pack->blobs))
		return false;
	pack->id = id_from(words[1]);
	pack->packed = strcmp(words[3], "1") == 0;
	g_ptr_array_add(self->packs, g_steal_pointer(&pack));
	return true;
}

static bool parse_index(Night *self, const char *bytes, size_t size)
{
	g_autofree char *copy = g_strndup(bytes, size);
	char *text = copy;
	char *line;

	while ((line = next_line(&text))) {
		g_auto(GStrv) words = g_strsplit(line, " ", -1);
		guint count = g_strv_length(words);

		if (count >= 1 && strcmp(words[0], "pack") == 0) {
			if (!parse_pack(self, words, &text))
				return false;
		} else if (count != 2 ||
		           !(strcmp(words[0], "chunks") == 0
		                     ? parse_blobs(&text, words[1], self->chunks)
		                     : strcmp(words[0], "files") == 0 &&
		                               parse_blobs(&text, words[1], self->files))) {
			return false;
		}
	}
	return !*text;
}

json_t *night_parse_head(const char *bytes, size_t size, size_t *ret_size, GError **error)
{
	const char *end = memchr(bytes, '\n', MIN(size, HEAD_MAX));
	g_autoptr(json_t) head = NULL;
	json_int_t format;

	if (!end) {
		fail(error, "it has no head");
		return NULL;
	}
	head = json_parse(bytes, (size_t)(end - bytes), NULL);
	if (!json_is_object(head)) {
		fail(error, "its head is none");
		return NULL;
	}
	format = json_integer_value(json_object_get(head, "format"));
	if (format < 1 || format > NIGHT_FORMAT) {
		error_reason(error, ERROR_CONFLICT, REASON_NEWER, NULL,
		             "This backup was made by Urok %s, which is newer than this one (%s): "
		             "install that version first",
		             night_text(head, NULL, "version"), UROK_VERSION);
		return NULL;
	}
	*ret_size = (size_t)(end - bytes) + 1;
	return g_steal_pointer(&head);
}

/* Names of parts become names of files: one of our folders and a plain name in it. */
bool name_is_plain(const char *name)
{
	const char *slash = strchr(name, '/');

	if (!slash)
		return strcmp(name, "index") == 0;
	if (!g_str_has_prefix(name, "data/") && !g_str_has_prefix(name, "tls/") &&
	    !g_str_has_prefix(name, "etc/"))
		return false;
	for (const char *at = slash + 1; *at; at++)
		if (!g_ascii_isalnum(*at) && !strchr("._-/", *at))
			return false;
	return slash[1] && slash[1] != '/' && !strstr(name, "..") && !strstr(slash + 1, "//");
}

static bool parse_parts(Night *self, const char *bytes, size_t size, GError **error)
{
	const json_t *parts = json_object_get(self->head, "parts");
	size_t at = 0;
	const json_t *part;
	size_t i;

	if (!json_is_array(parts) || json_array_size(parts) > PARTS_MAX)
		return fail(error, "it lists no parts");
	json_array_foreach(parts, i, part) {
		const char *name = night_text(part, NULL, "name");
		json_int_t length = json_integer_value(json_object_get(part, "bytes"));

		if (!name_is_plain(name) || length < 0 || (size_t)length > size - at)
			return fail(error, "one of its parts is not there");
		if (json_is_integer(json_object_get(part, "mode")))
			g_hash_table_insert(self->modes, g_strdup(name),
			                    GINT_TO_POINTER((int)json_integer_value(
			                                            json_object_get(part, "mode")) &
			                                    0777));
		if (strcmp(name, "index") != 0)
			g_hash_table_insert(self->small, g_strdup(name),
			                    g_bytes_new(bytes + at, (size_t)length));
		else if (!parse_index(self, bytes + at, (size_t)length))
			return fail(error, "its index is none");
		at += (size_t)length;
	}
	return at == size || fail(error, "it is longer than it says");
}

/* Takes the signature off the end. */
static bool check_signature(Night *self, const char *bytes, size_t *size, GError **error)
{
	const char *maker = json_string_value(json_object_get(self->head, "maker"));
	size_t key_size = 0;
	g_autofree uint8_t *key = maker ? base64url_decode(maker, &key_size) : NULL;

	if (!maker)
		return true;
	if (!key || key_size != SIGN_PUBLIC_SIZE || *size < SIGNATURE_SIZE)
		return fail(error, "it does not say who made it");
	*size -= SIGNATURE_SIZE;
	if (!sign_check(key, bytes, *size, (const uint8_t *)bytes + *size))
		return fail(error, "it was changed since it was made");
	memcpy(self->maker, key, SIGN_PUBLIC_SIZE);
	self->is_signed = true;
	return true;
}

Night *night_parse(const char *bytes, size_t size, GError **error)
{
	g_autoptr(Night) self = night_new();
	size_t head_size = 0;
	json_t *head = night_parse_head(bytes, size, &head_size, error);

	if (!head)
		return NULL;
	json_decref(self->head);
	self->head = head;
	if (!check_signature(self, bytes, &size, error) || size < head_size)
		return NULL;
	if (!parse_parts(self, bytes + head_size, size - head_size, error))
		return NULL;
	return g_steal_pointer(&self);
}
