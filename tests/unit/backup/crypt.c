/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is sealed opens as it was, whichever way it was packed; and not, once it was cut short inside of age. */
#include "backup/crypt.h"

#include "base/crypto.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define BYTES (3 * 1024 * 1024 + 17)
#define ODD   70001 /* a read that ends nowhere in particular */

typedef struct {
	char *folder;
	char *path;
	char *secret;
	char *public;
	int key_fd;
	uint8_t *bytes; /* half of it packs, half does not */
} Fixture;

static void set_up(Fixture *self, const void *data)
{
	self->folder = g_dir_make_tmp("urok-crypt-XXXXXX", NULL);
	self->path = g_build_filename(self->folder, "sealed", NULL);
	g_assert_true(key_new(&self->secret, &self->public, NULL));
	self->key_fd = key_hold(self->secret, NULL);
	self->bytes = g_malloc(BYTES);
	for (size_t i = 0; i < BYTES; i++)
		self->bytes[i] = (uint8_t)(i / 1000);
	random_bytes(self->bytes, BYTES / 2);
}

static void tear_down(Fixture *self, const void *data)
{
	g_unlink(self->path);
	g_rmdir(self->folder);
	close(self->key_fd);
	g_free(self->folder);
	g_free(self->path);
	secret_free(self->secret);
	g_free(self->public);
	g_free(self->bytes);
}

/* Ends it whole. */
static void seal_bytes(Fixture *self, Packing packing, const uint8_t *bytes, size_t size)
{
	const char *const recipients[] = {self->public, NULL};
	g_autoptr(Sealed) sealed = sealed_new(self->path, recipients, packing, NULL);

	g_assert_nonnull(sealed);
	for (size_t at = 0; at < size; at += ODD)
		g_assert_true(sealed_write(sealed, bytes + at, MIN(ODD, size - at), NULL));
	g_assert_true(sealed_end(sealed, NULL));
}

static int64_t open_bytes(Fixture *self, bool packed, uint8_t *ret, GError **error)
{
	g_autoptr(Opened) opened = opened_new(self->path, self->key_fd, packed, error);
	int64_t all = 0;
	int64_t got;

	g_assert_nonnull(opened);
	do {
		got = opened_read(opened, ret + all, ODD, error);
		all += MAX(got, 0);
	} while (got == ODD);
	return got < 0 || !opened_end(opened, error) ? -1 : all;
}

static void test_what_was_sealed_opens(Fixture *self, const void *data)
{
	Packing packing = (Packing)GPOINTER_TO_INT(data);
	g_autofree uint8_t *found = g_malloc(BYTES + ODD);

	seal_bytes(self, packing, self->bytes, BYTES);
	g_assert_cmpint(open_bytes(self, packing != PACKING_NONE, found, NULL), ==, BYTES);
	g_assert_cmpmem(found, BYTES, self->bytes, BYTES);
}

static void test_nothing_opens_as_nothing(Fixture *self, const void *data)
{
	g_autofree uint8_t *found = g_malloc(ODD);

	seal_bytes(self, (Packing)GPOINTER_TO_INT(data), NULL, 0);
	g_assert_cmpint(open_bytes(self, true, found, NULL), ==, 0);
}

/* Somebody who holds the public half alone can seal what is half. */
static void test_half_is_damaged(Fixture *self, const void *data)
{
	g_autofree uint8_t *packed = g_malloc(BYTES + ODD);
	g_autofree uint8_t *found = g_malloc(BYTES + ODD);
	g_autoptr(GError) error = NULL;
	int64_t size;

	seal_bytes(self, (Packing)GPOINTER_TO_INT(data), self->bytes, BYTES);
	size = open_bytes(self, false, packed, NULL);
	g_assert_cmpint(size, >, BYTES / 2);
	g_unlink(self->path);
	seal_bytes(self, PACKING_NONE, packed, (size_t)size / 2);
	g_assert_cmpint(open_bytes(self, true, found, &error), ==, -1);
	g_assert_cmpstr(error_reason_of(error), ==, CRYPT_DAMAGED);
}

static void add(const char *name, Packing packing, void (*test)(Fixture *self, const void *data))
{
	g_test_add(name, Fixture, GINT_TO_POINTER(packing), set_up, test, tear_down);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(crypto_init());
	add("/crypt/plain", PACKING_NONE, test_what_was_sealed_opens);
	add("/crypt/gzip", PACKING_GZIP, test_what_was_sealed_opens);
	add("/crypt/zstd", PACKING_ZSTD, test_what_was_sealed_opens);
	add("/crypt/gzip-of-nothing", PACKING_GZIP, test_nothing_opens_as_nothing);
	add("/crypt/zstd-of-nothing", PACKING_ZSTD, test_nothing_opens_as_nothing);
	add("/crypt/half-gzip", PACKING_GZIP, test_half_is_damaged);
	add("/crypt/half-zstd", PACKING_ZSTD, test_half_is_damaged);
	return g_test_run();
}
