/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The journal: one sentence a line, with fields. Never message text, people's names or secrets. */
#pragma once

#include <glib.h>

typedef enum { LOG_ERROR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG } LogLevel;

/* A sentence for the administrator. Who decides to go on logs, once; library code does not. */
void log_write(LogLevel level, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The same with an error's text behind it («…: text»). */
void log_failure(LogLevel level, const GError *error, const char *format, ...)
        G_GNUC_PRINTF(3, 4);

/* Under a service manager each line carries its priority ("<4>", sd-daemon(3)); on a terminal
 * the time. Called once at start; `quietest` lines and more urgent ones are shown. */
void log_open(LogLevel quietest);
