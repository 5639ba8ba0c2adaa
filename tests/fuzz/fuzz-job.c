/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as a worker's answer: refused, or such that writing it gives the same again. */
#include "wire/job.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autoptr(JobAnswer) answer = job_answer_parse((const char *)data, size, NULL);
	g_autoptr(JobAnswer) again = NULL;
	g_autofree char *line = NULL;

	if (!answer)
		return 0;
	g_assert_cmpuint(answer->n_parts, <=, JOB_PARTS_MAX);
	line = job_answer_format(answer);
	again = job_answer_parse(line, strlen(line), NULL);
	g_assert_nonnull(again);
	g_assert_cmpstr(again->reason, ==, answer->reason);
	g_assert_cmpint(memcmp(again->sizes, answer->sizes, sizeof again->sizes), ==, 0);
	return 0;
}
