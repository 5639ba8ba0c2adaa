/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A request that another instance of this machine answers: it holds the school. */
#pragma once

#include <gio/gio.h>
#include <stdbool.h>

/* From the loop, once. status 0: nobody answered. body: borrowed. */
typedef void (*OnForwarded)(void *data, unsigned status, const char *content_type, GBytes *body);

/* To the socket at that path; headers: lines that end in CRLF; body: JSON. */
void forward(const char *socket, const char *method, const char *path, const char *headers,
             const char *body, OnForwarded on_forwarded, void *data);
