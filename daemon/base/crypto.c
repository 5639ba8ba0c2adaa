/* SPDX-License-Identifier: LGPL-2.1-or-later
 * libsodium, asked for what crypto.h names. */
#include "base/crypto.h"

#include <sodium.h>
#include <string.h>

#define PASSWORD_PASSES 2
#define PASSWORD_MEMORY_BYTES (19 * 1024 * 1024)

G_STATIC_ASSERT(DIGEST_SIZE == crypto_hash_sha256_BYTES);
G_STATIC_ASSERT(DIGEST_SIZE == crypto_auth_hmacsha256_KEYBYTES);
G_STATIC_ASSERT(SEAL_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
G_STATIC_ASSERT(PASSWORD_HASH_SIZE >= crypto_pwhash_STRBYTES);

G_STATIC_ASSERT(SIGN_PUBLIC_SIZE == crypto_sign_PUBLICKEYBYTES);
G_STATIC_ASSERT(SIGNATURE_SIZE == crypto_sign_BYTES);
G_STATIC_ASSERT(sizeof(((SignPair *)NULL)->secret) == crypto_sign_SECRETKEYBYTES);

#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define MAC_SIZE   crypto_aead_xchacha20poly1305_ietf_ABYTES

bool crypto_init(void)
{
	return sodium_init() >= 0;
}

void random_bytes(void *ret, size_t size)
{
	randombytes_buf(ret, size);
}

Digest digest_of(const void *data, size_t size)
{
	Digest digest;

	crypto_hash_sha256(digest.bytes, data, size);
	return digest;
}

Digest digest_hmac(const uint8_t key[DIGEST_SIZE], const void *data, size_t size)
{
	Digest digest;

	crypto_auth_hmacsha256(digest.bytes, data, size, key);
	return digest;
}

bool digest_equal(const Digest *a, const Digest *b)
{
	return sodium_memcmp(a->bytes, b->bytes, DIGEST_SIZE) == 0;
}

char *base64url_encode(const void *data, size_t size)
{
	size_t length = sodium_base64_ENCODED_LEN(size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *text = g_malloc(length);

	sodium_bin2base64(text, length, data, size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return text;
}

uint8_t *base64url_decode(const char *text, size_t *ret_size)
{
	size_t length = strlen(text);
	g_autofree uint8_t *data = g_malloc(length + 1);
	g_autofree char *again = NULL;
	size_t size;

	if (sodium_base642bin(data, length + 1, text, length, NULL, &size, NULL,
	                      sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return NULL;
	again = base64url_encode(data, size);
	if (strcmp(again, text) != 0)
		return NULL;
	*ret_size = size;
	return g_steal_pointer(&data);
}

void hex_write(const uint8_t *bytes, size_t size, char *ret_digits)
{
	static const char DIGITS[] = "0123456789abcdef";

	for (size_t i = 0; i < size; i++) {
		*ret_digits++ = DIGITS[bytes[i] >> 4];
		*ret_digits++ = DIGITS[bytes[i] & 15];
	}
}

char *token_new(void)
{
	uint8_t bytes[32];

	random_bytes(bytes, sizeof bytes);
	return base64url_encode(bytes, sizeof bytes);
}

Digest token_digest(const char *token)
{
	return digest_of(token, strlen(token));
}

char *seal(const uint8_t key[SEAL_KEY_SIZE], const void *data, size_t size)
{
	g_autofree uint8_t *sealed = g_malloc(NONCE_SIZE + size + MAC_SIZE);

	random_bytes(sealed, NONCE_SIZE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE_SIZE, NULL, data, size, NULL, 0,
	                                           NULL, sealed, key);
	return base64url_encode(sealed, NONCE_SIZE + size + MAC_SIZE);
}

uint8_t *unseal(const uint8_t key[SEAL_KEY_SIZE], const char *sealed, size_t *ret_size)
{
	size_t size;
	g_autofree uint8_t *bytes = base64url_decode(sealed, &size);
	g_autofree uint8_t *data = NULL;

	if (!bytes || size < NONCE_SIZE + MAC_SIZE)
		return NULL;
	data = g_malloc(size);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(data, NULL, NULL, bytes + NONCE_SIZE,
	                                               size - NONCE_SIZE, NULL, 0, bytes, key) != 0)
		return NULL;
	*ret_size = size - NONCE_SIZE - MAC_SIZE;
	return g_steal_pointer(&data);
}

void sign_derive(const uint8_t key[SEAL_KEY_SIZE], const char *purpose, SignPair *ret_pair)
{
	uint8_t seed[crypto_sign_SEEDBYTES];

	crypto_generichash(seed, sizeof seed, (const uint8_t *)purpose, strlen(purpose), key,
	                   SEAL_KEY_SIZE);
	crypto_sign_seed_keypair(ret_pair->public, ret_pair->secret, seed);
	sodium_memzero(seed, sizeof seed);
}

void sign(const SignPair *pair, const void *data, size_t size, uint8_t ret_signature[SIGNATURE_SIZE])
{
	crypto_sign_detached(ret_signature, NULL, data, size, pair->secret);
}

bool sign_check(const uint8_t public[SIGN_PUBLIC_SIZE], const void *data, size_t size,
                const uint8_t signature[SIGNATURE_SIZE])
{
	return crypto_sign_verify_detached(signature, data, size, public) == 0;
}

bool password_hash(const char *password, char ret_hash[PASSWORD_HASH_SIZE])
{
	return crypto_pwhash_str(ret_hash, password, strlen(password), PASSWORD_PASSES,
	                         PASSWORD_MEMORY_BYTES) == 0;
}

bool password_check(const char *password, const char *hash)
{
	char waste[PASSWORD_HASH_SIZE];

	if (!hash) {
		(void)password_hash(password, waste);
		return false;
	}
	return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

void secret_free(char *secret)
{
	if (!secret)
		return;
	sodium_memzero(secret, strlen(secret));
	g_free(secret);
}
