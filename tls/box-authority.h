/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The cloud's authority, which vouches for the boxes of schools, for the instances and for their
 * broker, to each other and to nobody else. Texts are PEM. */
#pragma once

#include "base/error.h"

#define BOX_AUTHORITY_DAYS   3652
#define BOX_CERTIFICATE_DAYS 365
#define BOX_LIST_DAYS	     30 /* a list of revoked ones is believed so long */

typedef struct BoxAuthority BoxAuthority;

typedef struct {
	char *text;
	char *serial; /* hexadecimal digits, as nginx says them */
	gint64 ends_s;
} BoxCertificate;
void box_certificate_clear(BoxCertificate *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BoxCertificate, box_certificate_clear)

/* name: whose it is, for people; at most 40 bytes of it are used. */
BoxAuthority *box_authority_new(const char *name, gint64 now_s, GError **error);
BoxAuthority *box_authority_load(const char *certificate, const char *key, GError **error);
void box_authority_free(BoxAuthority *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BoxAuthority, box_authority_free)

char *box_authority_format(const BoxAuthority *self);
char *box_authority_format_key(const BoxAuthority *self); /* secret */

/* For a client's own key, out of its request (PKCS #10), of which nothing but the key is taken.
 * INVALID: no request, one that its key did not sign, or a weak key. */
bool box_authority_sign(const BoxAuthority *self, const char *request, const char *common_name,
			gint64 now_s, BoxCertificate *ret, GError **error);

/* With a new key. hosts NULL: a client's, else a server's of these names and addresses. */
bool box_authority_issue(const BoxAuthority *self, const char *common_name, char *const hosts[],
			 gint64 now_s, BoxCertificate *ret, char **ret_key, GError **error);

/* The list of revoked ones (RFC 5280 §5), by their serials; NULL ends them. */
char *box_authority_list_revoked(const BoxAuthority *self, char *const serials[], gint64 now_s,
				 GError **error);
