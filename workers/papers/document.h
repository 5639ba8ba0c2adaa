/* SPDX-License-Identifier: LGPL-2.1-or-later
 * From a description in JSON to a PDF that is printed: texts by Pango, pages by Cairo. */
#pragma once

#include "base/json.h"

#define DOCUMENT_BYTES_MAX (2 * 1024 * 1024) /* of the description */
#define DOCUMENT_PDF_MAX   (8 * 1024 * 1024)
#define DOCUMENT_PAGES_MAX 200

/* docs/job-protocol.md says what a description holds. NULL: INVALID; TOO_LARGE document-too-long. */
GBytes *document_make(const json_t *document, unsigned *ret_pages, GError **error);
