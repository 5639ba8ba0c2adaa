/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The four listening sockets: handed over by the service manager, or made here. */
#pragma once

#include "app/config.h"
#include "http/http.h"

/* Gives HTTP its sockets: those that the service manager passed by name ("rest", "live",
 * "control", "metrics"), else made at the configured paths; a stale one is replaced, a living one refused. */
bool sockets_listen(Http *http, const Config *config, GError **error);
