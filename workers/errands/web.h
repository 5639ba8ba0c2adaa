/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One request to a web server, over TLS alone. */
#pragma once

#include "job.h"

/* The job: {url ("https://..."), method, body? (JSON as text), authority? (PEM; absent: those that
 * the system trusts), certificate?, key? (PEM, of the client)}. The facts: {reason: null, or why
 * nobody answered, status: of the answer}; its body is the one part, which is not there when it is
 * empty. An answer that says no is an answer. */
bool web_ask(const json_t *job, int input, JobResult *result, GError **error);
