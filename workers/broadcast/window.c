/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Order of writing: the part's file, the state file, then the word. Order of removing: a segment
 * leaves the state, then its parts go, and WINDOW_SEGMENTS later its own file. */
#include "window.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define STATE_FILE "state"
#define NAME_SIZE  64
#define PART_MAX   (16 * 1024 * 1024)

struct Window {
	Folder *folder;
	WindowListener listener;
	void *data;
	WireState state;
	guint64 next_msn;
	GByteArray *open_bytes; /* of the open segment; NULL: none is open */
	gint64 end_ns;
};

static gint64 clock_ns(clockid_t which)
{
	struct timespec now;

	clock_gettime(which, &now);
	return (gint64)now.tv_sec * G_GINT64_CONSTANT(1000000000) + now.tv_nsec;
}

static void name_part(char name[NAME_SIZE], guint64 msn, unsigned index)
{
	snprintf(name, NAME_SIZE, "part_%" PRIu64 "_%u.m4s", msn, index);
}

static void name_segment(char name[NAME_SIZE], guint64 msn)
{
	snprintf(name, NAME_SIZE, "seg_%" PRIu64 ".m4s", msn);
}

static WireStateSegment *last_segment(const Window *self)
{
	GPtrArray *segments = self->state.segments;

	return segments->len > 0 ? segments->pdata[segments->len - 1] : NULL;
}

/* Where there must be one. */
static WireStateSegment *newest_segment(const Window *self)
{
	WireStateSegment *segment = last_segment(self);

	g_assert(segment);
	return segment;
}

static void reset(Window *self, const char *broadcast)
{
	wire_state_clear(&self->state);
	g_clear_pointer(&self->open_bytes, g_byte_array_unref);
	self->state = (WireState){
		.broadcast = g_strdup(broadcast),
		.target_duration_s = TARGET_DURATION_S,
		.segments = g_ptr_array_new_with_free_func((GDestroyNotify)wire_state_segment_free),
		.epoch_us = clock_ns(CLOCK_REALTIME) / 1000,
		.epoch_boot_us = clock_ns(CLOCK_BOOTTIME) / 1000,
	};
	self->next_msn = 0;
	self->end_ns = 0;
}

static bool save(Window *self, GError **error)
{
	const Wire wire = {.word = WIRE_STATE, .state = self->state};
	g_autofree char *line = wire_format(&wire);

	return folder_write(self->folder, STATE_FILE, line, strlen(line), error);
}

/* Is the file of this window? The segments' own files live twice as long. */
static bool is_known_file(void *data, const char *name)
{
	Window *self = data;
	GPtrArray *segments = self->state.segments;
	guint64 first = segments->len > 0 ? ((WireStateSegment *)segments->pdata[0])->msn : 0;
	guint64 oldest = first > WINDOW_SEGMENTS ? first - WINDOW_SEGMENTS : 0;
	guint64 msn;
	unsigned number;
	char again[NAME_SIZE] = "";

	if (strcmp(name, STATE_FILE) == 0)
		return true;
	if (sscanf(name, "init_%u.mp4", &number) == 1)
		return number <= self->state.generation;
	if (sscanf(name, "seg_%" SCNu64 ".m4s", &msn) == 1) {
		name_segment(again, msn);
		return strcmp(name, again) == 0 && msn >= oldest && msn < self->next_msn;
	}
	if (sscanf(name, "part_%" SCNu64 "_%u.m4s", &msn, &number) == 2) {
		const WireStateSegment *segment;

		if (msn < first || msn - first >= segments->len)
			return false;
		segment = segments->pdata[msn - first];
		return number < segment->parts->len;
	}
	return false;
}

static GBytes *read_part(Window *self, guint64 msn, unsigned index)
{
	char name[NAME_SIZE];

	name_part(name, msn, index);
	return folder_read(self->folder, name, PART_MAX, NULL);
}

/* A killed worker's open segment: whole as far as its parts are there. */
static void take_up_open(Window *self)
{
	WireStateSegment *segment = last_segment(self);
	unsigned count = 0;

	if (!segment || segment->complete)
		return;
	self->open_bytes = g_byte_array_new();
	segment->duration_us = 0;
	for (; count < segment->parts->len; count++) {
		g_autoptr(GBytes) part = read_part(self, segment->msn, count);

		if (!part)
			break;
		g_byte_array_append(self->open_bytes, g_bytes_get_data(part, NULL),
				    (guint)g_bytes_get_size(part));
		segment->duration_us += g_array_index(segment->parts, WirePart, count).duration_us;
	}
	g_array_set_size(segment->parts, count);
}

static gint64 end_of_ns(const Window *self)
{
	const WireStateSegment *segment = last_segment(self);
	const WirePart *part;

	if (!segment || segment->parts->len == 0)
		return 0;
	part = &g_array_index(segment->parts, WirePart, segment->parts->len - 1);
	/* It was rounded down to a microsecond: nothing may begin before it. */
	return (part->start_us + part->duration_us + 1 - self->state.epoch_us) * 1000;
}

/* Media time goes on from where it was, even if the machine's clock began anew. */
static void take_up_clock(Window *self)
{
	gint64 now_us = clock_ns(CLOCK_BOOTTIME) / 1000;

	self->end_ns = end_of_ns(self);
	if (now_us - self->state.epoch_boot_us < self->end_ns / 1000)
		self->state.epoch_boot_us = now_us - self->end_ns / 1000;
}

static void take_up(Window *self)
{
	g_autoptr(GBytes) bytes = folder_read(self->folder, STATE_FILE, WIRE_LINE_MAX, NULL);
	gsize size = 0;
	const char *line = bytes ? g_bytes_get_data(bytes, &size) : NULL;
	g_autoptr(Wire) wire = line ? wire_parse(line, size, NULL) : NULL;

	if (!wire || wire->word != WIRE_STATE || !wire->state.broadcast) {
		folder_sweep(self->folder, NULL, NULL);
		return;
	}
	wire_state_clear(&self->state);
	self->state = wire->state;
	wire->word = WIRE_STOP; /* the state is ours now */
	wire_camera_clear(&self->state.camera);
	self->state.camera = (WireCamera){0};
	take_up_open(self);
	take_up_clock(self);
	if (self->state.segments->len > 0)
		self->next_msn = newest_segment(self)->msn + 1;
	folder_sweep(self->folder, is_known_file, self);
	window_close_segment(self, NULL);
}

Window *window_new(Folder *folder, const WindowListener *listener, void *data)
{
	Window *self = g_new0(Window, 1);

	self->folder = folder;
	reset(self, NULL);
	take_up(self);
	self->listener = *listener;
	self->data = data;
	return self;
}

void window_free(Window *self)
{
	if (!self)
		return;
	wire_state_clear(&self->state);
	g_clear_pointer(&self->open_bytes, g_byte_array_unref);
	g_free(self);
}

const WireState *window_state(const Window *self)
{
	return &self->state;
}

void window_begin(Window *self, const char *broadcast)
{
	reset(self, broadcast);
	folder_sweep(self->folder, NULL, NULL);
}

void window_set_part_target(Window *self, unsigned part_target_us)
{
	self->state.part_target_us = part_target_us;
}

gint64 window_epoch_ns(const Window *self)
{
	return self->state.epoch_boot_us * 1000;
}

gint64 window_end_ns(const Window *self)
{
	return self->end_ns;
}

static void name_init(char name[NAME_SIZE], unsigned generation)
{
	snprintf(name, NAME_SIZE, "init_%u.mp4", generation);
}

bool window_add_init(Window *self, GBytes *init, GError **error)
{
	g_autoptr(GBytes) current = NULL;
	char name[NAME_SIZE];

	name_init(name, self->state.generation);
	current = folder_read(self->folder, name, PART_MAX, NULL);
	if (current && g_bytes_equal(current, init))
		return true;
	name_init(name, self->state.generation + 1);
	if (!folder_write(self->folder, name, g_bytes_get_data(init, NULL), g_bytes_get_size(init),
			  error))
		return false;
	self->state.generation++;
	return true;
}

static gint64 wall_us(const Window *self, gint64 media_ns)
{
	return self->state.epoch_us + media_ns / 1000;
}

bool window_has_open(const Window *self)
{
	return self->open_bytes != NULL;
}

unsigned window_open_parts(const Window *self)
{
	return self->open_bytes ? newest_segment(self)->parts->len : 0;
}

guint32 window_sequence(const Window *self)
{
	const WireStateSegment *segment;

	if (!self->open_bytes)
		return (guint32)(self->next_msn * WIRE_PARTS_MAX + 1);
	segment = newest_segment(self);
	return (guint32)(segment->msn * WIRE_PARTS_MAX + segment->parts->len + 1);
}

static void open_segment(Window *self, const WindowPart *part)
{
	WireStateSegment *segment = wire_state_segment_new();

	segment->msn = self->next_msn++;
	segment->generation = self->state.generation;
	segment->discontinuity = part->discontinuity;
	segment->start_us = wall_us(self, part->start_ns);
	g_ptr_array_add(self->state.segments, segment);
	self->open_bytes = g_byte_array_new();
}

/* As if it had never been opened: nobody was told of it. */
static void forget_open_segment(Window *self)
{
	self->next_msn--;
	g_ptr_array_set_size(self->state.segments, (int)self->state.segments->len - 1);
	g_clear_pointer(&self->open_bytes, g_byte_array_unref);
}

static bool write_part(Window *self, const WindowPart *from, const WirePart *part, GError **error)
{
	WireStateSegment *segment = newest_segment(self);
	char name[NAME_SIZE];

	name_part(name, part->msn, part->index);
	if (!folder_write(self->folder, name, g_bytes_get_data(from->bytes, NULL),
			  g_bytes_get_size(from->bytes), error))
		return false;
	g_array_append_vals(segment->parts, part, 1);
	segment->duration_us += part->duration_us;
	if (save(self, error))
		return true;
	g_array_set_size(segment->parts, part->index);
	segment->duration_us -= part->duration_us;
	folder_remove(self->folder, name);
	return false;
}

bool window_add_part(Window *self, const WindowPart *from, GError **error)
{
	const WireStateSegment *segment;
	WirePart part;

	if (!self->open_bytes)
		open_segment(self, from);
	segment = newest_segment(self);
	part = (WirePart){
		.msn = segment->msn,
		.index = segment->parts->len,
		.generation = segment->generation,
		.discontinuity = segment->discontinuity,
		.start_us = wall_us(self, from->start_ns),
		.duration_us = (unsigned)(from->end_ns / 1000 - from->start_ns / 1000),
		.independent = from->independent,
	};
	g_assert(part.index < WIRE_PARTS_MAX);
	if (!write_part(self, from, &part, error)) {
		if (part.index == 0)
			forget_open_segment(self);
		return false;
	}
	g_byte_array_append(self->open_bytes, g_bytes_get_data(from->bytes, NULL),
			    (guint)g_bytes_get_size(from->bytes));
	self->end_ns = from->end_ns;
	self->listener.on_part(self->data, &part);
	return true;
}

static void remove_oldest(Window *self)
{
	const WireStateSegment *segment = self->state.segments->pdata[0];
	char name[NAME_SIZE];

	for (unsigned i = 0; i < segment->parts->len; i++) {
		name_part(name, segment->msn, i);
		folder_remove(self->folder, name);
	}
	if (segment->msn >= WINDOW_SEGMENTS) {
		name_segment(name, segment->msn - WINDOW_SEGMENTS);
		folder_remove(self->folder, name);
	}
	/* An init segment goes when the one after it has left, too. */
	if (((WireStateSegment *)self->state.segments->pdata[1])->generation !=
	    segment->generation) {
		name_init(name, segment->generation - 1);
		folder_remove(self->folder, name);
	}
	self->state.discontinuity_sequence += segment->discontinuity ? 1 : 0;
	g_ptr_array_remove_index(self->state.segments, 0);
}

static void slide(Window *self)
{
	while (self->state.segments->len > WINDOW_SEGMENTS)
		remove_oldest(self);
}

bool window_close_segment(Window *self, GError **error)
{
	WireStateSegment *segment;
	WireSegment word;
	char name[NAME_SIZE];

	if (!self->open_bytes)
		return true;
	segment = newest_segment(self);
	if (segment->parts->len == 0) {
		forget_open_segment(self);
		return true;
	}
	name_segment(name, segment->msn);
	if (!folder_write(self->folder, name, self->open_bytes->data, self->open_bytes->len, error))
		return false;
	g_clear_pointer(&self->open_bytes, g_byte_array_unref);
	segment->complete = true;
	word = (WireSegment){segment->msn, segment->duration_us};
	slide(self);
	if (!save(self, error))
		g_clear_error(error); /* the next part's save says the same and must succeed */
	if (self->listener.on_segment)
		self->listener.on_segment(self->data, &word);
	return true;
}
