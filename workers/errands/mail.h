/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One e-mail to one address, by the school's mail server. */
#pragma once

#include "job.h"

/* The job: {server, port, security: "starttls"|"tls", login?, password?, authority? (PEM),
 * from, from_name?, to, subject, text}. The facts: {reason: null, or why the server did not take
 * it, server_code: the last number that it said, 0 for none}. A refused message is an outcome. */
bool mail_send(const json_t *job, int input, JobResult *result, GError **error);
