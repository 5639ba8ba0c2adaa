/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What real headers say, and that broken ones are harmless. */
#include "headers.h"
#include "samples.h"

static GBytes *bytes(const guint8 *data, gsize size)
{
	return g_bytes_new_static(data, size);
}

static void test_small(void)
{
	g_autoptr(GBytes) avcc = bytes(AVCC_SMALL, sizeof AVCC_SMALL);
	VideoHeader header;

	g_assert_true(video_header_parse(avcc, &header));
	g_assert_cmpstr(header.profile, ==, "Constrained Baseline");
	g_assert_cmpuint(header.width, ==, 320);
	g_assert_cmpuint(header.height, ==, 180);
	g_assert_cmpuint(header.frame_rate_milli, ==, 25000);
	g_assert_false(header.may_reorder);
}

static void test_slow(void)
{
	g_autoptr(GBytes) avcc = bytes(AVCC_SLOW, sizeof AVCC_SLOW);
	VideoHeader header;

	g_assert_true(video_header_parse(avcc, &header));
	g_assert_cmpuint(header.width, ==, 640);
	g_assert_cmpuint(header.height, ==, 360);
	g_assert_cmpuint(header.frame_rate_milli, ==, 10000);
}

static void test_reordered(void)
{
	g_autoptr(GBytes) avcc = bytes(AVCC_REORDERED, sizeof AVCC_REORDERED);
	VideoHeader header;

	g_assert_true(video_header_parse(avcc, &header));
	g_assert_cmpstr(header.profile, ==, "Main");
	g_assert_true(header.may_reorder);
}

static void test_audio(void)
{
	g_autoptr(GBytes) asc = bytes(ASC_48000_MONO, sizeof ASC_48000_MONO);
	AudioHeader header;

	g_assert_true(audio_header_parse(asc, &header));
	g_assert_true(header.low_complexity);
	g_assert_cmpuint(header.rate, ==, 48000);
	g_assert_cmpuint(header.channels, ==, 1);
}

/* Every shorter header and every flipped bit: an answer, whatever it is, and no byte read outside
 * (the sanitizer watches). */
static void test_broken(void)
{
	for (gsize size = 0; size < sizeof AVCC_REORDERED; size++) {
		g_autofree guint8 *copy = g_memdup2(AVCC_REORDERED, MAX(size, 1));
		g_autoptr(GBytes) avcc = g_bytes_new_static(copy, size);
		VideoHeader header;

		video_header_parse(avcc, &header);
	}
	for (gsize bit = 0; bit < 8 * sizeof AVCC_REORDERED; bit++) {
		g_autofree guint8 *copy = g_memdup2(AVCC_REORDERED, sizeof AVCC_REORDERED);
		g_autoptr(GBytes) avcc = g_bytes_new_static(copy, sizeof AVCC_REORDERED);
		VideoHeader header;

		copy[bit / 8] ^= (guint8)(1 << bit % 8);
		if (video_header_parse(avcc, &header)) {
			g_assert_cmpuint(header.width, <=, 16384);
			g_assert_nonnull(header.profile);
		}
	}
}

static void test_broken_audio(void)
{
	for (unsigned value = 0; value < 65536; value++) {
		guint8 copy[2] = {(guint8)(value >> 8), (guint8)value};
		g_autoptr(GBytes) asc = g_bytes_new_static(copy, sizeof copy);
		AudioHeader header;

		if (audio_header_parse(asc, &header)) {
			g_assert_cmpuint(header.channels, >=, 1);
			g_assert_cmpuint(header.rate, >, 0);
		}
	}
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/headers/small", test_small);
	g_test_add_func("/headers/slow", test_slow);
	g_test_add_func("/headers/reordered", test_reordered);
	g_test_add_func("/headers/audio", test_audio);
	g_test_add_func("/headers/broken", test_broken);
	g_test_add_func("/headers/broken-audio", test_broken_audio);
	return g_test_run();
}
