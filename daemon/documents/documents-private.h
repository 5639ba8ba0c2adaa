/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of documents/ share. */
#pragma once

#include "documents/documents.h"

struct Document {
	json_t *description; /* as docs/job-protocol.md has it */
	json_t *parts;       /* borrowed from it */
	json_t *rows;        /* of the last table, borrowed; NULL: there is none yet */
	bool is_russian;
};
