/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The whole daemon in this process, over a small school of known ids that each visit finds as it
 * was: what fuzz targets knock at. */
#pragma once

#include "http/http.h"

#define YEAR    "00000000-0000-7000-8000-000000000001"
#define PUPIL   "00000000-0000-7000-8000-000000000002"
#define CLASS   "00000000-0000-7000-8000-000000000003"
#define MESSAGE "00000000-0000-7000-8000-000000000004"
#define ADMIN   "00000000-0000-7000-8000-000000000005"
#define TEACHER "00000000-0000-7000-8000-000000000006"
#define PARENT  "00000000-0000-7000-8000-000000000007"

#define COOKIE_NAME "sid"

/* Builds the school once; before everything else. */
void house_init(void);

/* A running daemon over that school. `again`: the one before did something and is not wanted. */
void house_open(bool again);

/* A connection to one of its sockets. */
int house_dial(HttpSocket which);

/* The session of a role: a, t, p, r (a parent); NULL: of nobody. */
const char *house_token(char role);

/* Of the chat of the class's pupils. */
const char *house_chat(void);
