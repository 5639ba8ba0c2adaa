/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Alarms with their MESSAGE_ID, for a journal that takes fields. In a file of its own: sd-journal.h
 * brings syslog.h, whose names of priorities are not ours. */
#include "app/journal.h"

#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <unistd.h>
#undef LOG_DEBUG
#undef LOG_ERROR
#undef LOG_INFO
#undef LOG_NOTICE
#undef LOG_WARNING
#include "base/log.h"

static void send_to_journal(int priority, const char *message_id, const char *sentence)
{
	sd_journal_send("MESSAGE=%s", sentence, "MESSAGE_ID=%s", message_id, "PRIORITY=%i", priority,
	                NULL);
}

/* Is the standard error the journal's? JOURNAL_STREAM names it (systemd.exec(5)), and it is
 * inherited by what redirects its own. */
void journal_find(void)
{
	const char *stream = g_getenv("JOURNAL_STREAM");
	g_autofree char *ours = NULL;
	struct stat info;

	if (!stream || fstat(STDERR_FILENO, &info) != 0)
		return;
	ours = g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64)info.st_dev,
	                       (guint64)info.st_ino);
	if (g_str_equal(stream, ours))
		log_set_journal(send_to_journal);
}
