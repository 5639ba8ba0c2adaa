/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The hybrid logical clock (Kulkarni et al., 2014), with a brake for clocks that lie. */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

/* 2026-01-01: no event of any school is older, nor a right clock of a machine that runs this. */
#define BUILT_MS 1767225600000LL

void clock_init(Clock *self, Hlc last, int64_t now_ms)
{
	int64_t last_ms = HLC_MS(last);

	self->last = last;
	self->frozen = now_ms < BUILT_MS || (last && now_ms < last_ms - CLOCK_AHEAD_MAX_MS) ||
	               (last && now_ms > last_ms + CLOCK_LEAP_MAX_MS);
}

static int64_t believed_ms(Clock *self, int64_t now_ms)
{
	int64_t last_ms = HLC_MS(self->last);

	if (self->frozen)
		return last_ms;
	if (now_ms < BUILT_MS || (self->last && now_ms > last_ms + CLOCK_LEAP_MAX_MS)) {
		self->frozen = true;
		return last_ms;
	}
	return now_ms;
}

Hlc clock_next(Clock *self, int64_t now_ms)
{
	Hlc physical = HLC_FROM_MS(believed_ms(self, now_ms));

	self->last = physical > self->last ? physical : self->last + 1;
	return self->last;
}

bool clock_see(Clock *self, Hlc foreign, int64_t now_ms)
{
	if (HLC_MS(foreign) > believed_ms(self, now_ms) + CLOCK_AHEAD_MAX_MS)
		return false;
	if (foreign > self->last)
		self->last = foreign;
	return true;
}

void clock_confirm(Clock *self)
{
	self->frozen = false;
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
