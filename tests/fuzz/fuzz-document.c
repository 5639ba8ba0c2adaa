/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any JSON as a document: refused with a known reason, or a PDF of as many pages as are said. */
#include "document.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) document = json_parse((const char *)data, size, &error);
	g_autoptr(GBytes) pdf = NULL;
	unsigned pages = 0;

	if (!document)
		return 0;
	pdf = document_make(document, &pages, &error);
	if (pdf) {
		g_assert_cmpuint(pages, >=, 1);
		g_assert_cmpuint(pages, <=, DOCUMENT_PAGES_MAX);
		g_assert_cmpuint(g_bytes_get_size(pdf), <=, DOCUMENT_PDF_MAX);
		g_assert_cmpint(memcmp(g_bytes_get_data(pdf, NULL), "%PDF-", 5), ==, 0);
	} else {
		g_assert_false(error_is(error, ERROR_INTERNAL));
	}
	return 0;
}
