/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Init segments and parts, box by box. */
#include "cmaf.h"
#include "mp4.h"
#include "samples.h"

#include <string.h>

static Mp4Init init_of(const CmafFormat *format)
{
	g_autoptr(GBytes) init = cmaf_init(format);

	return mp4_read_init(g_bytes_get_data(init, NULL), g_bytes_get_size(init));
}

static void test_init(void)
{
	g_autoptr(GBytes) avcc = g_bytes_new_static(AVCC_SMALL, sizeof AVCC_SMALL);
	g_autoptr(GBytes) asc = g_bytes_new_static(ASC_48000_MONO, sizeof ASC_48000_MONO);
	const CmafFormat format = {avcc, 320, 180, asc, 48000, 1};
	Mp4Init init = init_of(&format);

	g_assert_cmpuint(init.tracks, ==, 2);
	g_assert_cmpstr(init.track[0].codec, ==, "avc1");
	g_assert_cmpuint(init.track[0].timescale, ==, 90000);
	g_assert_cmpuint(init.track[0].width, ==, 320);
	g_assert_cmpuint(init.track[0].height, ==, 180);
	g_assert_cmpstr(init.track[1].codec, ==, "mp4a");
	g_assert_cmpuint(init.track[1].timescale, ==, 48000);
}

static void test_init_without_audio(void)
{
	g_autoptr(GBytes) avcc = g_bytes_new_static(AVCC_SMALL, sizeof AVCC_SMALL);
	const CmafFormat format = {.avcc = avcc, .width = 320, .height = 180};

	g_assert_cmpuint(init_of(&format).tracks, ==, 1);
}

static void add(GArray *samples, const char *text, gint64 dts, gint32 composition, guint32 duration,
		bool key)
{
	CmafSample sample = {g_bytes_new_static(text, strlen(text)), dts, composition, duration,
			     key};

	g_array_append_val(samples, sample);
}

static void test_part(void)
{
	g_autoptr(GArray) video = cmaf_samples_new();
	g_autoptr(GArray) audio = cmaf_samples_new();
	g_autoptr(GBytes) bytes = NULL;
	const char *data;
	gsize size;
	Mp4Part part;

	add(video, "KEYFRAME", 9000000000, 7200, 3600, true);
	add(video, "b", 9000003600, -3600, 3600, false);
	add(audio, "sound", 4800000000, 0, 1024, true);
	bytes = cmaf_part(77, video, audio);
	data = g_bytes_get_data(bytes, &size);
	part = mp4_read_part(data, size, NULL);
	g_assert_cmpuint(part.sequence, ==, 77);
	g_assert_cmpuint(part.runs, ==, 2);
	g_assert_cmpint(part.run[0].dts, ==, 9000000000);
	g_assert_cmpint(part.run[0].duration, ==, 7200);
	g_assert_true(part.run[0].first_is_key);
	g_assert_cmpuint(part.run[0].keys, ==, 1);
	g_assert_cmpint(part.run[0].least_composition, ==, -3600);
	g_assert_cmpint(part.run[1].dts, ==, 4800000000);
	g_assert_cmpmem(data + size - 14, 14, "KEYFRAMEbsound", 14);
}

static void test_part_without_audio(void)
{
	g_autoptr(GArray) video = cmaf_samples_new();
	g_autoptr(GArray) audio = cmaf_samples_new();
	g_autoptr(GBytes) bytes = NULL;

	add(video, "x", 0, 0, 1, false);
	bytes = cmaf_part(1, video, audio);
	g_assert_cmpuint(
		mp4_read_part(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), NULL).runs,
		==, 1);
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/cmaf/init", test_init);
	g_test_add_func("/cmaf/init-without-audio", test_init_without_audio);
	g_test_add_func("/cmaf/part", test_part);
	g_test_add_func("/cmaf/part-without-audio", test_part_without_audio);
	return g_test_run();
}
