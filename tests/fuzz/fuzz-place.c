/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as what comes back from a page: a place in a conversation, a position in the log's
 * stream, a token, an id, and the bytes behind their letters. */
#include "base/crypto.h"
#include "base/id.h"
#include "chats/chats-private.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static const uint8_t KEY[SEAL_KEY_SIZE] = "a key of which nobody knows";

/* What was taken says itself again. */
static void try_place(const char *text)
{
	Place place = {0}, again = {0};
	g_autofree char *said = NULL;

	if (!place_parse(text, "after", &place, NULL))
		return;
	said = place_format(&place);
	g_assert_true(place_parse(said, "after", &again, NULL));
	g_assert_cmpint((gint64)place.hlc, ==, (gint64)again.hlc);
	g_assert_cmpint(place.origin_seq, ==, again.origin_seq);
	g_assert_cmpstr(place.origin.text, ==, again.origin.text);
}

/* Nothing is opened that was not sealed here. */
static void try_seal(const char *text)
{
	size_t size = 0;
	g_autofree uint8_t *opened = unseal(KEY, text, &size);

	g_assert_null(opened);
}

static void try_letters(const char *text)
{
	size_t size = 0;
	g_autofree uint8_t *bytes = base64url_decode(text, &size);
	g_autofree char *again = bytes ? base64url_encode(bytes, size) : NULL;

	if (bytes)
		g_assert_cmpstr(again, ==, text);
}

static void seal_bytes(const guint8 *data, size_t size)
{
	g_autofree char *sealed = seal(KEY, data, size);
	size_t opened_size = 0;
	g_autofree uint8_t *opened = unseal(KEY, sealed, &opened_size);

	g_assert_nonnull(opened);
	g_assert_cmpmem(opened, opened_size, data, size);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autofree char *sealed_like = base64url_encode(data, size);

	g_assert_true(crypto_init());
	try_place(text);
	try_place(sealed_like);
	try_seal(text);
	try_seal(sealed_like);
	try_letters(text);
	seal_bytes(data, size);
	if (id_is_valid(text))
		g_assert_cmpstr(id_from(text).text, ==, text);
	return 0;
}
