/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Looks at what a camera sends first. */
#include "opening.h"

#include "headers.h"

#define SOUND_PATIENCE_NS G_GINT64_CONSTANT(2000000000) /* for announced sound */
#define MEASURED_PICTURES 5
#define HELD_MAX	  400

struct Opening {
	GQueue units; /* of Unit, owned */
	bool sound_announced;
	bool rate_wanted;

	bool sound;
	unsigned pictures;
	gint64 first_ns;
	gint64 last_ns;
	gint64 first_arrived_ns;
	gint64 last_arrived_ns;
	GBytes *header; /* of the first picture, borrowed from it */
};

Opening *opening_new(bool sound_announced, bool rate_wanted)
{
	Opening *self = g_new0(Opening, 1);

	g_queue_init(&self->units);
	self->sound_announced = sound_announced;
	self->rate_wanted = rate_wanted;
	return self;
}

static void unit_free(void *data)
{
	Unit *unit = data;

	g_bytes_unref(unit->data);
	g_bytes_unref(unit->header);
	g_free(unit);
}

void opening_free(Opening *self)
{
	if (!self)
		return;
	g_queue_clear_full(&self->units, unit_free);
	g_free(self);
}

static void hold(Opening *self, const Unit *unit)
{
	Unit *copy = g_memdup2(unit, sizeof *unit);

	g_bytes_ref(copy->data);
	g_bytes_ref(copy->header);
	g_queue_push_tail(&self->units, copy);
}

static void look_at_picture(Opening *self, const Unit *unit)
{
	if (self->pictures++ == 0) {
		self->first_ns = unit->dts_ns;
		self->first_arrived_ns = unit->arrived_ns;
		self->header = unit->header;
	}
	self->last_ns = MAX(self->last_ns, unit->dts_ns);
	self->last_arrived_ns = unit->arrived_ns;
}

static bool is_decided(const Opening *self)
{
	if (self->units.length >= HELD_MAX)
		return true;
	if (self->pictures == 0 || (self->rate_wanted && self->pictures < MEASURED_PICTURES))
		return false;
	/* On a busy machine seconds of pictures may come at once, and their sound after them. */
	return !self->sound_announced || self->sound ||
	       MIN(self->last_ns - self->first_ns,
		   self->last_arrived_ns - self->first_arrived_ns) >= SOUND_PATIENCE_NS;
}

bool opening_add(Opening *self, const Unit *unit)
{
	if (unit->kind == UNIT_VIDEO && self->pictures == 0 && !unit->key)
		return false;
	hold(self, unit);
	if (unit->kind == UNIT_VIDEO)
		look_at_picture(self, unit);
	else
		self->sound = true;
	return is_decided(self);
}

bool opening_lacks_sound(const Opening *self)
{
	return self->sound_announced && !self->sound;
}

/* How long a picture stands, as the camera announces and as the first ones came: the first ones
 * often come too fast, and what is announced is often too fast. */
static gint64 picture_us_of(const Opening *self)
{
	gint64 measured_us = 0;
	gint64 announced_us = 0;
	VideoHeader header;

	if (self->pictures > 1)
		measured_us = (self->last_ns - self->first_ns) / (self->pictures - 1) / 1000;
	if (self->header && video_header_parse(self->header, &header) && header.frame_rate_milli)
		announced_us = 1000 * 1000 * 1000 / header.frame_rate_milli;
	return MAX(measured_us, announced_us);
}

unsigned opening_part_target_us(const Opening *self, unsigned part_ms)
{
	gint64 part_us = (gint64)part_ms * 1000;
	gint64 picture_us = picture_us_of(self);
	gint64 pictures;

	if (picture_us < 1000 || picture_us > 1000 * 1000)
		picture_us = part_us;
	pictures = MAX(1, (part_us + picture_us / 2) / picture_us);
	return (unsigned)((pictures * picture_us + MAX(part_us / 40, 10 * 1000) + 999) / 1000 *
			  1000);
}

const GList *opening_units(const Opening *self)
{
	return self->units.head;
}
