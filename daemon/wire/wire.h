/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What urokd and a media worker say to each other: one JSON object a line over the socket
 * `control` in the worker's folder. In words: docs/worker-protocol.md. */
#pragma once

#include "base/error.h"
#include "wire/address.h"
#include "wire/start.h"
#include "wire/stream.h"

#define WIRE_PROTOCOL 1
#define WIRE_LINE_MAX (64 * 1024) /* bytes, without the newline */

typedef enum {
	WIRE_START, /* urokd → worker */
	WIRE_PROBE,
	WIRE_STOP,
	WIRE_STATE, /* worker → urokd: the first line after connecting */
	WIRE_PART,
	WIRE_SEGMENT,
	WIRE_CAMERA,
	WIRE_FAULT,
	WIRE_STEP, /* of a probe */
	WIRE_RESULT,
} WireWord;

typedef struct {
	WireWord word;
	union {
		WireStart start;
		WireSource probe;
		WireState state;
		WirePart part;
		WireSegment segment;
		WireCamera camera;
		WireFault fault;
		WireStep step;
		WireResult result;
	};
} Wire;

/* A line without its newline. INVALID for anything that is not exactly one of the words. */
Wire *wire_parse(const char *line, size_t length, GError **error);
void wire_free(Wire *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wire, wire_free)

/* The line without a newline; borrows everything. */
char *wire_format(const Wire *wire);
