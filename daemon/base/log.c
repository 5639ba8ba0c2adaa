/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lines on stderr, which a service manager takes into its journal. */
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>

#define PRIORITY_ALARM 2 /* syslog(3): critical */

static LogLevel quietest = LOG_INFO;
static LogJournal alarms;

void log_open(LogLevel level)
{
	quietest = level;
}

void log_set_journal(LogJournal journal)
{
	alarms = journal;
}

static void write_line(int priority, const char *sentence, const char *cause)
{
	const char *separator = cause ? ": " : "";

	cause = cause ? cause : "";
	if (g_getenv("JOURNAL_STREAM")) {
		fprintf(stderr, "<%d>%s%s%s\n", priority, sentence, separator, cause);
	} else {
		g_autoptr(GDateTime) now = g_date_time_new_now_local();
		g_autofree char *time = g_date_time_format(now, "%H:%M:%S");

		fprintf(stderr, "%s %s%s%s\n", time, sentence, separator, cause);
	}
}

/* syslog(3): error, warning, notice, informational, debug. */
static const int PRIORITY[] = {3, 4, 5, 6, 7};

static void write_level(LogLevel level, const char *sentence, const char *cause)
{
	if (level <= quietest)
		write_line(PRIORITY[level], sentence, cause);
}

static void write_with_id(int priority, const char *message_id, const char *sentence)
{
	if (alarms)
		alarms(priority, message_id, sentence);
	else
		write_line(priority, sentence, NULL);
}

void log_alarm(const char *message_id, const char *format, ...)
{
	g_autofree char *sentence = NULL;
	va_list args;

	va_start(args, format);
	sentence = g_strdup_vprintf(format, args);
	va_end(args);
	write_with_id(PRIORITY_ALARM, message_id, sentence);
}

void log_note(LogLevel level, const char *message_id, const char *format, ...)
{
	g_autofree char *sentence = NULL;
	va_list args;

	va_start(args, format);
	sentence = g_strdup_vprintf(format, args);
	va_end(args);
	if (level <= quietest)
		write_with_id(PRIORITY[level], message_id, sentence);
}

void log_write(LogLevel level, const char *format, ...)
{
	g_autofree char *sentence = NULL;
	va_list args;

	va_start(args, format);
	sentence = g_strdup_vprintf(format, args);
	va_end(args);
	write_level(level, sentence, NULL);
}

void log_failure(LogLevel level, const GError *error, const char *format, ...)
{
	g_autofree char *sentence = NULL;
	va_list args;

	va_start(args, format);
	sentence = g_strdup_vprintf(format, args);
	va_end(args);
	write_level(level, sentence, error ? error->message : NULL);
}
