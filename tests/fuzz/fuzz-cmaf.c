/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as a camera (tests/lib/tape.c): its pictures and sounds with any times and sizes,
 * losses, other headers, a killed worker. What is written goes through the strict box walker. */
#include "tape.h"

#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

/* Files of a moment belong into memory. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	if (g_file_test("/dev/shm", G_FILE_TEST_IS_DIR))
		setenv("TMPDIR", "/dev/shm", 1);
	return 0;
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	tape_play(data, size, NULL, NULL);
	return 0;
}
