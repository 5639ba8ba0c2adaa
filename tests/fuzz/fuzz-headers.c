/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as a camera's codec headers. */
#include "headers.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autoptr(GBytes) bytes = g_bytes_new(data, size);
	VideoHeader video;
	AudioHeader audio;

	if (video_header_parse(bytes, &video))
		g_assert_true(video.profile && video.width <= 16384 && video.height <= 16384);
	if (audio_header_parse(bytes, &audio))
		g_assert_true(audio.rate > 0 && audio.channels > 0);
	return 0;
}
