/* SPDX-License-Identifier: LGPL-2.1-or-later
 * School years, and how classes go on from one to the next. A part of the door: classes.h brings it. */
#pragma once

#include "classes/classes.h"

typedef struct {
	const char *title; /* «2026/27» */
	const char *from_date;
	const char *to_date;
} SchoolYear;

/* The rules: administrators, the console, the system. Dates like "2026-09-01"; years do not overlap. */
bool classes_add_year(Classes *self, const Actor *actor, const char *title, const char *from_date,
		      const char *to_date, Id *ret_id, GError **error);
bool classes_change_year(Classes *self, const Actor *actor, const char *year,
			 const SchoolYear *changes /* NULL: stays */, GError **error);
/* Only one without classes: CONFLICT year-not-empty. */
bool classes_remove_year(Classes *self, const Actor *actor, const char *year, GError **error);
/* Classes (ids) of the year before go on in this one, a grade higher, with their people. CONFLICT
 * no-year-before, year-over, class-exists; INVALID: one that leaves the school. */
bool classes_promote(Classes *self, const Actor *actor, const char *year, const json_t *wishes,
		     GError **error);
/* Until the year begins; CONFLICT year-begun. */
bool classes_undo_promotion(Classes *self, const Actor *actor, const char *year, GError **error);

extern const Migration CLASSES_YEARS_MIGRATION;
