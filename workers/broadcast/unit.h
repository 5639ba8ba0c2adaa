/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An access unit: what comes out of a pipeline's branch. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define UNIT_NO_TIME G_MININT64

typedef enum { UNIT_VIDEO, UNIT_AUDIO } UnitKind;

/* Times are CLOCK_BOOTTIME in nanoseconds; audio may have none (it follows the one before). */
typedef struct {
	UnitKind kind;
	GBytes *data;
	GBytes *header; /* avcC or AudioSpecificConfig that it needs */
	gint64 pts_ns;
	gint64 dts_ns;
	gint64 arrived_ns;
	bool key;
} Unit;
