/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the package brought: configuration, units, sockets, places and their owners, codecs. */
#include "doctor.h"

#include "check-config.h"
#include "phrase.h"
#include "upgrade.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void check_configuration(Doctor *self)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *said = NULL;
	g_auto(GStrv) problems = NULL;

	if (!check_config_run(CONFIG_FILE, &said, &error)) {
		doctor_note(self, "config", FOUND_FAULT, "%s", error->message);
		return;
	}
	problems = g_strsplit(said, "\n", -1);
	for (guint i = 0; problems[i]; i++)
		if (*problems[i])
			doctor_note(self, "config", FOUND_FAULT, "%s", problems[i]);
	if (!*said)
		doctor_note(self, "config", FOUND_OK, "%s",
			    phrase("The configuration is right.", "Конфигурация верна."));
}

/* --- Units --- */

static char *property(const char *unit, const char *name)
{
	return doctor_ask(NULL, "systemctl", "show", "--value", "-p", name, unit, NULL);
}

static void check_unit(Doctor *self, const char *unit, bool has_to_run)
{
	g_autofree char *active = property(unit, "ActiveState");
	g_autofree char *text = property(unit, "StatusText");
	g_autofree char *id = g_strconcat("unit-", unit, NULL);

	if (g_strcmp0(active, "failed") == 0 && strcmp(unit, "urokd.service") == 0)
		self->daemon_has_failed = true;
	if (g_strcmp0(active, "failed") == 0 || (has_to_run && g_strcmp0(active, "active") != 0))
		doctor_note(self, id, FOUND_FAULT,
			    phrase("%s is %s.%s%s To see more: systemctl status %s; urokctl logs",
				   "%s: %s.%s%s Подробнее: systemctl status %s; urokctl logs"),
			    unit, active ? active : "?", text && *text ? " " : "", text ? text : "",
			    unit);
	else
		doctor_note(self, id, FOUND_OK, phrase("%s is %s.", "%s: %s."), unit,
			    active ? active : "?");
}

static void check_enabled(Doctor *self, const char *unit)
{
	g_autofree char *state = property(unit, "UnitFileState");

	if (g_strcmp0(state, "enabled") != 0)
		doctor_note(self, "enabled", FOUND_WARNING,
			    phrase("%s does not start with the machine: systemctl enable %s",
				   "%s не запускается вместе с компьютером: systemctl enable %s"),
			    unit, unit);
}

static void check_units(Doctor *self)
{
	static const char *const UNITS[] = {"urokd.service", "urokd-rest.socket", "urokd-live.socket",
					    "urokd-control.socket", "nginx.service"};

	if (!g_file_test("/run/systemd/system", G_FILE_TEST_IS_DIR)) {
		doctor_note(self, "systemd", FOUND_WARNING, "%s",
			    phrase("systemd does not run here: units were not looked at.",
				   "systemd здесь не работает: службы не проверены."));
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(UNITS); i++) {
		check_unit(self, UNITS[i], true);
		check_enabled(self, UNITS[i]);
	}
	check_unit(self, "urok-tls.service", false);
}

/* --- Places: who owns them, who may open them --- */

typedef struct {
	const char *path;
	mode_t type;
	mode_t mode;
	const char *user;
	const char *group;
	bool has_to_be;
} Place;

static const char *user_name(uid_t uid)
{
	const struct passwd *user = getpwuid(uid);

	return user ? user->pw_name : "?";
}

static const char *group_name(gid_t gid)
{
	const struct group *group = getgrgid(gid);

	return group ? group->gr_name : "?";
}

static void check_place(Doctor *self, const Place *place)
{
	g_autofree char *id = g_strconcat("place-", place->path, NULL);
	struct stat info;

	/* Keys are links to the set in use; what they lead to is guarded. */
	if ((place->type == S_IFREG ? stat : lstat)(place->path, &info) != 0) {
		if (place->has_to_be)
			doctor_note(self, id, FOUND_FAULT,
				    phrase("%s is not there: systemd-tmpfiles --create; systemctl restart "
					   "urokd",
					   "Нет %s: systemd-tmpfiles --create; systemctl restart urokd"),
				    place->path);
		return;
	}
	if ((info.st_mode & S_IFMT) == place->type && (info.st_mode & 07777) == place->mode &&
	    strcmp(user_name(info.st_uid), place->user) == 0 &&
	    strcmp(group_name(info.st_gid), place->group) == 0) {
		doctor_note(self, id, FOUND_OK, phrase("%s is as it should be.", "%s: права верны."),
			    place->path);
		return;
	}
	doctor_note(self, id, FOUND_FAULT,
		    phrase("%s is %s:%s %04o, and should be %s:%s %04o: chown %s:%s %s; chmod %04o %s",
			   "%s: %s:%s %04o, а должно быть %s:%s %04o: chown %s:%s %s; chmod %04o %s"),
		    place->path, user_name(info.st_uid), group_name(info.st_gid),
		    (unsigned)(info.st_mode & 07777), place->user, place->group,
		    (unsigned)place->mode, place->user, place->group, place->path,
		    (unsigned)place->mode, place->path);
}

static void check_places(Doctor *self)
{
	static const Place PLACES[] = {
		{"/run/urok/rest.sock", S_IFSOCK, 0660, "www-data", "www-data", true},
		{"/run/urok/live.sock", S_IFSOCK, 0660, "www-data", "www-data", true},
		{"/run/urok/control.sock", S_IFSOCK, 0660, "root", "urok-admin", true},
		{"/run/urok/metrics.sock", S_IFSOCK, 0660, "root", "urok-metrics", true},
		{"/run/urok/broadcast", S_IFDIR, 02750, "root", "www-data", true},
		{"/var/lib/urok", S_IFDIR, 0711, "root", "root", true},
		{"/var/lib/urok/data", S_IFDIR, 0700, "_urok", "_urok", true},
		{"/var/lib/urok/files", S_IFDIR, 02750, "_urok", "www-data", true},
		{"/var/lib/urok-tls/server.key", S_IFREG, 0600, "root", "root", false},
		{"/var/lib/urok-tls/ca.key", S_IFREG, 0600, "root", "root", false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(PLACES); i++)
		check_place(self, &PLACES[i]);
}

/* --- Codecs --- */

static bool has_plugin(const char *name)
{
	g_autoptr(GDir) folders = g_dir_open("/usr/lib", 0, NULL);
	const char *folder;

	while (folders && (folder = g_dir_read_name(folders))) {
		g_autofree char *path = g_build_filename("/usr/lib", folder, "gstreamer-1.0", name, NULL);

		if (g_file_test(path, G_FILE_TEST_EXISTS))
			return true;
	}
	return false;
}

static void check_codecs(Doctor *self)
{
	bool has_bad = has_plugin("libgstvideoparsersbad.so");
	bool has_libav = has_plugin("libgstlibav.so");

	if (!has_bad)
		doctor_note(self, "codecs", FOUND_WARNING, "%s",
			    phrase("Cameras with H.265, B-frames or G.711 sound cannot be shown: apt "
				   "install gstreamer1.0-plugins-bad",
				   "Камеры с H.265, B-кадрами или звуком G.711 не показать: apt install "
				   "gstreamer1.0-plugins-bad"));
	if (!has_libav)
		doctor_note(self, "codecs", FOUND_WARNING, "%s",
			    phrase("Lists show no picture of a camera: apt install gstreamer1.0-libav",
				   "В списках нет кадров с камер: apt install gstreamer1.0-libav"));
	if (has_bad && has_libav)
		doctor_note(self, "codecs", FOUND_OK, "%s",
			    phrase("GStreamer's codecs are there.", "Кодеки GStreamer установлены."));
}

static void check_upgrade(Doctor *self)
{
	g_autofree char *fault = upgrade_find_fault();

	if (fault)
		doctor_note(self, "upgrade", FOUND_FAULT, "%s", fault);
}

void doctor_check_urok(Doctor *self)
{
	check_upgrade(self);
	check_configuration(self);
	check_units(self);
	check_places(self);
	check_codecs(self);
}
