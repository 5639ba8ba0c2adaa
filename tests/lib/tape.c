/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A tape is records of an operation's byte and, for each, the few bytes that it takes; missing ones
 * are zero.
 *
 *   0-3  a picture (odd: a key frame): tenths of milliseconds since the last (2), size (1), how
 *        much later it is shown in milliseconds (1, signed)
 *   4    sound: tenths of milliseconds since the last record (2), size (1)
 *   5    sound without a time: size (1)
 *   6    the camera is connected anew: with sound or without (1)
 *   7    the camera is lost
 *   8    its clock is so far off from now on: nanoseconds (8, signed)
 *   9    another picture header: one of the real ones (1), or its own: 255, size (1), bytes
 *   10   another sound header: the same
 *   11   the worker is killed and started again
 *   12   what comes is so late: milliseconds (2) */
#include "tape.h"
#include "mp4.h"
#include "segmenter.h"
#include "unit/workers/samples.h"

#include <string.h>

#define TENTH_NS  G_GINT64_CONSTANT(100000)
#define FILE_MAX  (64 * 1024 * 1024)
#define TRACK_MAX 2

typedef struct {
	const guint8 *data;
	gsize size;
	TapePart on_part;
	void *user_data;
	Folder *folder;
	Window *window;
	Segmenter *segmenter;
	GBytes *avcc;
	GBytes *asc;
	gint64 now_ns; /* since the window's epoch */
	gint64 skew_ns;
	gint64 late_ns;
	GBytes *init;
	unsigned generation;
	Mp4Init about;
	gint64 end[TRACK_MAX]; /* of each track, in its timescale */
	WirePart last;
	bool any;
	GByteArray *segment; /* the open one's parts */
} Tape;

/* --- The rules --- */

static GBytes *read_file(Tape *self, const char *name)
{
	GBytes *bytes = folder_read(self->folder, name, FILE_MAX, NULL);

	g_assert_nonnull(bytes);
	return bytes;
}

static void learn_init(Tape *self, unsigned generation)
{
	g_autofree char *name = g_strdup_printf("init_%u.mp4", generation);

	if (self->init && self->generation == generation)
		return;
	g_clear_pointer(&self->init, g_bytes_unref);
	self->init = read_file(self, name);
	self->generation = generation;
	self->about = mp4_read_init(g_bytes_get_data(self->init, NULL), g_bytes_get_size(self->init));
	memset(self->end, 0, sizeof self->end);
}

/* A track's samples follow one another; its time is its init segment's. */
static void check_run(Tape *self, const Mp4Run *run)
{
	gint64 *end = &self->end[run->track - 1];

	g_assert_cmpuint(run->track, >=, 1);
	g_assert_cmpuint(run->track, <=, self->about.tracks);
	g_assert_cmpint(run->dts, >=, *end);
	*end = run->dts + run->duration;
}

static void check_boxes(Tape *self, const WirePart *part, GBytes *bytes)
{
	Mp4Part boxes = mp4_read_part(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), NULL);
	gint64 us = boxes.run[0].duration * 100 / 9;

	g_assert_cmpuint(boxes.sequence, ==,
	                 (guint32)(part->msn * WIRE_PARTS_MAX + part->index + 1));
	g_assert_cmpuint(boxes.run[0].track, ==, 1);
	for (unsigned i = 0; i < boxes.runs; i++)
		check_run(self, &boxes.run[i]);
	g_assert_true(part->independent == (boxes.run[0].keys > 0));
	g_assert_cmpint(ABS(us - (gint64)part->duration_us), <=, 1);
}

/* What players rely on: numbers in order, no part over the target, time that never goes back. */
static void check_order(Tape *self, const WirePart *part)
{
	const WirePart *last = &self->last;

	g_assert_cmpuint(part->duration_us, <=, window_state(self->window)->part_target_us);
	g_assert_cmpuint(part->index, <, WIRE_PARTS_MAX);
	if (!self->any)
		return;
	if (part->msn == last->msn) {
		g_assert_cmpuint(part->index, ==, last->index + 1);
		g_assert_cmpuint(part->generation, ==, last->generation);
	} else {
		g_assert_cmpuint(part->msn, ==, last->msn + 1);
		g_assert_cmpuint(part->index, ==, 0);
		if (part->generation != last->generation)
			g_assert_true(part->discontinuity);
	}
	g_assert_cmpint(part->start_us, >=, last->start_us + last->duration_us - 1);
}

static void on_part(void *data, const WirePart *part)
{
	Tape *self = data;
	g_autofree char *name =
	        g_strdup_printf("part_%" G_GUINT64_FORMAT "_%u.m4s", part->msn, part->index);
	g_autoptr(GBytes) bytes = read_file(self, name);

	learn_init(self, part->generation);
	check_order(self, part);
	check_boxes(self, part, bytes);
	if (part->index == 0)
		g_byte_array_set_size(self->segment, 0);
	g_byte_array_append(self->segment, g_bytes_get_data(bytes, NULL),
	                    (guint)g_bytes_get_size(bytes));
	self->last = *part;
	self->any = true;
	if (self->on_part)
		self->on_part(self->user_data, part, self->init, bytes);
}

static void on_segment(void *data, const WireSegment *segment)
{
	Tape *self = data;
	g_autofree char *name = g_strdup_printf("seg_%" G_GUINT64_FORMAT ".m4s", segment->msn);
	g_autoptr(GBytes) bytes = read_file(self, name);

	g_assert_cmpuint(segment->msn, ==, self->last.msn);
	g_assert_cmpuint(segment->duration_us, <=, TARGET_DURATION_S * G_USEC_PER_SEC);
	g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes),
	                self->segment->data, self->segment->len);
}

static void on_write(void *data, const GError *error)
{
	g_assert_not_reached();
}

static void on_note(void *data, const char *note)
{
}

/* --- The records --- */

static guint64 take(Tape *self, unsigned count)
{
	guint64 value = 0;

	while (count-- > 0) {
		value = value << 8 | (self->size > 0 ? *self->data : 0);
		if (self->size > 0) {
			self->data++;
			self->size--;
		}
	}
	return value;
}

static GBytes *take_bytes(Tape *self)
{
	gsize said = (gsize)take(self, 1);
	gsize size = MIN(said, self->size);
	GBytes *bytes = g_bytes_new(self->data, size);

	self->data += size;
	self->size -= size;
	return bytes;
}

static GBytes *picture_header(Tape *self)
{
	switch (take(self, 1)) {
	case 255:
		return take_bytes(self);
	case 1:
		return g_bytes_new_static(AVCC_SLOW, sizeof AVCC_SLOW);
	case 2:
		return g_bytes_new_static(AVCC_REORDERED, sizeof AVCC_REORDERED);
	default:
		return g_bytes_new_static(AVCC_SMALL, sizeof AVCC_SMALL);
	}
}

static GBytes *sound_header(Tape *self)
{
	if (take(self, 1) == 255)
		return take_bytes(self);
	return g_bytes_new_static(ASC_48000_MONO, sizeof ASC_48000_MONO);
}

/* A NAL unit that says nothing, of this size: what looks into it finds it well formed. */
static GBytes *payload(gsize size)
{
	guint8 *data = g_malloc0(size + 6);

	data[3] = (guint8)(size + 2);
	data[4] = 0x0c;
	memset(data + 5, 0xff, size);
	data[size + 5] = 0x80;
	return g_bytes_new_take(data, size + 6);
}

static void add(Tape *self, UnitKind kind, bool key, bool timed)
{
	gint64 since_ns = timed ? (gint64)take(self, 2) * TENTH_NS : 0;
	gsize size = (gsize)take(self, 1) * 250 / 255; /* with the rest a NAL unit of one byte's length */
	gint64 shown_ns = kind == UNIT_VIDEO ? (gint64)(gint8)take(self, 1) * 10 * TENTH_NS : 0;
	g_autoptr(GBytes) data = payload(size);
	gint64 epoch_ns = window_epoch_ns(self->window);
	Unit unit = {.kind = kind, .data = data, .key = key};

	self->now_ns += since_ns;
	unit.header = kind == UNIT_VIDEO ? self->avcc : self->asc;
	unit.arrived_ns = epoch_ns + self->now_ns + self->late_ns;
	unit.dts_ns = (gint64)((guint64)epoch_ns + (guint64)self->now_ns + (guint64)self->skew_ns);
	if (unit.dts_ns == UNIT_NO_TIME)
		unit.dts_ns++;
	unit.pts_ns = timed ? unit.dts_ns + (unit.dts_ns > 0 ? MIN(shown_ns, G_MAXINT64 - unit.dts_ns)
	                                                     : MAX(shown_ns, UNIT_NO_TIME + 1 - unit.dts_ns))
	                    : UNIT_NO_TIME;
	segmenter_add(self->segmenter, &unit);
}

static void make_worker(Tape *self)
{
	const WindowListener window = {on_part, on_segment};
	const SegmenterListener segmenter = {on_write, on_note};
	const SegmenterOptions options = {400, 2000};

	self->window = window_new(self->folder, &window, self);
	self->segmenter = segmenter_new(self->window, &options, &segmenter, self);
}

static void kill_worker(Tape *self)
{
	g_clear_pointer(&self->segmenter, segmenter_free);
	g_clear_pointer(&self->window, window_free);
}

/* As the worker does at the daemon's word: a broadcast that it knows goes on. */
static void begin_broadcast(Tape *self)
{
	if (g_strcmp0(window_state(self->window)->broadcast, "one") != 0)
		window_begin(self->window, "one");
	segmenter_begin(self->segmenter, false);
}

static void play_record(Tape *self)
{
	unsigned operation = (unsigned)take(self, 1) % 13;

	switch (operation) {
	case 0 ... 3:
		add(self, UNIT_VIDEO, operation & 1, true);
		break;
	case 4:
	case 5:
		add(self, UNIT_AUDIO, true, operation == 4);
		break;
	case 6:
		segmenter_begin(self->segmenter, take(self, 1) & 1);
		break;
	case 7:
		segmenter_end(self->segmenter);
		break;
	case 8:
		self->skew_ns = (gint64)take(self, 8);
		break;
	case 9:
		g_bytes_unref(self->avcc);
		self->avcc = picture_header(self);
		break;
	case 10:
		g_bytes_unref(self->asc);
		self->asc = sound_header(self);
		break;
	case 11:
		kill_worker(self);
		make_worker(self);
		begin_broadcast(self);
		break;
	case 12:
		self->late_ns = (gint64)take(self, 2) * 10 * TENTH_NS;
		break;
	}
}

void tape_play(const guint8 *data, gsize size, TapePart on_part_told, void *user_data)
{
	Tape self = {.data = data, .size = size, .on_part = on_part_told, .user_data = user_data};
	g_autofree char *path = g_dir_make_tmp("tape-XXXXXX", NULL);

	self.folder = folder_open(path, NULL);
	self.avcc = g_bytes_new_static(AVCC_SMALL, sizeof AVCC_SMALL);
	self.asc = g_bytes_new_static(ASC_48000_MONO, sizeof ASC_48000_MONO);
	self.segment = g_byte_array_new();
	make_worker(&self);
	begin_broadcast(&self);
	while (self.size > 0)
		play_record(&self);
	segmenter_end(self.segmenter);
	kill_worker(&self);
	folder_sweep(self.folder, NULL, NULL);
	folder_discard(self.folder);
	folder_free(self.folder);
	g_bytes_unref(self.avcc);
	g_bytes_unref(self.asc);
	g_clear_pointer(&self.init, g_bytes_unref);
	g_byte_array_unref(self.segment);
}
