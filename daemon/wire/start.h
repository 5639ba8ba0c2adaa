/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What urokd tells a worker. */
#pragma once

#include <glib.h>

#define WIRE_NETWORKS_MAX 32

/* Where the picture comes from. Secrets travel here and nowhere else. */
typedef struct {
	char *url;	 /* rtsp://host[:port]/path, without credentials */
	char *login;	 /* NULL: none */
	char *password;	 /* NULL: none */
	char *transport; /* "auto" (TCP, UDP if the camera has no TCP), "tcp", "udp" */
	char **networks; /* CIDRs; a camera outside of them is not connected to */
} WireSource;

typedef struct {
	char *broadcast; /* its id: with another one than the folder's, the folder starts anew */
	WireSource source;
	unsigned part_ms;    /* 100..2000 */
	unsigned segment_ms; /* a segment starts at the first key frame after this; 1000..6000 */
} WireStart;

void wire_source_clear(WireSource *source);
void wire_source_copy(const WireSource *from, WireSource *to);
void wire_start_clear(WireStart *start);
void wire_start_copy(const WireStart *from, WireStart *to);
