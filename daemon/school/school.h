/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The school's information, its settings, and the code of the first setup. */
#pragma once

#include "events/events.h"
#include "pictures/pictures.h"

typedef struct School School;

#define SCHOOL_NAME_CHARACTERS_MAX	120
#define SCHOOL_FULL_NAME_CHARACTERS_MAX 300
#define SCHOOL_ADDRESS_CHARACTERS_MAX	200
#define SETUP_CODE_LENGTH		19 /* characters: XXXX-XXXX-XXXX-XXXX, 80 bits */

enum { LANGUAGE_RUSSIAN = 1 << 0, LANGUAGE_ENGLISH = 1 << 1 };

typedef struct {
	Store *store;
	Events *events;
	Http *http; /* its gates are those of people/ */
	const char
		*data_directory; /* holds the file setup-code (0600) until the school is set up */
	const char *name;	 /* told until then, for the first page to offer; NULL: none */
	Pictures *pictures;	 /* NULL: there is no logo */
} SchoolOptions;

School *school_new(const SchoolOptions *options); /* adds kinds */
void school_free(School *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(School, school_free)

extern const Migration SCHOOL_MIGRATION;
extern const Migration SCHOOL_INFORMATION_MIGRATION;
extern const Route SCHOOL_ROUTES[]; /* /school, /school/logo, /console/setup-code */

typedef struct {
	const char *name;	   /* as people say it: «Школа № 17» */
	const char *time_zone;	   /* IANA; NULL: Europe/Moscow */
	const char *support_email; /* NULL or "": none, as all below */
	const char *full_name;	   /* as papers have it */
	const char *address;
	const char *support_phone; /* as it is to be read */
	unsigned languages;	   /* that pages offer, of LANGUAGE_; 0: all */
} SchoolInfo;

bool school_is_set_up(School *self);
char *school_dup_name(School *self);			   /* NULL: not set up */
char *school_dup_time_zone(School *self);			   /* the same */
char *school_dup_id(School *self);			   /* the same */
char *school_dup_full_name(School *self);		   /* the name, where it has no other */
/* NULL: none. */
char *school_dup_address(School *self);
char *school_dup_support_email(School *self);
char *school_dup_support_phone(School *self);
bool school_check(const SchoolInfo *info, GError **error); /* shape only */
/* Administrators, the console, the system. The whole new state; the first one sets the school up.
 */
bool school_set(School *self, const Actor *actor, const SchoolInfo *info, GError **error);

/* Owned and secret. It is made when first asked for. CONFLICT already-set-up. */
char *school_setup_code(School *self, GError **error);

/* In constant time; case, dashes and blanks do not matter. FORBIDDEN wrong-setup-code, CONFLICT
 * already-set-up. check leaves it alone; use, in a turn, makes it die with the commit. */
bool school_check_setup_code(School *self, const char *code, GError **error);
bool school_use_setup_code(School *self, const char *code, GError **error);
