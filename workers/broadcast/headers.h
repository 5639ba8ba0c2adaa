/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a stream's codec headers say of it: H.264's sequence parameter set and AAC's configuration.
 * Hostile bytes: everything is bounded. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
	const char *profile; /* "High"; static */
	unsigned width;
	unsigned height;
	unsigned frame_rate_milli; /* as announced (ITU-T H.264 annex E); 0: not announced */
	bool may_reorder;	   /* pictures may be shown in another order than they come */
} VideoHeader;

typedef struct {
	bool low_complexity; /* AAC-LC, with SBR or without: what every browser plays */
	unsigned rate;
	unsigned channels;
} AudioHeader;

/* From an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1). False: it makes no sense. */
bool video_header_parse(GBytes *avcc, VideoHeader *ret_header);

/* From an AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1). False: it makes no sense. */
bool audio_header_parse(GBytes *asc, AudioHeader *ret_header);
