/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The table as a manual page and as a shell's completion: made when Urok is built. */
#pragma once

#include "table.h"

/* The page's template with @COMMANDS@ and @OPTIONS@, each alone on its line, replaced. Owned. */
char *pages_manual(const char *template, bool russian);

/* For bash. Owned. */
char *pages_completion(void);
