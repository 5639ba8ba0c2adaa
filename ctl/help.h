/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What --help says, from the table. */
#pragma once

#include "table.h"

void help_all(void);
void help_command(const Command *command);
