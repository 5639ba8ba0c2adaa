/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rules of cutting.
 *
 * A picture's duration is known when the next one comes, so one picture is always held back. A part
 * is closed before the picture that would make it longer than the part target, and at once when
 * no further picture can fit: so the newest picture of a part is one picture old when it is told.
 *
 * The part target is fixed by the first pictures of a broadcast: as many whole pictures as come
 * nearest to part_ms, and a little for a camera's unsteady clock. It may never change afterwards
 * (players stop for ever), nor may a part be longer; a picture that stands longer than it is cut
 * short, and leaves a hole.
 *
 * A segment begins at the first key frame after segment_ms. When none comes before the target
 * duration, it is cut without one: still a valid playlist, but whoever joins sees the picture
 * later, so that is noted.
 *
 * Time is the machine's, not the camera's: media time 0 is the broadcast's epoch. After each
 * break (a gap, a jump, another camera connection) the first picture is put where the clock is, or
 * where the stream ended if that is later. */
#include "segmenter.h"

#include "cmaf.h"
#include "headers.h"
#include "opening.h"
#include "sound.h"

#include <string.h>

#define TICKS_A_SECOND CMAF_VIDEO_TIMESCALE
#define GAP_TICKS	 TICKS_A_SECOND /* a longer silence is a discontinuity */
#define STANDSTILL_TICKS (TICKS_A_SECOND / 100)
#define OUTLIER_NS	  G_GINT64_CONSTANT(2000000000) /* a clock further off is not believed */
#define ABSURD_NS	  G_GINT64_CONSTANT(864000000000000) /* ten days: no time at all */
#define COMPOSITION_NS    G_GINT64_CONSTANT(10000000000)

struct Segmenter {
	Window *window;
	SegmenterOptions options;
	SegmenterListener listener;
	void *data;

	bool begun;
	bool waiting_key;   /* nothing can be shown before the next key frame */
	bool discontinuity; /* the next segment has one */
	bool close_is_due;  /* the open segment should be whole but could not be written */
	bool failing;	    /* the last write failed */
	bool long_gop_noted;
	bool no_audio_noted;

	Opening *opening; /* of a connection; NULL: it is over */

	GBytes *avcc;
	Sound *sound;
	bool header_changed;
	bool with_audio; /* the current init segment has a sound track */

	gint64 shift_ns;      /* from CLOCK_BOOTTIME since the epoch to media time */
	CmafSample last;      /* its duration is not known; data NULL: none */
	gint64 picture_ticks; /* of the last known picture */
	gint64 mean_ticks;
	GArray *video; /* of the open part */
	gint64 segment_start;
};

static gint64 ticks_from_ns(gint64 ns)
{
	return ns * 9 / 100000;
}

/* The first nanosecond of the tick: back again it is the same tick. */
static gint64 ns_from_ticks(gint64 ticks)
{
	return (ticks * 100000 + 8) / 9;
}

static gint64 media_ns(const Segmenter *self, gint64 boot_ns)
{
	return boot_ns - window_epoch_ns(self->window) + self->shift_ns;
}

static gint64 part_target_ticks(const Segmenter *self)
{
	return (gint64)window_state(self->window)->part_target_us * 9 / 100;
}

static const CmafSample *first_picture(const Segmenter *self)
{
	return &g_array_index(self->video, CmafSample, 0);
}

static gint64 part_end(const Segmenter *self)
{
	const CmafSample *sample = &g_array_index(self->video, CmafSample, self->video->len - 1);

	return sample->dts + sample->duration;
}

static void note(Segmenter *self, bool *noted, const char *what)
{
	if (*noted)
		return;
	*noted = true;
	self->listener.on_note(self->data, what);
}

/* --- Writing --- */

static void drop_open(Segmenter *self)
{
	g_array_set_size(self->video, 0);
	sound_drop(self->sound);
	g_clear_pointer(&self->last.data, g_bytes_unref);
	self->waiting_key = true;
	self->discontinuity = true;
}

static bool fail_write(Segmenter *self, const GError *error)
{
	self->failing = true;
	drop_open(self);
	self->listener.on_write(self->data, error);
	return false;
}

static void succeed_write(Segmenter *self)
{
	if (!self->failing)
		return;
	self->failing = false;
	self->listener.on_write(self->data, NULL);
}

static bool close_segment(Segmenter *self)
{
	g_autoptr(GError) error = NULL;

	self->close_is_due = !window_close_segment(self->window, &error);
	return !self->close_is_due || fail_write(self, error);
}

static bool has_key(const Segmenter *self)
{
	for (unsigned i = 0; i < self->video->len; i++)
		if (g_array_index(self->video, CmafSample, i).key)
			return true;
	return false;
}

static bool write_part(Segmenter *self, GError **error)
{
	gint64 end = part_end(self);
	g_autoptr(GArray) audio = sound_take(self->sound, end);
	g_autoptr(GBytes) bytes = cmaf_part(window_sequence(self->window), self->video, audio);
	const WindowPart part = {
		.bytes = bytes,
		.start_ns = ns_from_ticks(first_picture(self)->dts),
		.end_ns = ns_from_ticks(end),
		.independent = has_key(self),
		.discontinuity = self->discontinuity,
	};

	return window_add_part(self->window, &part, error);
}

static bool close_part(Segmenter *self)
{
	g_autoptr(GError) error = NULL;

	if (self->video->len == 0)
		return true;
	if (self->close_is_due && !close_segment(self))
		return false;
	if (!write_part(self, &error))
		return fail_write(self, error);
	g_array_set_size(self->video, 0);
	self->discontinuity = false;
	succeed_write(self);
	return true;
}

static bool close_all(Segmenter *self)
{
	return close_part(self) && close_segment(self);
}

/* --- Formats --- */

static bool write_init(Segmenter *self, bool with_audio)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) init = NULL;
	VideoHeader header;
	CmafFormat format = {.avcc = self->avcc};

	if (!self->avcc || !video_header_parse(self->avcc, &header))
		return false;
	format.width = header.width;
	format.height = header.height;
	if (with_audio)
		sound_describe(self->sound, &format);
	init = cmaf_init(&format);
	if (!window_add_init(self->window, init, &error))
		return fail_write(self, error);
	self->with_audio = with_audio;
	self->header_changed = false;
	return true;
}

/* The first picture of a new stretch stands where the clock is, never before what there was. */
static void anchor(Segmenter *self, const Unit *unit)
{
	gint64 media;
	gint64 now;

	self->shift_ns = 0;
	media = media_ns(self, unit->dts_ns);
	now = media_ns(self, unit->arrived_ns);
	if (ABS(media - now) > OUTLIER_NS)
		self->shift_ns = now - media;
	if (media + self->shift_ns < window_end_ns(self->window))
		self->shift_ns = window_end_ns(self->window) - media;
	sound_anchor(self->sound, window_end_ns(self->window));
}

/* --- Video --- */

/* Puts a picture of known duration into the open part, and closes what is full. */
static bool place(Segmenter *self, CmafSample *sample)
{
	const gint64 target = part_target_ticks(self);
	gint64 end;

	self->picture_ticks = sample->duration;
	sample->duration = (guint32)MIN((gint64)sample->duration, target);
	end = sample->dts + sample->duration;
	if (self->video->len > 0 && end - first_picture(self)->dts > target && !close_part(self))
		return false;
	if (self->video->len == 0 && !window_has_open(self->window))
		self->segment_start = sample->dts;
	if (end - self->segment_start > TARGET_DURATION_S * TICKS_A_SECOND ||
	    window_open_parts(self->window) == WIRE_PARTS_MAX) {
		note(self, &self->long_gop_noted, "long-gop");
		if (!close_all(self))
			return false;
		self->segment_start = sample->dts;
	}
	g_bytes_ref(sample->data);
	g_array_append_vals(self->video, sample, 1);
	if (end + sample->duration - first_picture(self)->dts > target)
		return close_part(self);
	return true;
}

/* The held-back picture goes in with the given duration. */
static bool place_last(Segmenter *self, gint64 duration)
{
	CmafSample sample = self->last;
	bool placed;

	if (!sample.data)
		return true;
	self->last.data = NULL;
	sample.duration = (guint32)MAX(duration, 1);
	placed = place(self, &sample);
	g_bytes_unref(sample.data);
	return placed;
}

/* The stream does not go on from here: what is open is closed with what there is. */
static void break_off(Segmenter *self)
{
	if (place_last(self, self->picture_ticks ? self->picture_ticks : 1))
		close_all(self);
	drop_open(self);
}

/* A key frame: where segments, formats and stretches begin. False: it cannot be used. */
static bool begin_at_key(Segmenter *self, const Unit *unit)
{
	bool with_audio = sound_is_heard(self->sound, unit);
	gint64 dts = ticks_from_ns(media_ns(self, unit->dts_ns));

	if (self->waiting_key || self->header_changed || with_audio != self->with_audio) {
		if (!self->waiting_key)
			break_off(self);
		if (!close_segment(self) || !write_init(self, with_audio))
			return false;
		anchor(self, unit);
		self->waiting_key = false;
		return true;
	}
	if (dts - self->segment_start + self->picture_ticks / 2 <
	    (gint64)self->options.segment_ms * TICKS_A_SECOND / 1000)
		return true;
	return close_all(self);
}

static void learn_rate(Segmenter *self, gint64 interval)
{
	self->mean_ticks = self->mean_ticks ? (7 * self->mean_ticks + interval) / 8 : interval;
}

/* True: it is another one than before. */
static bool keep_header(GBytes **kept, GBytes *header)
{
	if (*kept == header || (*kept && g_bytes_equal(*kept, header)))
		return false;
	g_clear_pointer(kept, g_bytes_unref);
	*kept = g_bytes_ref(header);
	return true;
}

/* What is worked out for B-frames may stand still for a picture: that is no jump of a clock, and
 * the picture is moved on by so much. */
static gint64 standstill_ticks(const Segmenter *self, gint64 dts)
{
	gint64 back = self->last.data ? self->last.dts - dts : -1;

	return back >= 0 && back < STANDSTILL_TICKS ? back + 1 : 0;
}

static void add_video(Segmenter *self, const Unit *unit)
{
	gint64 dts = ticks_from_ns(media_ns(self, unit->dts_ns));
	gint64 moved = standstill_ticks(self, dts);

	if (keep_header(&self->avcc, unit->header))
		self->header_changed = true;
	if (self->last.data) {
		gint64 interval = dts + moved - self->last.dts;

		if (interval <= 0 || interval > GAP_TICKS) {
			break_off(self);
		} else {
			learn_rate(self, interval);
			place_last(self, interval);
		}
	}
	if ((self->waiting_key || self->header_changed) && !unit->key)
		return;
	if (unit->key && !begin_at_key(self, unit))
		return;
	/* A stretch that began here was put where the clock is. */
	dts = ticks_from_ns(media_ns(self, unit->dts_ns)) + moved;
	self->last = (CmafSample){
		.data = g_bytes_ref(unit->data),
		.dts = dts,
		.composition = (gint32)(ticks_from_ns(media_ns(self, unit->pts_ns)) - dts),
		.key = unit->key,
	};
}

/* --- Audio --- */

static void add_audio(Segmenter *self, const Unit *unit)
{
	bool timed = unit->pts_ns != UNIT_NO_TIME;
	bool changed;

	if (!sound_hear(self->sound, unit, &changed))
		return;
	if (changed && self->with_audio)
		self->header_changed = true;
	if (!self->waiting_key && !self->header_changed && self->with_audio)
		sound_add(self->sound, unit,
			  timed ? media_ns(self, unit->pts_ns) : UNIT_NO_TIME);
}

/* --- The beginning of a connection --- */

static void take(Segmenter *self, const Unit *unit)
{
	if (unit->kind == UNIT_VIDEO)
		add_video(self, unit);
	else
		add_audio(self, unit);
}

/* Sound that came before the decision counts as heard for the first init segment. */
static void hear(Segmenter *self, const Opening *opening)
{
	for (const GList *link = opening_units(opening); link; link = link->next) {
		const Unit *unit = link->data;

		if (unit->kind == UNIT_AUDIO)
			add_audio(self, unit);
	}
}

static void release(Segmenter *self)
{
	g_autoptr(Opening) opening = g_steal_pointer(&self->opening);

	if (window_state(self->window)->part_target_us == 0)
		window_set_part_target(self->window,
				       opening_part_target_us(opening, self->options.part_ms));
	if (opening_lacks_sound(opening))
		note(self, &self->no_audio_noted, "no-audio");
	hear(self, opening);
	for (const GList *link = opening_units(opening); link; link = link->next)
		take(self, link->data);
}

static bool is_absurd(gint64 ns, gint64 near_ns, gint64 most_ns)
{
	return ns < near_ns - most_ns || ns > near_ns + most_ns;
}

/* A time that no camera can mean is replaced by when the unit came: what is counted with from here
 * on is small enough to be counted with. */
static Unit believed(const Unit *unit)
{
	Unit copy = *unit;

	if (copy.kind == UNIT_AUDIO) {
		if (copy.pts_ns != UNIT_NO_TIME &&
		    is_absurd(copy.pts_ns, copy.arrived_ns, ABSURD_NS))
			copy.pts_ns = copy.arrived_ns;
		return copy;
	}
	if (is_absurd(copy.dts_ns, copy.arrived_ns, ABSURD_NS))
		copy.dts_ns = copy.arrived_ns;
	if (is_absurd(copy.pts_ns, copy.dts_ns, COMPOSITION_NS))
		copy.pts_ns = copy.dts_ns;
	return copy;
}

void segmenter_add(Segmenter *self, const Unit *unit)
{
	Unit copy = believed(unit);

	if (!self->begun)
		return;
	if (!self->opening)
		take(self, &copy);
	else if (opening_add(self->opening, &copy))
		release(self);
}

void segmenter_begin(Segmenter *self, bool with_audio)
{
	segmenter_end(self);
	self->begun = true;
	self->opening = opening_new(with_audio, window_state(self->window)->part_target_us == 0);
	sound_begin(self->sound);
	self->long_gop_noted = false;
	self->no_audio_noted = false;
	self->mean_ticks = 0;
	self->waiting_key = true;
	self->discontinuity = window_end_ns(self->window) > 0;
}

void segmenter_end(Segmenter *self)
{
	if (!self->begun)
		return;
	self->begun = false;
	break_off(self);
	g_clear_pointer(&self->opening, opening_free);
}

unsigned segmenter_frame_rate_milli(const Segmenter *self)
{
	return self->mean_ticks ? (unsigned)(TICKS_A_SECOND * 1000 / self->mean_ticks) : 0;
}

Segmenter *segmenter_new(Window *window, const SegmenterOptions *options,
			 const SegmenterListener *listener, void *data)
{
	Segmenter *self = g_new0(Segmenter, 1);

	self->window = window;
	self->options = *options;
	self->listener = *listener;
	self->data = data;
	self->video = cmaf_samples_new();
	self->sound = sound_new();
	return self;
}

void segmenter_free(Segmenter *self)
{
	if (!self)
		return;
	self->begun = false;
	opening_free(self->opening);
	g_clear_pointer(&self->last.data, g_bytes_unref);
	g_clear_pointer(&self->avcc, g_bytes_unref);
	g_array_unref(self->video);
	sound_free(self->sound);
	g_free(self);
}
