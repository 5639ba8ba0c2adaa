/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is asked of libsodium: chance, digests, sealing, passwords. The only door to it. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define DIGEST_SIZE   32 /* SHA-256 and HMAC-SHA-256, in bytes */
#define SEAL_KEY_SIZE 32
#define TOKEN_LENGTH  43 /* characters of 32 random bytes in base64url without padding */
#define PASSWORD_HASH_SIZE 128
#define PASSWORD_BYTES_MAX 256 /* of a person's own */

typedef struct {
	uint8_t bytes[DIGEST_SIZE];
} Digest;

/* Once, before anything else here; false: the system gives no randomness. */
bool crypto_init(void);

void random_bytes(void *ret, size_t size);

Digest digest_of(const void *data, size_t size);
Digest digest_hmac(const uint8_t key[DIGEST_SIZE], const void *data, size_t size);
bool digest_equal(const Digest *a, const Digest *b); /* in constant time */

/* base64url without padding (RFC 4648 §5). decode: NULL unless canonical; ret_size in bytes. */
char *base64url_encode(const void *data, size_t size);
uint8_t *base64url_decode(const char *text, size_t *ret_size);

/* Two lower-case hexadecimal digits a byte, and no NUL behind them. */
void hex_write(const uint8_t *bytes, size_t size, char *ret_digits);

/* A bearer's secret: 32 random bytes as TOKEN_LENGTH characters. The store keeps token_digest(). */
char *token_new(void);
Digest token_digest(const char *token);

/* Sealed text (XChaCha20-Poly1305, nonce in front) as base64url; unseal: NULL if not ours. */
char *seal(const uint8_t key[SEAL_KEY_SIZE], const void *data, size_t size);
uint8_t *unseal(const uint8_t key[SEAL_KEY_SIZE], const char *sealed, size_t *ret_size);

/* Ed25519. A pair is derived from a key that is kept and the purpose (at most 64 bytes), so that one
 * key serves several and none of them opens what another seals. */
#define SIGN_PUBLIC_SIZE 32
#define SIGNATURE_SIZE   64
typedef struct {
	uint8_t public[SIGN_PUBLIC_SIZE];
	uint8_t secret[64];
} SignPair;
void sign_derive(const uint8_t key[SEAL_KEY_SIZE], const char *purpose, SignPair *ret_pair);
void sign(const SignPair *pair, const void *data, size_t size, uint8_t ret_signature[SIGNATURE_SIZE]);
bool sign_check(const uint8_t public[SIGN_PUBLIC_SIZE], const void *data, size_t size,
                const uint8_t signature[SIGNATURE_SIZE]);

/* argon2id, 19 MiB, 2 passes (safety.md): about 20 ms and 19 MiB, so never on the loop's thread.
 * hash: false when memory is short. check: with hash NULL it costs the same and says no. */
bool password_hash(const char *password, char ret_hash[PASSWORD_HASH_SIZE]);
bool password_check(const char *password, const char *hash);

/* Overwrites and frees a secret text. NULL is fine. */
void secret_free(char *secret);
