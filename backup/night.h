/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One copy of a school as it is described: a head, where its pieces lie, and what is small. */
#pragma once

#include "base/json.h"
#include "base/maker.h"

#include <stdint.h>

#define NIGHT_FORMAT  2 /* 1: no pack is zstd */
#define NIGHT_CHUNK   65536 /* bytes of a database's piece */
#define HASH_SIZE     65    /* SHA-256 in hexadecimal digits, and the end */

typedef struct {
	char hash[HASH_SIZE];
	int64_t size;
} Blob;

/* Pieces one behind the other in one encrypted file. */
typedef struct {
	Id id;
	int64_t bytes; /* of the file */
	bool packed;
	GArray *blobs; /* of Blob, in their order */
} Pack;

typedef struct {
	json_t *head;
	GPtrArray *packs;  /* of Pack */
	GArray *chunks;    /* of Blob: the database from its beginning */
	GArray *files;     /* of Blob: their addresses */
	GHashTable *small; /* "data/box.key" → GBytes */
	GHashTable *modes; /* of what is small → its mode, as int; older copies say none */
	bool is_signed;    /* whoever holds `maker`'s other half has written all of it */
	uint8_t maker[SIGN_PUBLIC_SIZE];
} Night;

Night *night_new(void);
void night_free(Night *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Night, night_free)
Pack *pack_new(void);
void pack_free(void *pack);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pack, pack_free)

/* Its bytes: a line of JSON, then the parts that this line lists, then the signature of all that. The
 * head gets their sizes, and who signs. pair NULL: nobody. */
GByteArray *night_format(Night *self, const SignPair *pair);
/* INVALID: it makes no sense, is of a format that this program does not know, or was changed since it
 * was signed. Who signed is for the caller to judge. */
Night *night_parse(const char *bytes, size_t size, GError **error);
/* The first line alone; ret_size: of the line with its end. NULL: there is no whole line. */
json_t *night_parse_head(const char *bytes, size_t size, size_t *ret_size, GError **error);

int64_t night_count(const Night *self, const char *group, const char *name); /* of the head */
const char *night_text(const json_t *head, const char *group, const char *name); /* or "" */

/* May a part be called so: "index", or a plain name in one of our folders? */
bool name_is_plain(const char *name);
bool hash_is_valid(const char *text);
void hash_of(const void *data, size_t size, char ret[HASH_SIZE]);
