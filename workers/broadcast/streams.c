/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The table of codecs by their RTP encoding names. */
#include "streams.h"

#include <string.h>

#define NAME_MAX_BYTES 32

typedef struct {
	const char *encoding;
	const char *codec;
	const char *branch;
	bool converted;
} Encoding;

static const Encoding ENCODINGS[] = {
	{"H264", "H.264", "h264"},
	{"H265", "H.265", NULL},
	{"JPEG", "MJPEG", NULL},
	{"MP4V-ES", "MPEG-4 Visual", NULL},
	{"MPEG4-GENERIC", "AAC", "aac"},
	{"MP4A-LATM", "AAC (LATM)", NULL},
	{"PCMA", "G.711 A-law", "pcma", true},
	{"PCMU", "G.711 µ-law", "pcmu", true},
	{"OPUS", "Opus", NULL},
	{"L16", "PCM", NULL},
	{0},
};

static const Encoding *find_encoding(const char *name)
{
	for (const Encoding *one = ENCODINGS; one->encoding; one++)
		if (g_ascii_strcasecmp(name, one->encoding) == 0)
			return one;
	return NULL;
}

/* A camera may name its codec as it likes; what is shown is short and readable. */
static char *shown_name(const char *encoding)
{
	char *name = g_strndup(encoding, NAME_MAX_BYTES);

	for (char *c = name; *c; c++)
		if (!g_ascii_isgraph(*c))
			*c = '?';
	return name;
}

static unsigned number(const GstStructure *structure, const char *field)
{
	const char *text = gst_structure_get_string(structure, field);
	int value = 0;

	if (text)
		value = (int)g_ascii_strtoll(text, NULL, 10);
	else if (!gst_structure_get_int(structure, field, &value))
		return 0;
	return value > 0 && value < 1000000 ? (unsigned)value : 0;
}

Stream *stream_from_caps(const GstCaps *caps)
{
	const GstStructure *structure = gst_caps_get_structure(caps, 0);
	const char *media = gst_structure_get_string(structure, "media");
	const char *name = gst_structure_get_string(structure, "encoding-name");
	const Encoding *encoding;
	Stream *stream;

	if (!media || !name || (strcmp(media, "video") != 0 && strcmp(media, "audio") != 0))
		return NULL;
	encoding = find_encoding(name);
	stream = g_new0(Stream, 1);
	stream->video = strcmp(media, "video") == 0;
	stream->codec = encoding ? g_strdup(encoding->codec) : shown_name(name);
	stream->branch = encoding ? encoding->branch : NULL;
	stream->converted = encoding && encoding->converted;
	stream->clock_rate = number(structure, "clock-rate");
	if (!stream->video) {
		stream->rate = stream->clock_rate;
		stream->channels = MAX(1, number(structure, "encoding-params"));
	}
	return stream;
}

void stream_free(Stream *stream)
{
	if (!stream)
		return;
	g_free(stream->codec);
	g_free(stream->missing_package);
	g_free(stream);
}
