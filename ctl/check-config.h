/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The configuration, as urokd itself reads it. */
#pragma once

#include "base/error.h"

#define CONFIG_FILE "/etc/urok/urok.conf"

/* Asks `urokd --check-config`. What is wrong, a line each and owned; "": nothing. False: it could
 * not be asked. */
bool check_config_run(const char *file, char **ret_said, GError **error);
