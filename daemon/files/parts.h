/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Files that come piece by piece, over a line that may be cut: what is there of one stays for a day,
 * and counts when all of it is what its address says. A part of the door: files.h brings it. */
#pragma once

#include "files/files.h"

#define FILE_PIECE_MOST  (256 * 1024)	     /* bytes of one piece */
#define FILE_TRAVEL_MOST (16 * 1024 * 1024) /* of a file that comes so */

typedef struct {
	const char *address;
	int64_t offset;	    /* bytes before this piece */
	int64_t total;	    /* of the file; another one than at its beginning begins it anew */
	GBytes *bytes;	    /* of this piece; kept as long as needed */
	int64_t quota;	    /* bytes that all files here may have together; 0: any */
} FilePiece;

/* has: how much of it is there now. Failures: CONFLICT file-offset (it goes on at `has`), file-busy
 * (somebody else is at it), file-wrong (it was whole and is not what its address says: none of it is
 * there any more); NO_SPACE, with file-quota when it is the quota; TOO_LARGE; INVALID; INTERNAL. */
typedef void (*FilePieceTaken)(void *data, int64_t has, bool whole, const GError *failure);

/* The disk is written and waited for in a thread; done is called from the loop, once. */
typedef struct FileTaking FileTaking;
FileTaking *files_take_piece(Files *self, const FilePiece *piece, FilePieceTaken done, void *data);
void file_taking_cancel(FileTaking *self); /* no callback follows; the piece may be taken all the same */

int64_t files_part_size(const Files *self, const char *address); /* 0: there is none */
void files_remove_part(Files *self, const char *address);
int64_t files_size(const Files *self, const char *address); /* -1: it is not there */
