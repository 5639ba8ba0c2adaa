/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as the reports that health reads: of disks, of a certificate, of memory, of a battery. Each
 * becomes one item whose state is one of those that docs/health.md lists. */
#include "health/health.h"
#include "base/log.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void say_nothing(int priority, const char *message_id, const char *sentence)
{
}

static void on_looked(void *data)
{
	*(bool *)data = true;
}

/* A folder of a made-up battery whose every file is the input. */
static char *supply_folder(const char *path)
{
	static char *folder;
	static const char *const FILES[] = {"type", "online", "status", "capacity", "scope"};

	if (folder)
		return folder;
	folder = g_dir_make_tmp("urok-fuzz-XXXXXX", NULL);
	g_assert_nonnull(folder);
	for (guint i = 0; i < G_N_ELEMENTS(FILES); i++) {
		g_autofree char *supply = g_build_filename(folder, "BAT0", NULL);
		g_autofree char *file = g_build_filename(supply, FILES[i], NULL);

		g_mkdir_with_parents(supply, 0700);
		g_assert_cmpint(symlink(path, file), ==, 0);
	}
	return folder;
}

static void check(const Health *health)
{
	static const char *const STATES[] = {"fine",   "filling", "full",    "unreadable", "unwatched",
	                                     "failing", "mains",   "unknown", "battery",    "low",
	                                     "short",   "ending",  "ended"};

	g_assert_cmpuint(health_count(health), ==, 6);
	for (unsigned i = 0; i < health_count(health); i++) {
		const HealthItem *item = health_item(health, i);
		bool known = false;

		for (guint j = 0; j < G_N_ELEMENTS(STATES); j++)
			known |= strcmp(item->state, STATES[j]) == 0;
		g_assert_true(known);
	}
	json_decref(health_to_json(health));
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	static int fd = -1;
	static char *path;
	bool looked = false;
	g_autoptr(Health) health = NULL;

	if (fd < 0) {
		log_set_journal(say_nothing);
		fd = memfd_create("report", MFD_CLOEXEC);
		path = g_strdup_printf("/proc/%d/fd/%d", getpid(), fd);
	}
	g_assert_cmpint(ftruncate(fd, 0), ==, 0);
	g_assert_cmpint(pwrite(fd, data, size, 0), ==, (ssize_t)size);
	health = health_new(&(HealthOptions){.data_directory = "/",
	                                     .parts_directory = "/",
	                                     .media_directory = "/none",
	                                     .power_directory = supply_folder(path),
	                                     .disks_file = path,
	                                     .certificate_file = path});
	health_look(health, on_looked, &looked);
	while (!looked)
		g_main_context_iteration(NULL, TRUE);
	check(health);
	return 0;
}
