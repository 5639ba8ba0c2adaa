/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Requests to urokd over its control socket, and its answers as JSON or as an error. */
#pragma once

#include "base/json.h"

typedef struct Console Console;

#define CONSOLE_SOCKET "/run/urok/control.sock"

/* The path of the socket is copied. Nothing is connected yet. */
Console *console_new(const char *socket_path);
void console_free(Console *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Console, console_free)

/* Sends and waits. The body is borrowed, NULL: none. ret_reply (NULL: not wanted) is the answer's
 * object; without one it is INTERNAL. A problem becomes its code with its sentence; no answer at
 * all is UNAVAILABLE with a sentence that says what to do. */
bool console_request(Console *self, const char *method, const char *path, json_t *body,
		     json_t **ret_reply, GError **error);

/* Sends bytes, and waits; the answer says no more than that it went well. */
bool console_put(Console *self, const char *path, const void *bytes, size_t size, GError **error);

/* Between two questions how something stands. */
void console_pause(void);
