/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Hybrid logical time: milliseconds of wall time that never run backwards, and a counter; and
 * whether the machine's wall time is to be believed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* 48 bits of milliseconds since 1970, then 16 bits of counter; orders as a plain number. */
typedef uint64_t Hlc;

#define HLC_MS(hlc)        ((int64_t)((hlc) >> 16))
#define HLC_FROM_MS(ms)    ((Hlc)(ms) << 16)
#define CLOCK_AHEAD_MAX_MS (5 * 60 * 1000)          /* a foreign event further ahead is refused */
#define CLOCK_LEAP_MAX_MS  (200LL * 24 * 3600 * 1000) /* a longer silence is not believed */

/* The next time of this origin, greater than all before; `last` is the greatest given or seen. */
Hlc hlc_next(Hlc *last, int64_t now_ms);

/* A foreign event's time was seen. False: too far ahead of now_ms, refuse the event. */
bool hlc_see(Hlc *last, Hlc foreign, int64_t now_ms);

/* Is the machine's time to be believed? */
typedef enum {
	CLOCK_BELIEVED,
	CLOCK_BEFORE_BUILD, /* it lies before the program was made */
	CLOCK_STEPPED_BACK, /* by more than CLOCK_AHEAD_MAX_MS */
	CLOCK_LEAPT,        /* by more than CLOCK_LEAP_MAX_MS */
} ClockDoubt;

/* What is known of wall time. CLOCK_BOOTTIME, which nobody sets, tells what the wall clock must be
 * about now; while it is doubted, time goes on from what was known by the boot clock alone. */
typedef struct {
	ClockDoubt doubt;
	int64_t known_ms;      /* believed last, or when the doubt began */
	int64_t known_boot_ms; /* that moment on the boot clock */
} WallClock;

/* last_ms: the log's maximum, which cannot be ahead of now; 0: an empty log. */
void wall_init(WallClock *self, int64_t last_ms, int64_t wall_ms, int64_t boot_ms);

/* The time to go by. Doubt begins and ends here. */
int64_t wall_believe(WallClock *self, int64_t wall_ms, int64_t boot_ms);

/* An administrator or time synchronisation vouches for the machine's time. False: it lies before
 * the program was made. */
bool wall_confirm(WallClock *self, int64_t wall_ms, int64_t boot_ms);

/* Does the kernel say that something (NTP) keeps its time right? adjtimex(2) */
bool clock_is_synchronised(void);

int64_t clock_wall_ms(void); /* CLOCK_REALTIME */
int64_t clock_boot_ms(void); /* CLOCK_BOOTTIME: for lifetimes within a process */

#define TIME_TEXT_SIZE 25
/* RFC 3339 in UTC with milliseconds: 2026-11-23T04:43:35.123Z. */
void clock_format(int64_t wall_ms, char ret_text[TIME_TEXT_SIZE]);
