/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where each sound stands: one frame behind the other, by the clock only across a loss. */
#include "sound.h"

#include "headers.h"

#define SILENCE_NS  G_GINT64_CONSTANT(2000000000) /* then it is taken to have ended */
#define SAMPLES_MAX 500

struct Sound {
	GBytes *asc;
	AudioHeader header;
	gint64 heard_ns; /* time of the last sound; UNIT_NO_TIME: none yet */
	GArray *samples; /* behind the last whole part */
	gint64 next;     /* where the sound goes on; -1: anywhere behind what there was */
	gint64 from_ns;  /* media time to which this stretch's predecessors reach; 0: none */
};

Sound *sound_new(void)
{
	Sound *self = g_new0(Sound, 1);

	self->samples = cmaf_samples_new();
	self->next = -1;
	self->heard_ns = UNIT_NO_TIME;
	return self;
}

void sound_free(Sound *self)
{
	if (!self)
		return;
	g_clear_pointer(&self->asc, g_bytes_unref);
	g_array_unref(self->samples);
	g_free(self);
}

void sound_begin(Sound *self)
{
	self->heard_ns = UNIT_NO_TIME;
}

static bool take_format(Sound *self, GBytes *asc)
{
	g_clear_pointer(&self->asc, g_bytes_unref);
	if (g_bytes_get_size(asc) > CMAF_ASC_MAX || !audio_header_parse(asc, &self->header))
		return false;
	self->asc = g_bytes_ref(asc);
	return true;
}

bool sound_hear(Sound *self, const Unit *unit, bool *ret_changed)
{
	*ret_changed = !self->asc || (self->asc != unit->header &&
				      !g_bytes_equal(self->asc, unit->header));
	if (*ret_changed && !take_format(self, unit->header))
		return false;
	self->heard_ns = unit->pts_ns == UNIT_NO_TIME ? unit->arrived_ns : unit->pts_ns;
	return true;
}

bool sound_is_heard(const Sound *self, const Unit *picture)
{
	return self->asc && self->heard_ns != UNIT_NO_TIME &&
	       picture->dts_ns - self->heard_ns < SILENCE_NS;
}

void sound_describe(const Sound *self, CmafFormat *format)
{
	format->asc = self->asc;
	format->audio_rate = self->header.rate;
	format->audio_channels = self->header.channels;
}

void sound_anchor(Sound *self, gint64 from_ns)
{
	self->next = -1;
	self->from_ns = from_ns;
}

void sound_drop(Sound *self)
{
	g_array_set_size(self->samples, 0);
	self->next = -1;
}

static gint64 ticks(const Sound *self, gint64 ns)
{
	return ns / 1000 * self->header.rate / 1000000;
}

/* The last sound of a part reaches beyond its last picture, by less than a frame. */
static bool is_behind_all(const Sound *self, gint64 said)
{
	return self->from_ns == 0 || said > ticks(self, self->from_ns) + CMAF_AAC_FRAME;
}

/* -1: nowhere. */
static gint64 place(const Sound *self, gint64 media_ns)
{
	gint64 rate = self->header.rate;
	gint64 said;

	if (media_ns == UNIT_NO_TIME)
		return self->next;
	said = ticks(self, media_ns);
	if (self->next < 0)
		return is_behind_all(self, said) ? said : -1;
	if (said - self->next > rate / 10)
		return said;
	return self->next - said > rate / 10 ? -1 : self->next;
}

void sound_add(Sound *self, const Unit *unit, gint64 media_ns)
{
	CmafSample sample = {.key = true, .duration = CMAF_AAC_FRAME};

	if (self->samples->len >= SAMPLES_MAX)
		return;
	sample.dts = place(self, media_ns);
	if (sample.dts < 0)
		return;
	sample.data = g_bytes_ref(unit->data);
	self->next = sample.dts + CMAF_AAC_FRAME;
	g_array_append_val(self->samples, sample);
}

GArray *sound_take(Sound *self, gint64 end)
{
	GArray *taken = cmaf_samples_new();
	unsigned count = 0;

	while (count < self->samples->len &&
	       g_array_index(self->samples, CmafSample, count).dts * CMAF_VIDEO_TIMESCALE <
		       end * self->header.rate) {
		CmafSample sample = g_array_index(self->samples, CmafSample, count++);

		g_bytes_ref(sample.data);
		g_array_append_val(taken, sample);
	}
	g_array_remove_range(self->samples, 0, count);
	return taken;
}
