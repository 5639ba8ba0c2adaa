/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urok-errands: says one thing to a machine outside, where nothing of the school can be reached: no
 * files, no data, no other job beside it. */
#include "job.h"
#include "mail.h"
#include "pieces.h"
#include "web.h"

static const JobLimits LIMITS = {.memory_bytes = 256 * 1024 * 1024, .cpu_s = 20};

static const JobKind KINDS[] = {{"mail", false, mail_send}, {"web", false, web_ask},
				{"upload", true, piece_upload}, {"download", false, piece_download},
				{0}};

int main(int argc, char **argv)
{
	return job_serve("urok-errands", KINDS, &LIMITS, argc, argv);
}
