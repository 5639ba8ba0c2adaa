/* SPDX-License-Identifier: LGPL-2.1-or-later
 * People of several schools: the way from one's own box into the cloud, two accounts that are one
 * human's, and what each school then tells that human of the other. */
#pragma once

#include "classes/classes.h"
#include "school/school.h"
#include "schools/directory.h"

typedef struct Schools Schools;

typedef struct {
	Store *store;
	Events *events;
	School *school;
	People *people;
	Classes *classes;
	/* A box keeps the last word of the directory, for when its line is cut. A house of the cloud
	 * does not: there the directory is next door. */
	bool is_box;
	int64_t (*boot_ms)(void); /* NULL: clock_boot_ms() */
} SchoolsOptions;

Schools *schools_new(const SchoolsOptions *options); /* adds followers, PersonData */
void schools_free(Schools *self);		     /* answers that come later are dropped */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Schools, schools_free)

/* Borrowed. Without it there is no cloud. */
void schools_set_directory(Schools *self, const Directory *directory, void *room);

/* After events_open(): from now on this school and the directory tell each other what is new. */
void schools_start(Schools *self);
/* The state of the directory may be another now. */
void schools_look(Schools *self);

extern const Migration SCHOOLS_MIGRATION;
extern const Route SCHOOLS_ROUTES[]; /* /me/schools, /me/cloud-entries */
