/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What people may change about themselves. */
#pragma once

#include "people/people.h"

typedef struct {
	bool given;
	const char *from; /* "21:30", in the school; NULL: there are none */
	const char *to;
} QuietHours;

/* What PATCH /me may change; NULL leaves a thing as it is, "" takes away. */
typedef struct {
	const char *family_name;
	const char *given_name;
	const char *patronymic;
	const char *about;
	const char *language; /* "ru" or "en" */
	const char *theme;    /* "light", "dark" or "auto" */
	const char *email;
	const char *phone;
	const char *email_shown_to; /* as Visibility: "nobody", "classes", "everyone" */
	const char *phone_shown_to;
	const char *birthday_shown_to;
	QuietHours quiet;
	bool recovery_read; /* "somebody let you in again" was read */
} MeChanges;

bool people_change_me(People *self, const Actor *actor, const MeChanges *changes, GError **error);
