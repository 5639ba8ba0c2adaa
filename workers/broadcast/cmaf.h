/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Boxes of fragmented MP4 (ISO/IEC 14496-12, CMAF ISO/IEC 23000-19): an init segment, and parts of
 * one `moof` with a `traf` a track and one `mdat`. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define CMAF_VIDEO_TIMESCALE 90000
#define CMAF_AAC_FRAME	     1024 /* samples in an AAC-LC access unit */

typedef struct {
	GBytes *avcc; /* AVCDecoderConfigurationRecord, ISO/IEC 14496-15 §5.3.3.1 */
	unsigned width;
	unsigned height;
	GBytes *asc;	     /* AudioSpecificConfig, at most CMAF_ASC_MAX bytes; NULL: no sound */
	unsigned audio_rate; /* and the track's timescale */
	unsigned audio_channels;
} CmafFormat;

#define CMAF_ASC_MAX 64

/* Times are in the track's timescale. */
typedef struct {
	GBytes *data;
	gint64 dts;
	gint32 composition; /* presentation minus decoding time */
	guint32 duration;
	bool key;
} CmafSample;

/* An array of CmafSample that owns their bytes. */
GArray *cmaf_samples_new(void);

GBytes *cmaf_init(const CmafFormat *format);

/* At least one video sample; audio may be empty. */
GBytes *cmaf_part(guint32 sequence, const GArray *video, const GArray *audio);
