/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Does the school's e-mail work? One letter to one address. */
#pragma once

#include "mail/mail.h"
#include "school/school.h"

typedef struct {
	Mail *mail;
	School *school;
} TestMail;

extern const Route TEST_MAIL_ROUTES[]; /* room: a TestMail, borrowed */
