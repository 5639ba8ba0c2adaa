/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of this room share. */
#pragma once

#include "files/files.h"

struct Files {
	char *directory;
	int64_t most_bytes; /* 0: no limit */
	int64_t used_bytes;
	bool is_told;	    /* how many are used; else a taking counts them */
	int64_t counted_ms; /* boot time; 0: never */
	GPtrArray *takings; /* of FileTaking: under way */
};

char *file_address_of(GBytes *content); /* owned */
/* By errno: NO_SPACE or INTERNAL. Always false. */
bool file_fail(GError **error, const char *what);
bool file_flush_folder(const char *path); /* so that its names are there after a power cut too */
bool file_make_folder(const char *above, const char *folder, GError **error);

void takings_leave(Files *self); /* the room goes: they say nothing to it any more */

/* What nobody wants any more, and what nobody went on with for a day. */
void parts_sweep(Files *self, bool (*is_wanted)(void *room, const char *address), void *room);
