/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where a camera may be: one judgement for the daemon, which hears of an address first, and for the
 * worker, which resolves it. */
#pragma once

#include "base/error.h"

#include <gio/gio.h>

#define CAMERA_PORT 554

typedef struct {
	char *host;
	guint16 port;
	char *rest; /* path and query as they came, beginning with "/" */
} CameraAddress;

/* rtsp://HOST[:PORT][/PATH][?QUERY]. INVALID camera-bad-address, field url: another scheme,
 * credentials in it, a fragment, no host, over 1024 bytes. */
CameraAddress *camera_address_parse(const char *url, GError **error);
void camera_address_free(CameraAddress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CameraAddress, camera_address_free)

/* The same camera with its host replaced by an address that was judged. */
char *camera_address_at(const CameraAddress *self, GInetAddress *host);

/* Is it in one of the networks (CIDR, NULL-ended)? Loopback and link-local need a network of
 * their own kind, this machine's own addresses one that names just them; "any" and multicast never.
 */
bool camera_may_be_at(GInetAddress *address, const char *const *networks);
