/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One piece of a file, to a web server or from it, over TLS alone. */
#pragma once

#include "job.h"

/* The job: {url ("https://..."), first, total, authority?, certificate?, key?}, the input: a piece of
 * at most 256 KiB. It goes there by PUT with its Content-Range. */
bool piece_upload(const json_t *job, int input, JobResult *result, GError **error);

/* The job: {url, first, size, authority?, certificate?, key?}: GET with a Range; size 0: HEAD. */
bool piece_download(const json_t *job, int input, JobResult *result, GError **error);

/* The facts of both: {reason, status} as of web_ask(); has: the answer's Upload-Offset, total: of its
 * Content-Range; -1: it did not say. The answer's body is the one part. */
