/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokctl's commands about what is kept: how much of it, and for how long. */
#pragma once

#include "commands.h"

bool command_space(Console *console, const Options *options, char **words, GError **error);
bool command_space_try(Console *console, const Options *options, char **words, GError **error);
bool command_space_limit(Console *console, const Options *options, char **words, GError **error);
bool command_retention(Console *console, const Options *options, char **words, GError **error);
bool command_retention_try(Console *console, const Options *options, char **words, GError **error);
bool command_retention_set(Console *console, const Options *options, char **words, GError **error);
bool command_retention_run(Console *console, const Options *options, char **words, GError **error);
