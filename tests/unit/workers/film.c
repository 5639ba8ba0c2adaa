/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the strict walker took must be what another reader reads: ffprobe lists the packets of the
 * films that the fuzzer's seeds, and tapes made at random, give. */
#include "mp4.h"
#include "tape.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RANDOM_TAPES 6
#define RECORDS      150
#define TRACKS       2

/* A track as one reader sees it. */
typedef struct {
	unsigned packets;
	unsigned keys;
	gint64 first_dts;
	gint64 last_dts;
	gint64 bytes;
} Track;

typedef struct {
	GByteArray *bytes; /* an init segment and all parts that need it */
	GBytes *init;
	Track tracks[TRACKS];
} Film;

static void film_free(void *data)
{
	Film *film = data;

	g_byte_array_unref(film->bytes);
	g_bytes_unref(film->init);
	g_free(film);
}

static void append(Film *film, GBytes *bytes)
{
	g_byte_array_append(film->bytes, g_bytes_get_data(bytes, NULL),
	                    (guint)g_bytes_get_size(bytes));
}

static void count(Film *film, const Mp4Run *run, gint64 bytes)
{
	Track *track = &film->tracks[run->track - 1];

	if (track->packets == 0)
		track->first_dts = run->dts;
	track->packets += run->samples;
	track->keys += run->keys;
	track->last_dts = run->last_dts;
	track->bytes += bytes;
}

static void on_part(void *data, const WirePart *part, GBytes *init, GBytes *bytes)
{
	GPtrArray *films = data;
	Film *film = films->len ? films->pdata[films->len - 1] : NULL;
	Mp4Part boxes = mp4_read_part(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), NULL);

	if (!film || film->init != init) {
		film = g_new0(Film, 1);
		film->bytes = g_byte_array_new();
		film->init = g_bytes_ref(init);
		append(film, init);
		g_ptr_array_add(films, film);
	}
	append(film, bytes);
	for (unsigned i = 0; i < boxes.runs; i++)
		count(film, &boxes.run[i], boxes.run[i].bytes);
}

/* A line "0,3600,104,K_": stream, decoding time, size, flags. */
static void take_line(Track *tracks, const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, ",", -1);
	Track *track;
	gint64 dts;

	if (g_strv_length(words) < 4)
		return;
	track = &tracks[g_ascii_strtoull(words[0], NULL, 10) % TRACKS];
	dts = g_ascii_strtoll(words[1], NULL, 10);
	if (track->packets++ == 0)
		track->first_dts = dts;
	track->last_dts = dts;
	track->bytes += g_ascii_strtoll(words[2], NULL, 10);
	track->keys += words[3][0] == 'K';
}

static void probe(const char *file, Track *ret_tracks)
{
	/* What the file says is wanted, not what its pictures would say: they are none. */
	const char *const words[] = {"ffprobe", "-v", "error", "-fflags", "+noparse", "-show_entries",
	                             "packet=stream_index,dts,size,flags", "-of", "csv=p=0", file,
	                             NULL};
	g_autofree char *said = NULL, *complaints = NULL;
	g_auto(GStrv) lines = NULL;
	GError *error = NULL;
	int status = 0;

	g_spawn_sync(NULL, (char **)words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &said,
	             &complaints, &status, &error);
	g_assert_no_error(error);
	/* Pictures that are none cannot be decoded; the file must be without fault. */
	if (strstr(complaints, "[mov,mp4") || !g_spawn_check_wait_status(status, NULL))
		g_error("ffprobe says of %s: %s", file, complaints);
	lines = g_strsplit(said, "\n", -1);
	for (char **line = lines; *line; line++)
		take_line(ret_tracks, *line);
}

static void compare(const Film *film, const char *name)
{
	g_autofree char *file = g_strdup_printf("%s/film-XXXXXX", g_get_tmp_dir());
	Track found[TRACKS] = {0};
	int fd = g_mkstemp(file);

	close(fd);
	g_assert_true(g_file_set_contents(file, (const char *)film->bytes->data,
	                                  (gssize)film->bytes->len, NULL));
	probe(file, found);
	for (unsigned i = 0; i < TRACKS; i++) {
		const Track *want = &film->tracks[i];

		g_test_message("%s: track %u, %u samples", name, i + 1, want->packets);
		g_assert_cmpuint(found[i].packets, ==, want->packets);
		g_assert_cmpuint(found[i].keys, ==, want->keys);
		g_assert_cmpint(found[i].first_dts, ==, want->first_dts);
		g_assert_cmpint(found[i].last_dts, ==, want->last_dts);
		g_assert_cmpint(found[i].bytes, ==, want->bytes);
	}
	g_assert_cmpint(remove(file), ==, 0);
}

static void play(const void *data, gsize size, const char *name)
{
	g_autoptr(GPtrArray) films = g_ptr_array_new_with_free_func(film_free);

	tape_play(data, size, on_part, films);
	for (guint i = 0; i < films->len; i++)
		compare(films->pdata[i], name);
}

static void test_seeds(void)
{
	g_autoptr(GDir) folder = g_dir_open(SEEDS, 0, NULL);
	const char *name;

	g_assert_nonnull(folder);
	while ((name = g_dir_read_name(folder))) {
		g_autofree char *path = g_build_filename(SEEDS, name, NULL);
		g_autofree char *data = NULL;
		gsize size;

		g_assert_true(g_file_get_contents(path, &data, &size, NULL));
		play(data, size, name);
	}
}

/* Mostly pictures and sounds at a camera's pace, and now and then anything at all. */
static void add_record(GByteArray *tape, GRand *chance)
{
	unsigned dice = (unsigned)g_rand_int_range(chance, 0, 100);
	guint8 operation = dice < 4 ? 1 : dice < 55 ? 0 : dice < 93 ? 4 : (guint8)(6 + dice % 7);
	guint8 pace[2] = {0, (guint8)g_rand_int_range(chance, 150, 250)};

	g_byte_array_append(tape, &operation, 1);
	if (operation <= 4)
		g_byte_array_append(tape, pace, 2);
	for (unsigned i = operation <= 4 ? 2 : 0; i < (operation <= 4 ? 4 : operation == 8 ? 8 : 2);
	     i++) {
		guint8 byte = (guint8)g_rand_int_range(chance, 0, i < 2 ? 2 : 200);

		g_byte_array_append(tape, &byte, 1);
	}
}

static void test_random(void)
{
	const char *given = g_getenv("UROK_SEED");
	guint32 seed = given ? (guint32)g_ascii_strtoull(given, NULL, 10) : g_random_int();
	g_autoptr(GRand) chance = g_rand_new_with_seed(seed);

	g_test_message("UROK_SEED=%u", seed);
	for (unsigned i = 0; i < RANDOM_TAPES; i++) {
		g_autoptr(GByteArray) tape = g_byte_array_new();
		g_autofree char *name = g_strdup_printf("random tape %u", i);

		g_byte_array_append(tape, (const guint8 *)"\x06\x01", 2);
		for (unsigned j = 0; j < RECORDS; j++)
			add_record(tape, chance);
		play(tape->data, tape->len, name);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/film/seeds", test_seeds);
	g_test_add_func("/film/random", test_random);
	return g_test_run();
}
