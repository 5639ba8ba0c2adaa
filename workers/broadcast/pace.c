/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rules of time.
 *
 * What comes late was not taken late: a network or a machine that stands still for seconds and then
 * gives everything at once must not be seen in the picture. So a unit's time is the camera's, and
 * the offset to our clock is that of the quickest packets of the last seconds; it is gone after
 * slowly, which also follows a camera's clock that runs fast or slow.
 *
 * But nothing can come before it was taken, and nothing is taken ten seconds before it comes: a
 * stamp that says so has jumped, and the offset is taken anew so that the picture goes on. A camera
 * most of whose stamps make no sense is not asked any more. */
#include "pace.h"

#define SECOND	    G_GINT64_CONSTANT(1000000000)
#define AHEAD_MAX   SECOND
#define LATE_MAX    (10 * SECOND)
#define BACK_MAX    SECOND /* B-frames go back, less than this */
#define BACK_ROW    4	   /* and not so often one after the other */
#define STEP_LEAST  (SECOND / 1000)
#define WINDOW_NS   (5 * SECOND)
#define EARLY_NS    (3 * SECOND) /* many cameras begin with pictures that they kept */
#define EARLY_SLEW  5		 /* pictures run faster by a fifth at most */
#define SLEW	    200
#define LEAD_STEP   (SECOND / 25) /* who hears more than this is not let wait */
#define LEAD_MAX    SECOND
#define ODD_OF_LAST 16 /* more of the last 32 units: not believed */

struct Pace {
	unsigned clock_rate;
	bool begun;
	bool in_unit;
	guint32 stamp;
	gint64 camera_ns;
	gint64 offset_ns;
	gint64 first_ns; /* arrival of the first packet, or after it stood still for long */
	gint64 begun_ns; /* and since the offset was taken anew */
	gint64 arrived_ns;
	gint64 time_ns; /* that was given last */
	gint64 window_end_ns;
	gint64 least_ns; /* arrival minus camera_ns, in this window and the one before */
	gint64 least_before_ns;
	unsigned back; /* units that went back, one after the other */
	bool led;
	gint64 lead_ns;
	guint32 strange; /* a bit a unit */
	bool odd;
};

/* The offset is taken anew: this unit is now, and nothing that was measured counts any more. The
 * camera's time begins again, so that no stamps add up to more than a number holds. */
static void anchor(Pace *self, gint64 arrived_ns)
{
	self->camera_ns = 0;
	self->offset_ns = MAX(arrived_ns, self->time_ns + STEP_LEAST);
	self->begun_ns = arrived_ns;
	self->window_end_ns = arrived_ns + WINDOW_NS;
	self->least_ns = arrived_ns;
	self->least_before_ns = G_MAXINT64;
	self->led = false;
}

static void measure(Pace *self, gint64 arrived_ns)
{
	if (arrived_ns >= self->window_end_ns) {
		self->window_end_ns = arrived_ns + WINDOW_NS;
		self->least_before_ns = self->least_ns;
		self->least_ns = G_MAXINT64;
	}
	self->least_ns = MIN(self->least_ns, arrived_ns - self->camera_ns);
}

static void slew(Pace *self, gint64 step_ns, gint64 arrived_ns)
{
	gint64 least = MIN(self->least_ns, self->least_before_ns);
	gint64 error = (self->led ? self->lead_ns : least) - self->offset_ns;
	bool early = arrived_ns - self->begun_ns < EARLY_NS;
	gint64 most = ABS(step_ns) / (early ? EARLY_SLEW : SLEW);

	if (self->led && ABS(error) > LEAD_STEP)
		most = ABS(error);
	self->offset_ns += CLAMP(error, -most, most);
}

static void note(Pace *self, bool strange)
{
	self->strange = self->strange << 1 | (strange ? 1 : 0);
	self->odd = self->odd || __builtin_popcount(self->strange) > ODD_OF_LAST;
}

/* Pictures that a camera kept may all come at once when it is connected; nothing else may. */
static bool is_strange(Pace *self, gint64 step_ns, gint64 arrived_ns, bool ahead)
{
	self->back = step_ns < 0 ? self->back + 1 : 0;
	return step_ns == 0 || step_ns < -BACK_MAX || self->back >= BACK_ROW ||
	       step_ns > arrived_ns - self->arrived_ns + AHEAD_MAX ||
	       (ahead && arrived_ns - self->first_ns > EARLY_NS);
}

static gint64 follow(Pace *self, gint64 step_ns, gint64 arrived_ns)
{
	gint64 time_ns = self->camera_ns + self->offset_ns;
	bool ahead = time_ns > arrived_ns + AHEAD_MAX;

	note(self, is_strange(self, step_ns, arrived_ns, ahead));
	if (self->odd) {
		self->camera_ns = 0;
		return MAX(arrived_ns, self->time_ns + STEP_LEAST);
	}
	if (ahead || step_ns < -BACK_MAX || time_ns < arrived_ns - LATE_MAX) {
		/* What was kept for so long follows at once, as at the beginning. */
		if (time_ns < arrived_ns - LATE_MAX)
			self->first_ns = arrived_ns;
		anchor(self, arrived_ns);
	} else {
		measure(self, arrived_ns);
		slew(self, step_ns, arrived_ns);
	}
	return self->camera_ns + self->offset_ns;
}

gint64 pace_packet(Pace *self, guint32 stamp, bool last, gint64 arrived_ns)
{
	gint64 step_ns = (gint64)(gint32)(stamp - self->stamp) * SECOND / self->clock_rate;

	if (!self->begun) {
		self->begun = true;
		self->first_ns = arrived_ns;
		anchor(self, arrived_ns);
		self->time_ns = arrived_ns;
	} else if (!self->in_unit || stamp != self->stamp) {
		self->camera_ns += step_ns;
		self->time_ns = follow(self, step_ns, arrived_ns);
	}
	self->arrived_ns = arrived_ns;
	self->stamp = stamp;
	self->in_unit = !last;
	return self->time_ns;
}

bool pace_is_odd(const Pace *self)
{
	return self->odd;
}

gint64 pace_offset(const Pace *self)
{
	return self->offset_ns;
}

gint64 pace_camera_ns(const Pace *self)
{
	return self->camera_ns;
}

void pace_lead(Pace *self, gint64 offset_ns)
{
	self->led = ABS(offset_ns - MIN(self->least_ns, self->least_before_ns)) < LEAD_MAX;
	self->lead_ns = offset_ns;
}

Pace *pace_new(unsigned clock_rate)
{
	Pace *self = g_new0(Pace, 1);

	self->clock_rate = MAX(1, clock_rate);
	return self;
}

void pace_free(Pace *self)
{
	g_free(self);
}
