/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The hybrid logical clock (Kulkarni et al., 2014), with a brake for clocks that lie. */
#include "base/clock.h"

#include <stdio.h>
#include <sys/timex.h>
#include <time.h>

/* 2026-01-01: no event of any school is older, nor a right clock of a machine that runs this. */
#define BUILT_MS 1767225600000LL

Hlc hlc_next(Hlc *last, int64_t now_ms)
{
	Hlc physical = HLC_FROM_MS(now_ms);

	*last = physical > *last ? physical : *last + 1;
	return *last;
}

bool hlc_see(Hlc *last, Hlc foreign, int64_t now_ms)
{
	if (HLC_MS(foreign) > now_ms + CLOCK_AHEAD_MAX_MS)
		return false;
	if (foreign > *last)
		*last = foreign;
	return true;
}

static ClockDoubt judge(int64_t expected_ms, int64_t wall_ms)
{
	if (wall_ms < BUILT_MS)
		return CLOCK_BEFORE_BUILD;
	if (wall_ms < expected_ms - CLOCK_AHEAD_MAX_MS)
		return CLOCK_STEPPED_BACK;
	return wall_ms > expected_ms + CLOCK_LEAP_MAX_MS ? CLOCK_LEAPT : CLOCK_BELIEVED;
}

static void know(WallClock *self, int64_t wall_ms, int64_t boot_ms)
{
	self->known_ms = wall_ms;
	self->known_boot_ms = boot_ms;
}

void wall_init(WallClock *self, int64_t last_ms, int64_t wall_ms, int64_t boot_ms)
{
	self->doubt = CLOCK_BELIEVED;
	know(self, last_ms ? last_ms : wall_ms > BUILT_MS ? wall_ms : BUILT_MS, boot_ms);
}

/* A doubt ends as soon as the wall clock is plausible after the moment in which it began: the log
 * stands still there, so a clock that was set back catches up with it. */
int64_t wall_believe(WallClock *self, int64_t wall_ms, int64_t boot_ms)
{
	int64_t on_ms = self->known_ms + boot_ms - self->known_boot_ms;
	bool doubted = self->doubt != CLOCK_BELIEVED;

	self->doubt = judge(doubted ? self->known_ms : on_ms, wall_ms);
	if (self->doubt == CLOCK_BELIEVED)
		know(self, wall_ms, boot_ms);
	else if (!doubted)
		know(self, on_ms, boot_ms);
	return self->known_ms + boot_ms - self->known_boot_ms;
}

bool wall_confirm(WallClock *self, int64_t wall_ms, int64_t boot_ms)
{
	if (wall_ms < BUILT_MS)
		return false;
	self->doubt = CLOCK_BELIEVED;
	know(self, wall_ms, boot_ms);
	return true;
}

bool clock_is_synchronised(void)
{
	struct timex state = {0};
	int result = adjtimex(&state);

	return result >= 0 && result != TIME_ERROR && !(state.status & STA_UNSYNC);
}

static int64_t read_ms(clockid_t which)
{
	struct timespec now;

	clock_gettime(which, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_wall_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}

int64_t clock_boot_ms(void)
{
	return read_ms(CLOCK_BOOTTIME);
}

void clock_format(int64_t wall_ms, char ret_text[TIME_TEXT_SIZE])
{
	time_t seconds = wall_ms / 1000;
	struct tm utc;
	size_t length;

	gmtime_r(&seconds, &utc);
	length = strftime(ret_text, TIME_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(ret_text + length, TIME_TEXT_SIZE - length, ".%03uZ",
	         (unsigned)(wall_ms % 1000) % 1000u);
}
