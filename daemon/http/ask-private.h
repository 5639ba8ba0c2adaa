/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A request without a connection, as the rest of the room meets it. */
#pragma once

#include "http/request-private.h"

/* Instead of the server's. */
void ask_wake(Request *request);
const Actor *ask_actor(const Request *request);
void ask_end_all(Http *http);
