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

/* What an administrator must act on: more urgent than any other line. The id, one of those below,
 * finds the explanation of config/urok.catalog, in Russian and English. */
void log_alarm(const char *message_id, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* A line with an id that is no alarm: a warning, or that an alarm is over. */
void log_note(LogLevel level, const char *message_id, const char *format, ...)
        G_GNUC_PRINTF(3, 4);

#define ALARM_DATABASE_DAMAGED     "3eadfc791a9d40e39bb08b3f857d19b5"
#define ALARM_CLOCK_FROZEN         "e27a493c5be54b08a1623a2e388f540c"
#define ALARM_CANNOT_WRITE         "e0a48a6a69a640aebb246f45638a50d2"
#define ALARM_CANNOT_CHECK         "4ba10b6246334230b7f3d4d75666f817"
#define ALARM_CONFIGURATION_WRONG  "49248ed5639a4173af56cf5fac80f517"
#define ALARM_CANNOT_START_WORKERS "02d02cf9b0874b56a66d5091f9800027"
#define ALARM_CANNOT_START         "a3977e9ea2fd4f35954e67d6ed2bb9c6"
#define ALARM_TRUST_LOST           "a2b8d7c05e6e4d0c9d0b6a0f3f0a51c4"
#define ALARM_CERTIFICATE_BROKEN   "6d1f0e9b7a4c4e55a0c2f8b1d93e7a26"
#define ALARM_NAME_COLLISION       "cb9a6914ec3641228bac61b7dd8a5172"
#define ALARM_DISK_FILLS           "7d791899f9624d60b534af2f11dfaf64"
#define ALARM_DISK_FAILS           "ee62e60f3cbc4cc2929f0cd7d1a6804e"
#define ALARM_UNIT_FAILED          "3fbe4e4dba8c4043aef19e1fb741e46f"
#define ALARM_POWER                "fad4e8765f2541efba011a8ac5fbead0"
#define ALARM_CERTIFICATE          "6eee21b8ccfd4b3298b403291a86afc8"
#define ALARM_BACKUP               "97fc0ebb2c564c13bd8f4762bcf83eb1"
#define ALARM_CLOUD                "f844841d2aa84589bcd56c00a911e5c1"
#define ALARM_HEALTH               "8e4dc217eeb542eb86d228691b6dd647"

/* Where alarms go when there is a journal that takes fields (sd_journal_send(3)); else, and
 * without one, they are lines like the others. Called once at start. */
typedef void (*LogJournal)(int priority, const char *message_id, const char *sentence);
void log_set_journal(LogJournal journal);

/* Under a service manager each line carries its priority ("<4>", sd-daemon(3)); on a terminal
 * the time. Called once at start; `quietest` lines and more urgent ones are shown. */
void log_open(LogLevel quietest);
