/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a higher room tells of who belongs where and who may see whom. Part of people.h. */
#pragma once

/* May this actor see, write to that person? No by default; classes/ implements it. */
typedef struct {
	bool (*may_see)(void *room, const Actor *actor, const char *person);
	bool (*may_write)(void *room, const Actor *actor, const char *person);
} Sight;

/* Where somebody sits and teaches; classes/ implements it. Owned JSON, NULL on failure. */
typedef struct {
	json_t *(*classes_of)(void *room, const char *person, GError **error); /* [{id, title, as}] */
	json_t *(*class_of)(void *room, const char *pupil, GError **error); /* {id, title} or null */
	/* This year. Ids, owned. */
	bool (*leads)(void *room, const char *teacher, const char *pupil); /* as class teacher */
	GPtrArray *(*led_pupils)(void *room, const char *teacher, GError **error);
	GPtrArray *(*class_teachers)(void *room, const char *pupil, GError **error);
	bool (*share_class)(void *room, const char *one, const char *other); /* or their children do */
} Belonging;

void people_set_sight(People *self, const Sight *sight, void *room);
void people_set_belonging(People *self, const Belonging *belonging, void *room);
