/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The time that rooms go by: the machine's as far as it is believed, and what is said of that. */
#include "events/events-private.h"

#include "base/log.h"

static void say_doubt(const Events *self, int64_t wall_ms)
{
	static const char *const WHY[] = {
	        [CLOCK_BEFORE_BUILD] = "lies before this program was made",
	        [CLOCK_STEPPED_BACK] = "lies before what happened already",
	        [CLOCK_LEAPT] = "is more than 200 days past what happened last",
	};
	char machine[TIME_TEXT_SIZE];
	char known[TIME_TEXT_SIZE];

	clock_format(wall_ms, machine);
	clock_format(self->wall.known_ms, known);
	log_alarm(ALARM_CLOCK_FROZEN,
	          "The machine's time %s is not believed: it %s. Urok goes on from %s. Set it "
	          "right, or say that it is: urokctl clock confirm",
	          machine, WHY[self->wall.doubt], known);
}

static void say_belief(int64_t wall_ms)
{
	char machine[TIME_TEXT_SIZE];

	clock_format(wall_ms, machine);
	log_write(LOG_NOTICE, "The machine's time %s is believed again", machine);
}

static int64_t believe(Events *self)
{
	int64_t wall_ms = clock_wall_ms();
	int64_t boot_ms = clock_boot_ms();
	bool doubted = self->wall.doubt != CLOCK_BELIEVED;
	int64_t now_ms;

	/* Before the first event nothing can be out of order: a first start waits for its time. */
	if (!self->head.last_hlc)
		wall_init(&self->wall, 0, wall_ms, boot_ms);
	now_ms = wall_believe(&self->wall, wall_ms, boot_ms);
	if (self->wall.doubt != CLOCK_BELIEVED && self->synchronisation_confirms &&
	    clock_is_synchronised() && wall_confirm(&self->wall, wall_ms, boot_ms))
		now_ms = wall_ms;
	if (!doubted && self->wall.doubt != CLOCK_BELIEVED)
		say_doubt(self, wall_ms);
	else if (doubted && self->wall.doubt == CLOCK_BELIEVED)
		say_belief(wall_ms);
	return now_ms;
}

int64_t events_now_ms(Events *self)
{
	return self->pretended_ms ? self->pretended_ms : believe(self);
}

int64_t events_now_for(void *events)
{
	return events_now_ms(events);
}

int64_t events_physical_ms(Events *self)
{
	int64_t now_ms = events_now_ms(self);

	return self->pretended_ms || self->wall.doubt == CLOCK_BELIEVED ? now_ms
	                                                                : self->wall.known_ms;
}

void events_pretend_now(Events *self, int64_t wall_ms)
{
	self->pretended_ms = wall_ms;
}

WallClock events_clock(Events *self)
{
	(void)events_now_ms(self);
	return self->wall;
}

int64_t events_last_ms(const Events *self)
{
	return HLC_MS(self->head.last_hlc);
}

bool events_confirm_clock(Events *self, GError **error)
{
	int64_t wall_ms = clock_wall_ms();
	bool doubted;

	(void)events_now_ms(self);
	doubted = self->wall.doubt != CLOCK_BELIEVED;
	if (!wall_confirm(&self->wall, wall_ms, clock_boot_ms()))
		return error_set(error, ERROR_CONFLICT,
		                 "The machine's time lies before this program was made: set it "
		                 "first (timedatectl set-time)");
	if (doubted)
		say_belief(wall_ms);
	return true;
}
