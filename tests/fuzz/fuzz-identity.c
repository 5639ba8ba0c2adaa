/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as what a cloud answers to a request for a certificate: a certificate or authorities, the box's key and its
 * name, parted by zero bytes. */
#include "uplink/identity.h"

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static char *next_text(const guint8 **at, const guint8 *end)
{
	const guint8 *zero = *at < end ? memchr(*at, 0, (size_t)(end - *at)) : NULL;
	const guint8 *last = zero ? zero : end;
	char *text = g_strndup((const char *)*at, (size_t)(last - *at));

	*at = zero ? zero + 1 : end;
	return text;
}

/* Said to people, and in the journal. */
static void check_answer(bool done, GError **error)
{
	g_assert_true(done == (*error == NULL));
	if (*error)
		g_assert_true(g_utf8_validate((*error)->message, -1, NULL));
	g_clear_error(error);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	const guint8 *at = data;
	g_autofree char *certificate = next_text(&at, data + size);
	g_autofree char *key = next_text(&at, data + size);
	g_autofree char *name = next_text(&at, data + size);
	g_autofree char *request = NULL;
	GError *error = NULL;
	IdentityLife life = {0};
	bool done;

	done = identity_check(certificate, key, name, &life, &error);
	g_assert_true(done || (life.begins_s == 0 && life.ends_s == 0));
	check_answer(done, &error);
	done = identity_check_authority(certificate, &error);
	check_answer(done, &error);
	request = identity_make_request(key, name, &error);
	check_answer(request != NULL, &error);
	return 0;
}
