/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The box's own certificate authority, which can vouch for the school's names and private
 * addresses and for nothing else, and the certificates that it issues. */
#pragma once

#include "tls/names.h"
#include "tls/pair.h"

#define DAY_S		  (24 * 3600)
#define AUTHORITY_DAYS	  3652 /* ten years */
#define CERTIFICATE_DAYS  397  /* what browsers accept at most, with the day before now */

/* A new key and a certificate of it, which signs itself: P-256, pathlen 0, critical name
 * constraints (RFC 5280 §4.2.1.10) on the names, what is below them, and NAMES_NETWORKS. */
Pair *authority_new(const Names *names, gint64 now_s, GError **error);

/* A new key and a certificate for these names, valid for at most CERTIFICATE_DAYS and not beyond
 * the authority's own end. CONFLICT other-names: the authority may not vouch for them all. */
Pair *authority_issue(const Pair *self, const Names *names, gint64 now_s, GError **error);

/* Does OpenSSL's own verification lead from the certificate to this authority at that time, name
 * constraints included? CONFLICT other-names if only those do not hold, else INVALID. */
bool authority_check(const Pair *self, X509 *certificate, gint64 now_s, GError **error);
