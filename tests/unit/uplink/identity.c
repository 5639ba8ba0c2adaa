/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A box's key, and what counts as its certificate: openssl, as somebody else's program, signs. */
#include "scratch.h"

#include "uplink/identity.h"

#include <gio/gio.h>
#include <string.h>

#define BOX "0190c0de-0000-7000-8000-000000000001"

typedef struct {
	char *folder;
	char *key;
} Desk;

static void run(const Desk *desk, const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, " ", -1);
	int status = -1;

	g_assert_true(g_spawn_sync(desk->folder, words, NULL,
	                           G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL |
	                                   G_SPAWN_STDOUT_TO_DEV_NULL,
	                           NULL, NULL, NULL, NULL, &status, NULL));
	g_assert_cmpint(status, ==, 0);
}

static char *load(const Desk *desk, const char *name)
{
	g_autofree char *path = g_build_filename(desk->folder, name, NULL);
	char *text = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

static void save(const Desk *desk, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(desk->folder, name, NULL);

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static Desk sit_down(void)
{
	Desk desk = {g_dir_make_tmp("urok-identity-XXXXXX", NULL), NULL};
	GError *error = NULL;
	g_autofree char *request = NULL;

	desk.key = identity_make_key(&error);
	g_assert_no_error(error);
	request = identity_make_request(desk.key, BOX, &error);
	g_assert_no_error(error);
	save(&desk, "csr", request);
	run(&desk, "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=Authority "
	           "-days 30 -keyout ca.key -out ca.pem");
	run(&desk, "openssl req -in csr -verify -noout");
	run(&desk, "openssl x509 -req -in csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out cert.pem");
	return desk;
}

static void stand_up(Desk *desk)
{
	scratch_remove(desk->folder);
	g_free(desk->folder);
	g_free(desk->key);
}

static bool is_ours(const char *certificate, const char *key, const char *name)
{
	IdentityLife life;

	return identity_check(certificate, key, name, &life, NULL);
}

static void test_certificate(void)
{
	Desk desk = sit_down();
	g_autofree char *certificate = load(&desk, "cert.pem");
	g_autofree char *authority = load(&desk, "ca.pem");
	g_autofree char *other = identity_make_key(NULL);
	IdentityLife life;

	g_assert_true(identity_check(certificate, desk.key, BOX, &life, NULL));
	g_assert_cmpint(life.ends_s - life.begins_s, ==, 30 * 24 * 3600);
	g_assert_false(is_ours(certificate, other, BOX));
	g_assert_false(is_ours(certificate, desk.key, "0190c0de-0000-7000-8000-000000000002"));
	g_assert_false(is_ours(authority, desk.key, BOX));
	g_assert_false(is_ours("", desk.key, BOX));
	g_assert_false(is_ours(certificate, "no key", BOX));
	stand_up(&desk);
}

/* BOX "-x" becomes BOX, a zero byte, "x"; nothing here looks at the signature. */
static char *with_zero_in_name(const char *pem)
{
	const char *begin = strchr(pem, '\n') + 1;
	g_autofree char *base64 = g_strndup(begin, (gsize)(strstr(begin, "-----") - begin));
	gsize size;
	g_autofree guchar *der = g_base64_decode(base64, &size);
	guchar *name = memmem(der, size, BOX "-x", strlen(BOX "-x"));
	GString *changed = g_string_new("-----BEGIN CERTIFICATE-----\n");

	g_assert_nonnull(name);
	name[strlen(BOX)] = '\0';
	for (gsize at = 0; at < size; at += 48) {
		g_autofree char *line = g_base64_encode(der + at, MIN(size - at, 48));

		g_string_append_printf(changed, "%s\n", line);
	}
	g_string_append(changed, "-----END CERTIFICATE-----\n");
	return g_string_free(changed, FALSE);
}

static void test_name_ends_where_it_ends(void)
{
	Desk desk = sit_down();
	g_autofree char *request = identity_make_request(desk.key, BOX "-x", NULL);
	g_autofree char *certificate = NULL;
	g_autofree char *changed = NULL;

	save(&desk, "csr", request);
	run(&desk, "openssl x509 -req -in csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out cert.pem");
	certificate = load(&desk, "cert.pem");
	changed = with_zero_in_name(certificate);
	g_assert_true(is_ours(certificate, desk.key, BOX "-x"));
	g_assert_false(is_ours(changed, desk.key, BOX));
	g_assert_false(is_ours(changed, desk.key, BOX "-x"));
	stand_up(&desk);
}

static void test_authority(void)
{
	Desk desk = sit_down();
	g_autofree char *certificate = load(&desk, "cert.pem");
	g_autofree char *authority = load(&desk, "ca.pem");
	g_autofree char *two = g_strconcat(authority, authority, NULL);
	g_autofree char *mixed = g_strconcat(authority, certificate, NULL);

	g_assert_true(identity_check_authority(authority, NULL));
	g_assert_true(identity_check_authority(two, NULL));
	g_assert_false(identity_check_authority(mixed, NULL));
	g_assert_false(identity_check_authority(certificate, NULL));
	g_assert_false(identity_check_authority(desk.key, NULL));
	g_assert_false(identity_check_authority("", NULL));
	stand_up(&desk);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/uplink/identity/certificate", test_certificate);
	g_test_add_func("/uplink/identity/name-ends", test_name_ends_where_it_ends);
	g_test_add_func("/uplink/identity/authority", test_authority);
	return g_test_run();
}
