/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Attempts at something secret: so many from an address, so many of all, in a while. */
#pragma once

#include "base/error.h"

typedef struct Attempts Attempts;

Attempts *attempts_new(unsigned each, unsigned all, unsigned window_s);
void attempts_free(Attempts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Attempts, attempts_free)

/* One attempt more. ERROR_BUSY: too many. */
bool attempts_try(Attempts *self, const char *address, GError **error);
void attempts_forgive(Attempts *self, const char *address); /* it was a good one */
