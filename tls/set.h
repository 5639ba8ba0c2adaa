/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is in use: the box's own authority, the server's pair, and whose it is. */
#pragma once

#include "tls/folder.h"
#include "tls/pair.h"

typedef enum {
	KIND_OWN,      /* made here, signed by the box's own authority */
	KIND_IMPORTED, /* the school's own */
	KIND_ACME,     /* from an ACME authority, through certbot */
} Kind;

typedef struct {
	Pair *authority; /* NULL: there is none, or it is broken */
	Pair *server;	 /* likewise */
	Kind kind;
	gint64 replaced_s; /* when an authority that people may trust was replaced; 0: never */
	bool is_broken;	   /* something was there that is not right; `fault` says what */
	char *fault;
} Set;

/* Never fails: what is not right counts as absent, and is said in `fault`. */
Set *set_load(const Folder *folder);
void set_free(Set *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Set, set_free)

void set_take_authority(Set *self, Pair *authority);
void set_take_server(Set *self, Pair *server, Kind kind);

/* Both pairs must be there. */
bool set_save(const Set *self, Folder *folder, GError **error);

const char *kind_name(Kind kind); /* own-ca, imported, acme */
