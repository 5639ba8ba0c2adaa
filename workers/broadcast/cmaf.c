/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The writer: boxes are opened, filled, and their size is put in when they end. */
#include "cmaf.h"

#include <string.h>

#define VIDEO_TRACK 1
#define AUDIO_TRACK 2

/* Sample flags, ISO/IEC 14496-12 §8.8.3.1: depends on none | on others, no sync sample. */
#define FLAGS_KEY   0x02000000u
#define FLAGS_DELTA 0x01010000u

static void put8(GByteArray *out, unsigned value)
{
	guint8 byte = (guint8)value;

	g_byte_array_append(out, &byte, 1);
}

static void put16(GByteArray *out, unsigned value)
{
	put8(out, value >> 8);
	put8(out, value & 0xff);
}

static void put32(GByteArray *out, guint32 value)
{
	put16(out, value >> 16);
	put16(out, value & 0xffff);
}

static void put64(GByteArray *out, guint64 value)
{
	put32(out, (guint32)(value >> 32));
	put32(out, (guint32)value);
}

static void put_zeros(GByteArray *out, unsigned count)
{
	while (count-- > 0)
		put8(out, 0);
}

static void put_text(GByteArray *out, const char *text)
{
	g_byte_array_append(out, (const guint8 *)text, (guint)strlen(text));
}

static void put_bytes(GByteArray *out, GBytes *bytes)
{
	gsize size;
	const void *data = g_bytes_get_data(bytes, &size);

	g_byte_array_append(out, data, (guint)size);
}

static void patch32(GByteArray *out, unsigned place, guint32 value)
{
	value = GUINT32_TO_BE(value);
	memcpy(out->data + place, &value, sizeof value);
}

/* Gives the box's place for box_end(). */
static unsigned box_begin(GByteArray *out, const char *type)
{
	unsigned place = out->len;

	put32(out, 0);
	put_text(out, type);
	return place;
}

static unsigned full_box_begin(GByteArray *out, const char *type, unsigned version, unsigned flags)
{
	unsigned place = box_begin(out, type);

	put32(out, version << 24 | flags);
	return place;
}

static void box_end(GByteArray *out, unsigned place)
{
	patch32(out, place, out->len - place);
}

static void put_matrix(GByteArray *out)
{
	put32(out, 0x00010000);
	put_zeros(out, 12);
	put32(out, 0x00010000);
	put_zeros(out, 12);
	put32(out, 0x40000000);
}

static void put_ftyp(GByteArray *out)
{
	unsigned ftyp = box_begin(out, "ftyp");

	put_text(out, "iso6");
	put32(out, 0);
	put_text(out, "iso6cmfcmp41");
	box_end(out, ftyp);
}

static void put_mvhd(GByteArray *out)
{
	unsigned mvhd = full_box_begin(out, "mvhd", 0, 0);

	put_zeros(out, 8);
	put32(out, 1000);
	put32(out, 0);
	put32(out, 0x00010000);
	put16(out, 0x0100);
	put_zeros(out, 10);
	put_matrix(out);
	put_zeros(out, 24);
	put32(out, AUDIO_TRACK + 1);
	box_end(out, mvhd);
}

static void put_tkhd(GByteArray *out, const CmafFormat *format, unsigned track)
{
	bool video = track == VIDEO_TRACK;
	unsigned tkhd = full_box_begin(out, "tkhd", 0, 3);

	put_zeros(out, 8);
	put32(out, track);
	put_zeros(out, 16);
	put16(out, 0);
	put16(out, video ? 0 : 1);
	put16(out, video ? 0 : 0x0100);
	put16(out, 0);
	put_matrix(out);
	put32(out, video ? format->width << 16 : 0);
	put32(out, video ? format->height << 16 : 0);
	box_end(out, tkhd);
}

static void put_mdhd(GByteArray *out, guint32 timescale)
{
	unsigned mdhd = full_box_begin(out, "mdhd", 0, 0);

	put_zeros(out, 8);
	put32(out, timescale);
	put32(out, 0);
	put16(out, 0x55c4); /* "und", ISO 639-2 */
	put16(out, 0);
	box_end(out, mdhd);
}

static void put_hdlr(GByteArray *out, const char *handler)
{
	unsigned hdlr = full_box_begin(out, "hdlr", 0, 0);

	put32(out, 0);
	put_text(out, handler);
	put_zeros(out, 12);
	put8(out, 0);
	box_end(out, hdlr);
}

static void put_dinf(GByteArray *out)
{
	unsigned dinf = box_begin(out, "dinf");
	unsigned dref = full_box_begin(out, "dref", 0, 0);

	put32(out, 1);
	box_end(out, full_box_begin(out, "url ", 0, 1));
	box_end(out, dref);
	box_end(out, dinf);
}

static void put_avc1(GByteArray *out, const CmafFormat *format)
{
	unsigned avc1 = box_begin(out, "avc1");
	unsigned avcc;

	put_zeros(out, 6);
	put16(out, 1);
	put_zeros(out, 16);
	put16(out, format->width);
	put16(out, format->height);
	put32(out, 0x00480000);
	put32(out, 0x00480000);
	put32(out, 0);
	put16(out, 1);
	put_zeros(out, 32);
	put16(out, 0x0018);
	put16(out, 0xffff);
	avcc = box_begin(out, "avcC");
	put_bytes(out, format->avcc);
	box_end(out, avcc);
	box_end(out, avc1);
}

/* Descriptors of ISO/IEC 14496-1 §7.2.6; all lengths fit one byte, as the config is short. */
static void put_esds(GByteArray *out, GBytes *asc)
{
	unsigned size = (unsigned)g_bytes_get_size(asc);
	unsigned esds = full_box_begin(out, "esds", 0, 0);

	g_assert(size <= CMAF_ASC_MAX);
	put8(out, 3);
	put8(out, 23 + size);
	put16(out, 0);
	put8(out, 0);
	put8(out, 4);
	put8(out, 15 + size);
	put8(out, 0x40); /* MPEG-4 audio */
	put8(out, 0x15); /* audio stream */
	put_zeros(out, 11);
	put8(out, 5);
	put8(out, size);
	put_bytes(out, asc);
	put8(out, 6);
	put8(out, 1);
	put8(out, 2);
	box_end(out, esds);
}

static void put_mp4a(GByteArray *out, const CmafFormat *format)
{
	unsigned mp4a = box_begin(out, "mp4a");

	put_zeros(out, 6);
	put16(out, 1);
	put_zeros(out, 8);
	put16(out, format->audio_channels);
	put16(out, 16);
	put32(out, 0);
	put32(out, format->audio_rate << 16);
	put_esds(out, format->asc);
	box_end(out, mp4a);
}

static void put_empty_table(GByteArray *out, const char *type, unsigned zeros)
{
	unsigned table = full_box_begin(out, type, 0, 0);

	put_zeros(out, zeros);
	box_end(out, table);
}

static void put_stbl(GByteArray *out, const CmafFormat *format, unsigned track)
{
	unsigned stbl = box_begin(out, "stbl");
	unsigned stsd = full_box_begin(out, "stsd", 0, 0);

	put32(out, 1);
	if (track == VIDEO_TRACK)
		put_avc1(out, format);
	else
		put_mp4a(out, format);
	box_end(out, stsd);
	put_empty_table(out, "stts", 4);
	put_empty_table(out, "stsc", 4);
	put_empty_table(out, "stsz", 8);
	put_empty_table(out, "stco", 4);
	box_end(out, stbl);
}

static void put_trak(GByteArray *out, const CmafFormat *format, unsigned track)
{
	bool video = track == VIDEO_TRACK;
	unsigned trak = box_begin(out, "trak");
	unsigned mdia;
	unsigned minf;
	unsigned head;

	put_tkhd(out, format, track);
	mdia = box_begin(out, "mdia");
	put_mdhd(out, video ? CMAF_VIDEO_TIMESCALE : format->audio_rate);
	put_hdlr(out, video ? "vide" : "soun");
	minf = box_begin(out, "minf");
	head = full_box_begin(out, video ? "vmhd" : "smhd", 0, video ? 1 : 0);
	put_zeros(out, video ? 8 : 4);
	box_end(out, head);
	put_dinf(out);
	put_stbl(out, format, track);
	box_end(out, minf);
	box_end(out, mdia);
	box_end(out, trak);
}

static void put_trex(GByteArray *out, unsigned track)
{
	unsigned trex = full_box_begin(out, "trex", 0, 0);

	put32(out, track);
	put32(out, 1);
	put_zeros(out, 12);
	box_end(out, trex);
}

GBytes *cmaf_init(const CmafFormat *format)
{
	GByteArray *out = g_byte_array_new();
	unsigned moov;
	unsigned mvex;

	put_ftyp(out);
	moov = box_begin(out, "moov");
	put_mvhd(out);
	put_trak(out, format, VIDEO_TRACK);
	if (format->asc)
		put_trak(out, format, AUDIO_TRACK);
	mvex = box_begin(out, "mvex");
	put_trex(out, VIDEO_TRACK);
	if (format->asc)
		put_trex(out, AUDIO_TRACK);
	box_end(out, mvex);
	box_end(out, moov);
	return g_byte_array_free_to_bytes(out);
}

static void sample_clear(void *data)
{
	CmafSample *sample = data;

	g_clear_pointer(&sample->data, g_bytes_unref);
}

GArray *cmaf_samples_new(void)
{
	GArray *samples = g_array_new(FALSE, FALSE, sizeof(CmafSample));

	g_array_set_clear_func(samples, sample_clear);
	return samples;
}

/* A `traf`; gives the place of its data offset, which is known when the `moof` ends. */
static unsigned put_traf(GByteArray *out, unsigned track, const GArray *samples)
{
	unsigned traf = box_begin(out, "traf");
	unsigned tfhd = full_box_begin(out, "tfhd", 0, 0x020000); /* default-base-is-moof */
	unsigned tfdt;
	unsigned trun;
	unsigned offset;

	put32(out, track);
	box_end(out, tfhd);
	tfdt = full_box_begin(out, "tfdt", 1, 0);
	put64(out, (guint64)g_array_index(samples, CmafSample, 0).dts);
	box_end(out, tfdt);
	/* Version 1: signed composition offsets; each sample has duration, size, flags, offset. */
	trun = full_box_begin(out, "trun", 1, 0x000f01);
	put32(out, samples->len);
	offset = out->len;
	put32(out, 0);
	for (unsigned i = 0; i < samples->len; i++) {
		const CmafSample *sample = &g_array_index(samples, CmafSample, i);

		put32(out, sample->duration);
		put32(out, (guint32)g_bytes_get_size(sample->data));
		put32(out, sample->key ? FLAGS_KEY : FLAGS_DELTA);
		put32(out, (guint32)sample->composition);
	}
	box_end(out, trun);
	box_end(out, traf);
	return offset;
}

static gsize bytes_of(const GArray *samples)
{
	gsize sum = 0;

	for (unsigned i = 0; i < samples->len; i++)
		sum += g_bytes_get_size(g_array_index(samples, CmafSample, i).data);
	return sum;
}

static void put_samples(GByteArray *out, const GArray *samples)
{
	for (unsigned i = 0; i < samples->len; i++)
		put_bytes(out, g_array_index(samples, CmafSample, i).data);
}

GBytes *cmaf_part(guint32 sequence, const GArray *video, const GArray *audio)
{
	gsize video_size = bytes_of(video);
	gsize payload = video_size + bytes_of(audio);
	GByteArray *out =
		g_byte_array_sized_new((guint)payload + 256 + 16 * (video->len + audio->len));
	unsigned moof = box_begin(out, "moof");
	unsigned mfhd = full_box_begin(out, "mfhd", 0, 0);
	unsigned video_offset;
	unsigned audio_offset = 0;
	unsigned mdat;

	g_assert(video->len > 0);
	put32(out, sequence);
	box_end(out, mfhd);
	video_offset = put_traf(out, VIDEO_TRACK, video);
	if (audio->len > 0)
		audio_offset = put_traf(out, AUDIO_TRACK, audio);
	box_end(out, moof);
	mdat = box_begin(out, "mdat");
	patch32(out, video_offset, out->len);
	if (audio_offset)
		patch32(out, audio_offset, out->len + (guint32)video_size);
	put_samples(out, video);
	put_samples(out, audio);
	box_end(out, mdat);
	return g_byte_array_free_to_bytes(out);
}
