/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the console asks of the whole: how it goes, and is the log whole. */
#pragma once

#include "app/upkeep.h"
#include "events/events.h"
#include "people/people.h"
#include "school/school.h"

typedef struct {
	Store *store;
	Events *events;
	Http *http;
	School *school;
	People *people;
	Upkeep *upkeep;
	int64_t started_ms; /* clock_boot_ms() at start */
} Console;

extern const Route CONSOLE_ROUTES[]; /* room: a Console, borrowed */
