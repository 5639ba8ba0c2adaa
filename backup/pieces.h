/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pieces of a school by what they hold: written into packs once, read back to where they belong. */
#pragma once

#include "shelf.h"

/* --- Writing --- */
typedef struct Packer Packer;

/* What the night before already has is not written again; NULL: there was none. All are borrowed. */
Packer *packer_new(Work *work, const Night *before, Night *night, const char *const recipients[]);
void packer_free(Packer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Packer, packer_free)

bool packer_has(const Packer *self, const char *hash);
/* One piece, in any number of calls. */
bool packer_begin(Packer *self, const Blob *blob, bool packed, GError **error);
bool packer_write(Packer *self, const void *data, size_t size, GError **error);
/* The piece that was written last turned out to be this one: a file that rots on its disk. */
void packer_correct(Packer *self, const Blob *found);
/* What was written is on the disk, and the night lists every pack that it needs. */
bool packer_end(Packer *self, GError **error);

/* --- Reading --- */
typedef struct {
	/* A piece that is wanted comes whole or in runs: at = 0 begins it. */
	bool (*on_piece)(void *data, const Blob *blob, int64_t at, const void *bytes, size_t size,
	                 GError **error);
	void *data;
} Taker;

/* All packs of the night, each piece held against its hash; every chunk and file must have come. */
bool pieces_read(Work *work, const char *folder, const Night *night, int key_fd,
                 const Taker *taker, GError **error);
