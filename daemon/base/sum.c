/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SHA-256 by libcrypto: GLib's and libsodium's own take ten times as long where the processor knows how. */
#include "base/sum.h"
#include "base/crypto.h"

#include <openssl/evp.h>

struct Sum {
	EVP_MD_CTX *context;
};

Sum *sum_new(void)
{
	Sum *self = g_new0(Sum, 1);
	int begun;

	self->context = EVP_MD_CTX_new();
	begun = self->context ? EVP_DigestInit_ex(self->context, EVP_sha256(), NULL) : 0;
	/* It fails for want of memory alone, which ends the program elsewhere too. */
	g_assert(begun == 1);
	return self;
}

void sum_free(Sum *self)
{
	if (!self)
		return;
	EVP_MD_CTX_free(self->context);
	g_free(self);
}

void sum_add(Sum *self, const void *data, size_t size)
{
	int added = EVP_DigestUpdate(self->context, data, size);

	g_assert(added == 1);
}

void sum_end(Sum *self, char ret_digits[SUM_SIZE])
{
	uint8_t bytes[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	int ended = EVP_DigestFinal_ex(self->context, bytes, &size);

	g_assert(ended == 1 && size * 2 + 1 == SUM_SIZE);
	hex_write(bytes, size, ret_digits);
	ret_digits[SUM_SIZE - 1] = '\0';
}
