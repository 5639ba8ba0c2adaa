/* SPDX-License-Identifier: LGPL-2.1-or-later
 * ISO/IEC 14496-12, as far as our writer goes; sizes must add up to the byte. */
#include "mp4.h"

#include <string.h>

typedef struct {
	const guint8 *data;
	gsize size;
	gsize place;
} Bytes;

static guint64 take(Bytes *bytes, unsigned count)
{
	guint64 value = 0;

	g_assert_cmpuint(bytes->place + count, <=, bytes->size);
	while (count-- > 0)
		value = value << 8 | bytes->data[bytes->place++];
	return value;
}

static void skip(Bytes *bytes, gsize count)
{
	g_assert_cmpuint(bytes->place + count, <=, bytes->size);
	bytes->place += count;
}

/* The next box, which must be of this type; its content. */
static Bytes take_box(Bytes *bytes, const char *type)
{
	gsize start = bytes->place;
	gsize size = (gsize)take(bytes, 4);
	char found[5] = "";
	Bytes content;

	for (unsigned i = 0; i < 4; i++)
		found[i] = (char)take(bytes, 1);
	g_assert_cmpstr(found, ==, type);
	g_assert_cmpuint(size, >=, 8);
	g_assert_cmpuint(start + size, <=, bytes->size);
	content = (Bytes){bytes->data + start + 8, size - 8, 0};
	bytes->place = start + size;
	return content;
}

static Bytes take_full_box(Bytes *bytes, const char *type, unsigned version, unsigned flags)
{
	Bytes content = take_box(bytes, type);

	g_assert_cmpuint(take(&content, 1), ==, version);
	g_assert_cmphex(take(&content, 3), ==, flags);
	return content;
}

static bool at_end(const Bytes *bytes)
{
	return bytes->place == bytes->size;
}

static void expect_end(const Bytes *bytes)
{
	g_assert_cmpuint(bytes->place, ==, bytes->size);
}

static void read_empty_table(Bytes *stbl, const char *type, unsigned zeros)
{
	Bytes table = take_full_box(stbl, type, 0, 0);

	for (unsigned i = 0; i < zeros; i++)
		g_assert_cmpuint(take(&table, 1), ==, 0);
	expect_end(&table);
}

static void read_avc1(Bytes *stsd, Mp4Track *track)
{
	Bytes avc1 = take_box(stsd, "avc1");
	Bytes avcc;

	strcpy(track->codec, "avc1");
	skip(&avc1, 6);
	g_assert_cmpuint(take(&avc1, 2), ==, 1);
	skip(&avc1, 16);
	g_assert_cmpuint(take(&avc1, 2), ==, track->width);
	g_assert_cmpuint(take(&avc1, 2), ==, track->height);
	skip(&avc1, 50);
	avcc = take_box(&avc1, "avcC");
	g_assert_cmpuint(take(&avcc, 1), ==, 1);
	expect_end(&avc1);
}

static void read_mp4a(Bytes *stsd, Mp4Track *track)
{
	Bytes mp4a = take_box(stsd, "mp4a");
	Bytes esds;

	strcpy(track->codec, "mp4a");
	skip(&mp4a, 24);
	g_assert_cmpuint(take(&mp4a, 4) >> 16, ==, track->timescale);
	esds = take_full_box(&mp4a, "esds", 0, 0);
	g_assert_cmpuint(take(&esds, 1), ==, 3);
	g_assert_cmpuint(take(&esds, 1), ==, esds.size - esds.place);
	expect_end(&mp4a);
}

static void read_stbl(Bytes *minf, Mp4Track *track)
{
	Bytes stbl = take_box(minf, "stbl");
	Bytes stsd = take_full_box(&stbl, "stsd", 0, 0);

	g_assert_cmpuint(take(&stsd, 4), ==, 1);
	if (strcmp(track->handler, "vide") == 0)
		read_avc1(&stsd, track);
	else
		read_mp4a(&stsd, track);
	expect_end(&stsd);
	read_empty_table(&stbl, "stts", 4);
	read_empty_table(&stbl, "stsc", 4);
	read_empty_table(&stbl, "stsz", 8);
	read_empty_table(&stbl, "stco", 4);
	expect_end(&stbl);
}

static void read_mdia(Bytes *trak, Mp4Track *track)
{
	Bytes mdia = take_box(trak, "mdia");
	Bytes mdhd = take_full_box(&mdia, "mdhd", 0, 0);
	Bytes hdlr;
	Bytes minf;
	bool video;

	skip(&mdhd, 8);
	track->timescale = (guint32)take(&mdhd, 4);
	hdlr = take_full_box(&mdia, "hdlr", 0, 0);
	skip(&hdlr, 4);
	for (unsigned i = 0; i < 4; i++)
		track->handler[i] = (char)take(&hdlr, 1);
	video = strcmp(track->handler, "vide") == 0;
	minf = take_box(&mdia, "minf");
	take_full_box(&minf, video ? "vmhd" : "smhd", 0, video ? 1 : 0);
	take_box(&minf, "dinf");
	read_stbl(&minf, track);
	expect_end(&minf);
	expect_end(&mdia);
}

static void read_trak(Bytes *moov, Mp4Track *track)
{
	Bytes trak = take_box(moov, "trak");
	Bytes tkhd = take_full_box(&trak, "tkhd", 0, 3);

	skip(&tkhd, 8);
	track->id = (guint32)take(&tkhd, 4);
	skip(&tkhd, 60);
	track->width = (unsigned)take(&tkhd, 4) >> 16;
	track->height = (unsigned)take(&tkhd, 4) >> 16;
	expect_end(&tkhd);
	read_mdia(&trak, track);
	expect_end(&trak);
}

static bool next_is(const Bytes *bytes, const char *type)
{
	return bytes->place + 8 <= bytes->size &&
	       memcmp(bytes->data + bytes->place + 4, type, 4) == 0;
}

Mp4Init mp4_read_init(const void *data, gsize size)
{
	Bytes all = {data, size, 0};
	Bytes moov;
	Bytes mvex;
	Mp4Init init = {0};

	take_box(&all, "ftyp");
	moov = take_box(&all, "moov");
	expect_end(&all);
	take_full_box(&moov, "mvhd", 0, 0);
	while (next_is(&moov, "trak")) {
		g_assert_cmpuint(init.tracks, <, 2);
		read_trak(&moov, &init.track[init.tracks++]);
	}
	mvex = take_box(&moov, "mvex");
	for (unsigned i = 0; i < init.tracks; i++) {
		Bytes trex = take_full_box(&mvex, "trex", 0, 0);

		g_assert_cmpuint(take(&trex, 4), ==, init.track[i].id);
	}
	expect_end(&mvex);
	expect_end(&moov);
	return init;
}

/* Gives where its samples should begin, from the start of the moof, and adds their size. */
static gsize read_traf(Bytes *moof, Mp4Run *run, gsize *size)
{
	Bytes traf = take_box(moof, "traf");
	Bytes tfhd = take_full_box(&traf, "tfhd", 0, 0x020000);
	Bytes tfdt;
	Bytes trun;
	gsize offset;

	run->track = (guint32)take(&tfhd, 4);
	expect_end(&tfhd);
	tfdt = take_full_box(&traf, "tfdt", 1, 0);
	run->dts = (gint64)take(&tfdt, 8);
	expect_end(&tfdt);
	trun = take_full_box(&traf, "trun", 1, 0x000f01);
	run->samples = (unsigned)take(&trun, 4);
	g_assert_cmpuint(run->samples, >, 0);
	offset = (gsize)take(&trun, 4);
	for (unsigned i = 0; i < run->samples; i++) {
		guint32 duration = (guint32)take(&trun, 4);
		guint32 bytes = (guint32)take(&trun, 4);
		bool key;
		gint32 composition;

		g_assert_cmpuint(duration, >, 0);
		run->last_dts = run->dts + run->duration;
		run->duration += duration;
		run->bytes += bytes;
		*size += bytes;
		key = !(take(&trun, 4) & 0x00010000);
		run->keys += key;
		run->first_is_key = run->first_is_key || (i == 0 && key);
		composition = (gint32)take(&trun, 4);
		run->least_composition = MIN(run->least_composition, composition);
	}
	expect_end(&trun);
	expect_end(&traf);
	return offset;
}

Mp4Part mp4_read_part(const void *data, gsize size, gsize *ret_used)
{
	Bytes all = {data, size, 0};
	Bytes moof = take_box(&all, "moof");
	gsize moof_size = all.place;
	Bytes mfhd = take_full_box(&moof, "mfhd", 0, 0);
	Mp4Part part = {.sequence = (guint32)take(&mfhd, 4)};
	Bytes mdat;

	while (!at_end(&moof)) {
		gsize before = part.payload;
		gsize offset;

		g_assert_cmpuint(part.runs, <, 2);
		offset = read_traf(&moof, &part.run[part.runs++], &part.payload);
		g_assert_cmpuint(offset, ==, moof_size + 8 + before);
	}
	mdat = take_box(&all, "mdat");
	g_assert_cmpuint(mdat.size, ==, part.payload);
	if (ret_used)
		*ret_used = all.place;
	else
		expect_end(&all);
	return part;
}
