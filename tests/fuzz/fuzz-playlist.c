/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as the directives and the file of a request for a broadcast, as an address that nginx
 * asks about, and as a camera's: the lines _HLS_msn, _HLS_part, _HLS_skip, file, camera, path. */
#include "broadcasts/media-path.h"
#include "broadcasts/pasted-address.h"
#include "broadcasts/playlist.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

#define WHOLE 20
#define PARTS 5

/* The edge is part 2 of segment 20. */
static Playlist *playlist_filled(void)
{
	Playlist *playlist = playlist_new();
	WireState state = {.part_target_us = 440000, .target_duration_s = 4};

	playlist_set_state(playlist, &state);
	for (guint i = 0; i < WHOLE * PARTS + 2; i++) {
		WirePart part = {.msn = i / PARTS, .index = i % PARTS, .duration_us = 400000};

		g_assert_true(playlist_add_part(playlist, &part));
	}
	return playlist;
}

static const char *present(const char *line)
{
	return line && *line ? line : NULL;
}

static void try_query(Playlist *playlist, char *const lines[])
{
	PlaylistQuery query;

	if (!playlist_query_parse(present(lines[0]), present(lines[1]), present(lines[2]), &query,
				  NULL))
		return;
	if (playlist_judge(playlist, &query) == PLAYLIST_READY)
		g_assert_cmpint(query.msn, <=, WHOLE);
	if (playlist_judge(playlist, &query) == PLAYLIST_HOLD)
		g_assert_cmpint(query.msn, >=, WHOLE);
	g_assert_true(g_str_has_prefix(
		g_bytes_get_data(playlist_get_text(playlist, query.skip), NULL), "#EXTM3U\n"));
	playlist_end(playlist);
	g_assert_cmpint(playlist_judge(playlist, &query), ==, PLAYLIST_READY);
}

static void try_part(const Playlist *playlist, const char *file)
{
	PlaylistPart part;
	g_autofree char *again = NULL;

	if (!playlist_part_parse(file, &part))
		return;
	again = g_strdup_printf("part_%" G_GUINT64_FORMAT "_%u.m4s", part.msn, part.index);
	g_assert_cmpstr(again, ==, file);
	if (playlist_judge_part(playlist, &part) != PLAYLIST_REFUSE)
		g_assert_cmpuint(part.msn, <=, WHOLE);
}

/* What was taken out of an address is not in it any more, however often it is looked at. */
static void try_address(const char *text)
{
	g_auto(PastedAddress) address = {0}, again = {0};

	if (!g_utf8_validate(text, -1, NULL) || !pasted_address_parse(text, &address, NULL))
		return;
	g_assert_null(memchr(address.url, '\n', strlen(address.url)));
	if (pasted_address_parse(address.url, &again, NULL))
		g_assert_cmpstr(again.url, ==, address.url);
}

/* What is taken is one file right below one broadcast's folder, whatever nginx makes of it. */
static void try_path(const char *uri)
{
	g_autofree char *slug = media_path_dup_slug(uri);
	g_autofree char *path = NULL, *resolved = NULL, *folder = NULL, *parent = NULL;

	if (!slug)
		return;
	path = g_strndup(uri, strcspn(uri, "?"));
	g_assert_null(strpbrk(path, "%\\#; "));
	resolved = g_canonicalize_filename(path, "/");
	g_assert_cmpstr(resolved, ==, path);
	folder = g_strconcat("/live/", slug, NULL);
	parent = g_path_get_dirname(path);
	g_assert_cmpstr(parent, ==, folder);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_auto(GStrv) lines = g_strsplit(text, "\n", 6);
	g_autoptr(Playlist) playlist = playlist_filled();
	guint count = g_strv_length(lines);

	if (count > 3)
		try_part(playlist, lines[3]);
	if (count > 4)
		try_address(lines[4]);
	if (count > 5)
		try_path(lines[5]);
	if (count > 2)
		try_query(playlist, lines);
	return 0;
}
