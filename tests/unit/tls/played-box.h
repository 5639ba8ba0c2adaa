/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A box of a test's: its folder, its names, its clock; and certificates from elsewhere. */
#pragma once

#include "tls/authority.h"
#include "tls/box.h"

#define NOON_S 1800000000LL /* a day in 2027 */

/* In a new temporary folder. The fields may be changed between two runs. */
typedef struct {
	char *folder;
	Names *names;
	Box box;
} Played;

void played_init(Played *self, const char *host, const char *address);
void played_rename(Played *self, const char *host, const char *public_name, const char *address);
void played_clear(Played *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Played, played_clear)

void played_ensure(Played *self); /* must succeed */
Pair *played_load(const Played *self, const char *name); /* must load */
char *played_fingerprint(const Played *self, const char *name);
char *played_read(const Played *self, const char *file);

/* A wish for a certificate that another authority would sign; zeros are usual ones. */
typedef struct {
	const char *host;
	const char *address;
	gint64 begins_s;
	gint64 ends_s;
	int rsa_bits;	    /* 0: P-256 */
	const char *curve;  /* NULL: P-256 */
	const EVP_MD *digest; /* NULL: SHA-256 */
	bool is_for_mail;
	const Pair *above; /* NULL: it signs itself */
	bool is_authority;
} Foreign;

Pair *foreign_new(const Foreign *wish);
