/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The first start: who holds the console's code makes the school and its first administrator. */
#pragma once

#include "people/people.h"
#include "school/school.h"

typedef struct {
	School *school;
	People *people;
} Setup;

extern const Route SETUP_ROUTES[]; /* POST /api/v1/setup; room: a Setup, borrowed */
