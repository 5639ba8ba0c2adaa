/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Hybrid logical time: milliseconds of wall time that never run backwards, and a counter. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* 48 bits of milliseconds since 1970, then 16 bits of counter; orders as a plain number. */
typedef uint64_t Hlc;

#define HLC_MS(hlc)        ((int64_t)((hlc) >> 16))
#define HLC_FROM_MS(ms)    ((Hlc)(ms) << 16)
#define CLOCK_AHEAD_MAX_MS (5 * 60 * 1000)          /* a foreign event further ahead is refused */
#define CLOCK_LEAP_MAX_MS  (200LL * 24 * 3600 * 1000) /* a longer silence freezes physical time */

/* Plain bytes: the store saves and restores it with the turn. */
typedef struct {
	Hlc last;        /* the greatest time given or seen */
	bool frozen;     /* the machine's time is not to be believed: only the counter goes on */
} Clock;

/* Starts from the log's maximum (0: an empty log). Freezes when now_ms lies before the build's
 * date, before last, or CLOCK_LEAP_MAX_MS past it. */
void clock_init(Clock *self, Hlc last, int64_t now_ms);

/* The next time of this origin: greater than all before. */
Hlc clock_next(Clock *self, int64_t now_ms);

/* A foreign event's time was seen. False: too far ahead of now_ms, refuse the event. */
bool clock_see(Clock *self, Hlc foreign, int64_t now_ms);

/* An administrator or time synchronisation vouches for the machine's time. */
void clock_confirm(Clock *self);

int64_t clock_wall_ms(void); /* CLOCK_REALTIME */
int64_t clock_boot_ms(void); /* CLOCK_BOOTTIME: for lifetimes within a process */

#define TIME_TEXT_SIZE 25
/* RFC 3339 in UTC with milliseconds: 2026-11-23T04:43:35.123Z. */
void clock_format(int64_t wall_ms, char ret_text[TIME_TEXT_SIZE]);
