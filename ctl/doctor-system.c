/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The machine below Urok: its clock, disks, memory, and the services that Urok leans on. */
#include "doctor.h"

#include "base/clock.h"
#include "phrase.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>

#define MIB	      (1024 * 1024)
#define DISK_LOW_MIB  1024
#define DISK_FULL_MIB 256
#define MEMORY_MIB    200
#define BUS	      "/run/dbus/system_bus_socket"
#define POLKIT_MS     5000

static void check_clock(Doctor *self)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();

	if (g_date_time_get_year(now) < 2026)
		doctor_note(self, "clock", FOUND_FAULT,
			    phrase("The clock says %d: it was never set. timedatectl set-time, or "
				   "install systemd-timesyncd.",
				   "Часы показывают %d год: они не установлены. Выполните timedatectl "
				   "set-time или установите systemd-timesyncd."),
			    g_date_time_get_year(now));
	else if (!clock_is_synchronised())
		doctor_note(self, "clock", FOUND_WARNING, "%s",
			    phrase("The clock is not synchronised: install systemd-timesyncd or "
				   "chrony, or look at it from time to time.",
				   "Часы не синхронизируются: установите systemd-timesyncd или chrony "
				   "либо проверяйте их сами."));
	else
		doctor_note(self, "clock", FOUND_OK, "%s",
			    phrase("The clock is synchronised.", "Часы синхронизированы."));
}

static void note_room(Doctor *self, const char *path, unsigned long long free_mib)
{
	if (free_mib < DISK_LOW_MIB)
		doctor_note(self, "disk", free_mib < DISK_FULL_MIB ? FOUND_FAULT : FOUND_WARNING,
			    phrase("Only %llu MB are free for %s: make room (df -h).",
				   "Для %2$s осталось всего %1$llu МБ: освободите место (df -h)."),
			    free_mib, path);
	else
		doctor_note(self, "disk", FOUND_OK, phrase("%llu MB are free for %s.",
							   "Свободно %llu МБ для %s."),
			    free_mib, path);
}

/* Each place that something is written to; of those on one disk, the first. */
static void check_disks(Doctor *self)
{
	static const char *const PLACES[] = {"/var/lib/urok/data", "/var/lib/urok/files",
					     "/var/lib/urok-media", "/var/lib/urok-tls",
					     "/var/lib/nginx",	    "/var/log/nginx"};
	dev_t seen[G_N_ELEMENTS(PLACES)];
	size_t count = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(PLACES); i++) {
		struct statvfs disk;
		struct stat place;
		bool known = false;

		/* That it is not there is said by its own check. */
		if (stat(PLACES[i], &place) != 0 || statvfs(PLACES[i], &disk) != 0)
			continue;
		if (disk.f_flag & ST_RDONLY)
			doctor_note(self, "disk", FOUND_FAULT,
				    phrase("%s is on a disk that can only be read: nothing can be saved. "
					   "Look at journalctl -k, mount it again (mount -o remount,rw), then "
					   "systemctl restart urokd nginx.",
					   "%s на диске, доступном только для чтения: ничего нельзя "
					   "сохранить. Посмотрите journalctl -k, подключите диск заново "
					   "(mount -o remount,rw), затем systemctl restart urokd nginx."),
				    PLACES[i]);
		for (size_t j = 0; j < count; j++)
			known = known || seen[j] == place.st_dev;
		if (!known && !(disk.f_flag & ST_RDONLY))
			note_room(self, PLACES[i],
				  (unsigned long long)disk.f_bavail * disk.f_frsize / MIB);
		seen[count++] = place.st_dev;
	}
}

static void check_memory(Doctor *self)
{
	g_autofree char *text = NULL;
	const char *line;
	long available_mib;

	if (!g_file_get_contents("/proc/meminfo", &text, NULL, NULL) ||
	    !(line = strstr(text, "MemAvailable:")))
		return;
	available_mib = atol(line + strlen("MemAvailable:")) / 1024;
	doctor_note(self, "memory", available_mib < MEMORY_MIB ? FOUND_WARNING : FOUND_OK,
		    phrase("%ld MB of memory are available.", "Доступно %ld МБ памяти."),
		    available_mib);
}

static bool is_listening(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool listening;

	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	listening = fd >= 0 && connect(fd, (const void *)&address, sizeof address) == 0;
	if (fd >= 0)
		close(fd);
	return listening;
}

static void check_bus(Doctor *self)
{
	if (is_listening(BUS))
		doctor_note(self, "d-bus", FOUND_OK, "%s", phrase("D-Bus answers.", "D-Bus отвечает."));
	else
		doctor_note(self, "d-bus", FOUND_FAULT, "%s",
			    phrase("There is no D-Bus: broadcasts cannot be started. apt install dbus; "
				   "systemctl start dbus.socket",
				   "Нет D-Bus: трансляции не запустятся. apt install dbus; systemctl "
				   "start dbus.socket"));
}

/* Whether it runs, or is started by being asked. */
static bool polkit_answers(void)
{
	g_autoptr(GDBusConnection) bus = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, NULL);
	g_autoptr(GVariant) reply = NULL;

	if (bus)
		reply = g_dbus_connection_call_sync(bus, "org.freedesktop.PolicyKit1",
						    "/org/freedesktop/PolicyKit1/Authority",
						    "org.freedesktop.DBus.Peer", "Ping", NULL, NULL,
						    G_DBUS_CALL_FLAGS_NONE, POLKIT_MS, NULL, NULL);
	return reply != NULL;
}

static void check_polkit(Doctor *self)
{
	if (!g_file_test("/usr/share/dbus-1/system-services/org.freedesktop.PolicyKit1.service",
			 G_FILE_TEST_EXISTS))
		doctor_note(self, "polkit", FOUND_FAULT, "%s",
			    phrase("polkit is not installed: urokd may not start broadcasts. apt "
				   "install polkitd",
				   "Не установлен polkit: urokd не сможет запускать трансляции. apt "
				   "install polkitd"));
	else if (!g_file_test("/usr/share/polkit-1/rules.d/50-urok.rules", G_FILE_TEST_EXISTS))
		doctor_note(self, "polkit", FOUND_FAULT, "%s",
			    phrase("The rule that lets urokd start broadcasts is gone. apt install "
				   "--reinstall urok",
				   "Пропало правило, по которому urokd запускает трансляции. apt install "
				   "--reinstall urok"));
	else if (is_listening(BUS) && !polkit_answers())
		doctor_note(self, "polkit", FOUND_FAULT, "%s",
			    phrase("polkit does not answer: urokd may not start broadcasts. systemctl unmask "
				   "polkit; systemctl restart polkit",
				   "polkit не отвечает: urokd не сможет запускать трансляции. systemctl unmask "
				   "polkit; systemctl restart polkit"));
	else
		doctor_note(self, "polkit", FOUND_OK, "%s",
			    phrase("polkit lets urokd start broadcasts.",
				   "polkit разрешает urokd запускать трансляции."));
}

static void check_avahi(Doctor *self)
{
	if (is_listening("/run/avahi-daemon/socket"))
		doctor_note(self, "avahi", FOUND_OK, "%s",
			    phrase("Avahi answers: the school is found as NAME.local.",
				   "Avahi отвечает: школу можно найти по имени ИМЯ.local."));
	else
		doctor_note(self, "avahi", FOUND_WARNING, "%s",
			    phrase("Avahi does not run: nobody finds the school by a name in .local. "
				   "apt install avahi-daemon; systemctl start avahi-daemon",
				   "Avahi не работает: по имени в .local школу не найти. apt install "
				   "avahi-daemon; systemctl start avahi-daemon"));
}

static void check_apparmor(Doctor *self)
{
	g_autofree char *enabled = NULL;

	if (!g_file_get_contents("/sys/module/apparmor/parameters/enabled", &enabled, NULL, NULL) ||
	    *enabled != 'Y')
		doctor_note(self, "apparmor", FOUND_WARNING, "%s",
			    phrase("AppArmor is off in this kernel: one wall less around urokd.",
				   "AppArmor в ядре выключен: вокруг urokd на одну стену меньше."));
	else
		doctor_note(self, "apparmor", FOUND_OK, "%s",
			    phrase("AppArmor is on.", "AppArmor включён."));
}

void doctor_check_system(Doctor *self)
{
	check_clock(self);
	check_disks(self);
	check_memory(self);
	check_bus(self);
	check_polkit(self);
	check_avahi(self);
	check_apparmor(self);
}
