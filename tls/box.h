/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What urok-tls does: keeps a certificate that fits, takes the school's own, goes back to its own
 * authority. Each is one run: it leaves the folder right, says what stands against it, and ends. */
#pragma once

#include "base/clock.h"
#include "tls/names.h"
#include "tls/set.h"

typedef struct {
	const char *folder;
	const char *templates; /* the trust pages' folder; NULL: none are written */
	const Names *names;
	gint64 wall_ms;
	gint64 boot_ms;
	bool time_is_vouched; /* the machine's time is synchronised, or an administrator said so */
} Box;

/* Makes what is not there, is broken, does not fit, or ends. An authority that people may trust is
 * replaced only when it is broken, was made for other names, or ends by a time that is believed. */
bool box_ensure(const Box *box, GError **error);

/* Takes the pair from now on, and tells a name that it does not cover. INVALID with a sentence if
 * browsers would not take it. */
bool box_import(const Box *box, Pair *pair, Kind kind, GError **error);

/* Leaves what was imported and uses the own authority again. */
bool box_use_own(const Box *box, GError **error);

/* Asks an ACME authority for a certificate of that name, through Debian's certbot, which renews it
 * from then on and hands it to us (`import --acme`). `places` are our own options, for that call.
 * UNAVAILABLE: there is no certbot, or it did not get one; it has said why. */
bool acme_ask(const Box *box, const char *const *places, const char *name, const char *email,
	      GError **error);

/* Would browsers take it at that time? INVALID: it ended or has not begun, is no server's, is weak,
 * or the certificates behind it do not lead on. */
bool import_check(const Pair *pair, gint64 now_s, GError **error);

/* Something to tell at once: what happened last stays in state.json. */
typedef struct {
	const char *reason; /* a slug; NULL: nothing happened */
	char *detail;
	gint64 at_s;
} Happening;

/* state.json and the trust pages say what the set is. known_ms: the time that was gone by. */
bool state_write(const Box *box, Folder *folder, const Set *set, ClockDoubt doubt, gint64 known_ms,
		 const Happening *happened, GError **error);
gint64 state_read_known_ms(const Folder *folder); /* of the last run; 0: there was none */

bool pages_write(const Box *box, Folder *folder, const Set *set, GError **error);
