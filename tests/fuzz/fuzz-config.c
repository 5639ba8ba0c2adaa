/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes as the configuration file; what is taken must hold what the daemon relies on.
 * `urokctl check-config` asks urokd itself, so there is no second reader. */
#include "app/config.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void check_path(const char *path)
{
	g_assert_true(path && g_path_is_absolute(path));
}

/* The name goes into a header, and a browser would not take it with a blank. */
static void check(const Config *config)
{
	check_path(config->data_directory);
	check_path(config->runtime_directory);
	check_path(config->rest_socket);
	check_path(config->live_socket);
	check_path(config->control_socket);
	check_path(config->metrics_socket);
	check_path(config->media_directory);
	check_path(config->disks_report);
	check_path(config->power_directory);
	check_path(config->certificate_report);
	check_path(config->broadcast_worker);
	check_path(config->pipelines_directory);
	g_assert_true(config->public_name && *config->public_name);
	g_assert_nonnull(config->origins[0]);
	g_assert_cmpint(config->shared_idle_s, >, 0);
	g_assert_cmpint(config->own_device_s, >, 0);
	g_assert_cmpuint(strspn(config->cookie_name, "_-Hdhiost0123456789"), ==,
	                 strlen(config->cookie_name));
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	int fd = memfd_create("config", MFD_CLOEXEC);
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
	g_autoptr(GError) error = NULL;
	g_autoptr(Config) config = NULL;

	g_assert_cmpint(write(fd, data, size), ==, (ssize_t)size);
	config = config_load(path, &error);
	g_assert_true((config != NULL) == (error == NULL));
	if (config)
		check(config);
	close(fd);
	return 0;
}
