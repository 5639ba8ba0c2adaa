/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What can be wrong with a school's server: small checks that need no urokd. */
#pragma once

#include "base/json.h"

typedef enum { FOUND_OK, FOUND_WARNING, FOUND_FAULT } FoundLevel;

typedef struct {
	json_t *items; /* of {id, level, said} */
	FoundLevel worst;
	bool daemon_has_failed; /* as systemd says */
} Doctor;

/* What one check found: a sentence, of a fault with what to do about it. */
void doctor_note(Doctor *self, const char *id, FoundLevel level, const char *format, ...)
	G_GNUC_PRINTF(4, 5);

/* Runs a program and waits; its output without the last line's end, owned. NULL: it is not there.
 * ret_status may be NULL. */
char *doctor_ask(int *ret_status, const char *program, ...) G_GNUC_NULL_TERMINATED;

/* An item of docs/health.md as a sentence. */
void doctor_note_health(Doctor *self, const json_t *item);

/* The groups of checks. */
void doctor_check_system(Doctor *self);	 /* clock, disks, memory, D-Bus, polkit, Avahi, AppArmor */
void doctor_check_network(Doctor *self); /* host name, IPv6, nginx, certificate */
/* Can all of these people have a page open at once? */
void doctor_check_connections(Doctor *self, long long people);
void doctor_check_port(Doctor *self, unsigned port); /* has nginx it? */
void doctor_check_urok(Doctor *self);	 /* configuration, units, sockets, places, GStreamer */
