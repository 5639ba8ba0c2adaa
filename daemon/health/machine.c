/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the machine's own files tell: room on disks, power, memory, GStreamer's plugins. All of it
 * is to be read in the sandbox of urokd.service, where /proc/meminfo is not. */
#include "health/health-private.h"
#include "base/log.h"

#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define GB           G_GUINT64_CONSTANT(1000000000)
#define MB           G_GUINT64_CONSTANT(1000000)
#define FILE_MAX     65536
#define SUPPLIES_MAX 32
#define NODES_MAX    64
#define LOW_PERCENT  15
#define SHORT_PERCENT 8

/* --- Files --- */

char *health_read_file(const char *path, size_t most)
{
	g_autofree char *text = g_malloc(most + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t size = 0;
	ssize_t got = 1;

	if (fd < 0)
		return NULL;
	while (size <= most && (got = read(fd, text + size, most + 1 - size)) > 0)
		size += (size_t)got;
	close(fd);
	if (got < 0 || size > most || memchr(text, '\0', size))
		return NULL;
	text[size] = '\0';
	return g_utf8_make_valid(text, (gssize)size);
}

/* The first line of directory/name. */
static char *read_word(const char *directory, const char *name)
{
	g_autofree char *path = g_build_filename(directory, name, NULL);
	char *text = health_read_file(path, 256);

	return text ? g_strstrip(text) : NULL;
}

char *health_size(uint64_t bytes)
{
	if (bytes < GB)
		return g_strdup_printf("%" G_GUINT64_FORMAT " MB", bytes / MB);
	return g_strdup_printf("%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT " GB", bytes / GB,
	                       bytes % GB / (GB / 10));
}

/* --- Disks --- */

bool health_disk(const char *path, HealthDisk *ret_disk)
{
	struct statvfs info;

	if (statvfs(path, &info) != 0)
		return false;
	ret_disk->total_bytes = (uint64_t)info.f_blocks * info.f_frsize;
	ret_disk->free_bytes = (uint64_t)info.f_bavail * info.f_frsize;
	return true;
}

/* docs/health.md says the same to people. */
static HealthLevel judge_disk(const HealthDisk *disk, DiskKind kind)
{
	uint64_t free = disk->free_bytes;
	uint64_t percent = disk->total_bytes ? free * 100 / disk->total_bytes : 0;

	if (kind == DISK_OF_PARTS)
		return percent < 5 ? HEALTH_ALARM : percent < 20 ? HEALTH_WARNING : HEALTH_OK;
	if ((percent < 2 && free < 4 * GB) || free < 256 * MB)
		return HEALTH_ALARM;
	return (percent < 10 && free < 20 * GB) || free < 1 * GB ? HEALTH_WARNING : HEALTH_OK;
}

void machine_say_disk(Health *health, const char *id, const char *path, DiskKind kind)
{
	static const char *const STATES[] = {"fine", "filling", "full"};
	HealthItem item = {.id = id, .message_id = ALARM_DISK_FILLS};
	g_autofree char *left = NULL;
	HealthDisk disk = {0};

	if (!health_disk(path, &disk)) {
		item.level = HEALTH_WARNING;
		item.state = "unreadable";
		item.sentence = g_strdup_printf("It cannot be told how full the disk of %s is", path);
	} else {
		item.level = judge_disk(&disk, kind);
		item.state = STATES[item.level];
		left = health_size(disk.free_bytes);
		item.sentence = g_strdup_printf("The disk of %s is %s: %s are left", path,
		                                item.level == HEALTH_ALARM ? "full" : "filling", left);
	}
	item.values = json_pack("{ss sI sI}", "path", path, "total_bytes",
	                        (json_int_t)disk.total_bytes, "free_bytes",
	                        (json_int_t)disk.free_bytes);
	health_say(health, &item);
}

/* --- Power --- */

typedef struct {
	bool mains;      /* some supply from the wall is there */
	bool mains_on;
	bool discharges; /* a battery or a UPS feeds the machine */
	int percent;     /* the fullest of them; -1: not told */
} Power;

/* Of a mouse or a headset: nothing that feeds the machine. */
static bool is_of_device(const char *directory)
{
	g_autofree char *scope = read_word(directory, "scope");

	return g_strcmp0(scope, "Device") == 0;
}

static void read_supply(Power *power, const char *directory)
{
	g_autofree char *type = read_word(directory, "type");
	g_autofree char *online = read_word(directory, "online");
	g_autofree char *status = read_word(directory, "status");
	g_autofree char *capacity = read_word(directory, "capacity");
	guint64 percent;

	if (!type || is_of_device(directory))
		return;
	if (strcmp(type, "Mains") == 0) {
		power->mains = true;
		power->mains_on |= g_strcmp0(online, "1") == 0;
		return;
	}
	if (strcmp(type, "Battery") != 0 && strcmp(type, "UPS") != 0)
		return;
	power->discharges |= g_strcmp0(status, "Discharging") == 0;
	if (capacity && g_ascii_string_to_unsigned(capacity, 10, 0, 100, &percent, NULL))
		power->percent = MAX(power->percent, (int)percent);
}

static Power read_power(const char *directory)
{
	g_autoptr(GDir) supplies = g_dir_open(directory, 0, NULL);
	Power power = {.percent = -1};
	const char *name;

	for (int i = 0; supplies && i < SUPPLIES_MAX && (name = g_dir_read_name(supplies)); i++) {
		g_autofree char *path = g_build_filename(directory, name, NULL);

		read_supply(&power, path);
	}
	return power;
}

void machine_say_power(Health *health, const char *directory)
{
	Power power = read_power(directory);
	HealthItem item = {.id = "power", .message_id = ALARM_POWER};

	if (power.discharges && !power.mains_on) {
		bool low = power.percent >= 0 && power.percent <= LOW_PERCENT;

		item.level = low ? HEALTH_ALARM : HEALTH_WARNING;
		item.state = low ? "low" : "battery";
		item.sentence = g_strdup("The machine runs on its battery");
		if (power.percent >= 0) {
			g_free(item.sentence);
			item.sentence = g_strdup_printf(
			        "The machine runs on its battery, which is %d %% full", power.percent);
		}
	} else {
		item.state = power.mains || power.percent >= 0 ? "mains" : "unknown";
	}
	item.values = json_pack("{so}", "percent",
	                        power.percent >= 0 ? json_integer(power.percent) : json_null());
	health_say(health, &item);
}

/* --- Memory --- */

/* "Node 0 MemFree:  123 kB": of all nodes the sum, in bytes. */
static uint64_t sum_of(const char *text, const char *name)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	uint64_t sum = 0;

	for (guint i = 0; lines[i]; i++) {
		const char *at = strstr(lines[i], name);

		if (at && at > lines[i] && at[-1] == ' ' && at[strlen(name)] == ':')
			sum += g_ascii_strtoull(at + strlen(name) + 1, NULL, 10) * 1024;
	}
	return sum;
}

static char *read_nodes(const char *directory)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (int i = 0; i < NODES_MAX; i++) {
		g_autofree char *path = g_strdup_printf("%s/node%d/meminfo", directory, i);
		g_autofree char *one = health_read_file(path, FILE_MAX);

		if (one)
			g_string_append(text, one);
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* About what MemAvailable of /proc/meminfo says: free, and what files and the kernel would give. */
void machine_say_memory(Health *health, const char *nodes_directory)
{
	g_autofree char *text = read_nodes(nodes_directory);
	uint64_t total = sum_of(text, "MemTotal");
	uint64_t available = sum_of(text, "MemFree") + sum_of(text, "Active(file)") +
	                     sum_of(text, "Inactive(file)") + sum_of(text, "SReclaimable");
	HealthItem item = {.id = "memory", .state = "unknown", .message_id = ALARM_HEALTH};
	g_autofree char *left = health_size(available);

	if (total && available < total / 100 * SHORT_PERCENT) {
		item.level = HEALTH_WARNING;
		item.state = "short";
		item.sentence = g_strdup_printf("The machine is short of memory: %s are left", left);
	} else if (total) {
		item.state = "fine";
	}
	item.values = json_pack("{sI sI}", "total_bytes", (json_int_t)total, "available_bytes",
	                        (json_int_t)available);
	health_say(health, &item);
}

/* --- Media tools --- */

/* What only some cameras need, and a file that each package brings. */
static const struct {
	const char *package;
	const char *file;
} TOOLS[] = {
        {"gstreamer1.0-plugins-bad", "libgstvideoparsersbad.so"},
        {"gstreamer1.0-libav", "libgstlibav.so"},
};

void machine_say_media_tools(Health *health, const char *plugins_directory)
{
	g_autoptr(GString) names = g_string_new(NULL);
	json_t *packages = json_array();
	HealthItem item = {.id = "media-tools", .state = "whole"};

	for (guint i = 0; i < G_N_ELEMENTS(TOOLS); i++) {
		g_autofree char *path = g_build_filename(plugins_directory, TOOLS[i].file, NULL);

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			continue;
		g_string_append_printf(names, "%s%s", names->len ? ", " : "", TOOLS[i].package);
		json_array_append_new(packages, json_string(TOOLS[i].package));
	}
	if (names->len) {
		item.level = HEALTH_WARNING;
		item.state = "missing";
		item.message_id = ALARM_HEALTH;
		item.sentence = g_strdup_printf("Some cameras cannot be shown without: %s", names->str);
	}
	item.values = json_pack("{so}", "packages", packages);
	health_say(health, &item);
}
