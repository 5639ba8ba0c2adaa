/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A reader of bits, and the two headers. Reading past the end gives zeros and marks the reader. */
#include "headers.h"

#include <string.h>

#define SPS_MAX	 512
#define SIDE_MAX 16384

typedef struct {
	const guint8 *data;
	gsize size_bits;
	gsize place;
	bool past_end;
} Bits;

static unsigned read_bit(Bits *bits)
{
	unsigned bit;

	if (bits->place >= bits->size_bits) {
		bits->past_end = true;
		return 0;
	}
	bit = bits->data[bits->place / 8] >> (7 - bits->place % 8) & 1;
	bits->place++;
	return bit;
}

static guint32 read_bits(Bits *bits, unsigned count)
{
	guint32 value = 0;

	while (count-- > 0)
		value = value << 1 | read_bit(bits);
	return value;
}

/* Exponential Golomb codes, ITU-T H.264 §9.1. */
static guint32 read_ue(Bits *bits)
{
	unsigned zeros = 0;

	while (!bits->past_end && zeros < 32 && !read_bit(bits))
		zeros++;
	if (zeros >= 32) {
		bits->past_end = true;
		return 0;
	}
	return (1u << zeros) - 1 + read_bits(bits, zeros);
}

static gint32 read_se(Bits *bits)
{
	guint32 code = read_ue(bits);

	return code & 1 ? (gint32)(code / 2 + 1) : -(gint32)(code / 2);
}

/* Takes the emulation prevention bytes out, §7.3.1. */
static gsize unescape(const guint8 *data, gsize size, guint8 out[SPS_MAX])
{
	gsize length = 0;
	unsigned zeros = 0;

	for (gsize i = 0; i < size && length < SPS_MAX; i++) {
		if (zeros >= 2 && data[i] == 3) {
			zeros = 0;
			continue;
		}
		zeros = data[i] == 0 ? zeros + 1 : 0;
		out[length++] = data[i];
	}
	return length;
}

static const char *profile_name(unsigned profile, unsigned constraints)
{
	switch (profile) {
	case 66:
		return constraints & 0x40 ? "Constrained Baseline" : "Baseline";
	case 77:
		return "Main";
	case 88:
		return "Extended";
	case 100:
		return "High";
	case 110:
		return "High 10";
	case 122:
		return "High 4:2:2";
	case 244:
		return "High 4:4:4";
	default:
		return "other";
	}
}

static void skip_scaling_list(Bits *bits, unsigned count)
{
	guint32 last = 8;
	guint32 next = 8;

	for (unsigned i = 0; i < count && !bits->past_end; i++) {
		if (next != 0)
			next = (last + (guint32)read_se(bits)) % 256; /* of any size in a broken one */
		last = next == 0 ? last : next;
	}
}

/* The fields that only the high profiles have; gives chroma_format_idc. */
static unsigned read_high_fields(Bits *bits)
{
	unsigned chroma = read_ue(bits);

	if (chroma == 3)
		read_bit(bits);
	read_ue(bits);
	read_ue(bits);
	read_bit(bits);
	if (read_bit(bits)) {
		for (unsigned i = 0; i < (chroma == 3 ? 12 : 8); i++)
			if (read_bit(bits))
				skip_scaling_list(bits, i < 6 ? 16 : 64);
	}
	return chroma;
}

/* Gives pic_order_cnt_type. With type 2 pictures are shown as they come, §8.2.1.3. */
static unsigned read_order(Bits *bits)
{
	unsigned type;

	read_ue(bits);
	type = read_ue(bits);
	if (type == 0) {
		read_ue(bits);
	} else if (type == 1) {
		unsigned cycle;

		read_bit(bits);
		read_se(bits);
		read_se(bits);
		cycle = read_ue(bits);
		for (unsigned i = 0; i < cycle && !bits->past_end; i++)
			read_se(bits);
	}
	return type;
}

static void skip_hrd(Bits *bits)
{
	unsigned count = read_ue(bits) + 1;

	read_bits(bits, 8);
	for (unsigned i = 0; i < count && !bits->past_end; i++) {
		read_ue(bits);
		read_ue(bits);
		read_bit(bits);
	}
	read_bits(bits, 20);
}

/* Annex E.1.1: the frame rate, and how many pictures are reordered. */
static void read_vui(Bits *bits, VideoHeader *header)
{
	bool nal_hrd;
	bool vcl_hrd;

	if (read_bit(bits) && read_bits(bits, 8) == 255)
		read_bits(bits, 32);
	if (read_bit(bits))
		read_bit(bits);
	if (read_bit(bits)) {
		read_bits(bits, 4);
		if (read_bit(bits))
			read_bits(bits, 24);
	}
	if (read_bit(bits)) {
		read_ue(bits);
		read_ue(bits);
	}
	if (read_bit(bits)) {
		guint64 tick = read_bits(bits, 32);
		guint64 scale = read_bits(bits, 32);

		read_bit(bits);
		if (tick > 0 && scale / tick <= 2 * 240 && !bits->past_end)
			header->frame_rate_milli = (unsigned)(scale * 1000 / (2 * tick));
	}
	nal_hrd = read_bit(bits);
	if (nal_hrd)
		skip_hrd(bits);
	vcl_hrd = read_bit(bits);
	if (vcl_hrd)
		skip_hrd(bits);
	if (nal_hrd || vcl_hrd)
		read_bit(bits);
	read_bit(bits);
	if (read_bit(bits)) {
		read_bit(bits);
		for (unsigned i = 0; i < 4; i++)
			read_ue(bits);
		if (read_ue(bits) == 0 && !bits->past_end)
			header->may_reorder = false;
	}
}

/* Picture size after cropping, §7.4.2.1.1. */
static bool read_size(Bits *bits, unsigned chroma, VideoHeader *header)
{
	guint64 width = ((guint64)read_ue(bits) + 1) * 16;
	guint64 height = ((guint64)read_ue(bits) + 1) * 16;
	bool frames_only = read_bit(bits);
	guint64 unit_x = chroma == 1 || chroma == 2 ? 2 : 1;
	guint64 unit_y = (chroma == 1 ? 2 : 1) * (frames_only ? 1 : 2);

	if (!frames_only) {
		height *= 2;
		read_bit(bits);
	}
	read_bit(bits);
	if (read_bit(bits)) {
		guint64 crop_x = ((guint64)read_ue(bits) + read_ue(bits)) * unit_x;
		guint64 crop_y = ((guint64)read_ue(bits) + read_ue(bits)) * unit_y;

		if (crop_x >= width || crop_y >= height)
			return false;
		width -= crop_x;
		height -= crop_y;
	}
	if (bits->past_end || width > SIDE_MAX || height > SIDE_MAX)
		return false;
	header->width = (unsigned)width;
	header->height = (unsigned)height;
	return true;
}

static bool read_sps(Bits *bits, VideoHeader *ret_header)
{
	VideoHeader header = {0};
	unsigned profile = read_bits(bits, 8);
	unsigned constraints = read_bits(bits, 8);
	unsigned chroma = 1;

	read_bits(bits, 8);
	read_ue(bits);
	if (profile == 100 || profile == 110 || profile == 122 || profile == 244 || profile == 44)
		chroma = read_high_fields(bits);
	header.profile = profile_name(profile, constraints);
	header.may_reorder = read_order(bits) != 2 && profile != 66;
	read_ue(bits);
	read_bit(bits);
	if (chroma > 3 || !read_size(bits, chroma, &header))
		return false;
	if (read_bit(bits))
		read_vui(bits, &header);
	*ret_header = header;
	return true;
}

bool video_header_parse(GBytes *avcc, VideoHeader *ret_header)
{
	guint8 sps[SPS_MAX];
	gsize size;
	const guint8 *data = g_bytes_get_data(avcc, &size);
	gsize length;
	Bits bits = {.data = sps};

	/* version, profile, constraints, level, length size, count of SPS, length, the NAL's head
	 */
	if (size < 9 || data[0] != 1 || (data[5] & 0x1f) == 0)
		return false;
	length = (gsize)data[6] << 8 | data[7];
	if (length < 4 || length > size - 8 || (data[8] & 0x1f) != 7)
		return false;
	bits.size_bits = unescape(data + 9, length - 1, sps) * 8;
	return read_sps(&bits, ret_header);
}

static unsigned read_object_type(Bits *bits)
{
	unsigned type = read_bits(bits, 5);

	return type == 31 ? 32 + read_bits(bits, 6) : type;
}

static unsigned read_rate(Bits *bits)
{
	static const unsigned RATES[] = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
					 22050, 16000, 12000, 11025, 8000,  7350};
	unsigned index = read_bits(bits, 4);

	if (index == 15)
		return read_bits(bits, 24);
	return index < G_N_ELEMENTS(RATES) ? RATES[index] : 0;
}

bool audio_header_parse(GBytes *asc, AudioHeader *ret_header)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(asc, &size);
	Bits bits = {.data = data, .size_bits = size * 8};
	unsigned type = read_object_type(&bits);
	unsigned rate = read_rate(&bits);
	unsigned channels = read_bits(&bits, 4);

	if (type == 5 || type == 29) { /* SBR or PS: the extension's rate, then the core's type */
		read_rate(&bits);
		type = read_object_type(&bits);
	}
	if (bits.past_end || rate == 0 || rate > 0xffff || channels == 0 || channels > 8)
		return false;
	*ret_header = (AudioHeader){.low_complexity = type == 2,
				    .rate = rate,
				    .channels = channels == 7 ? 8 : channels};
	return true;
}
