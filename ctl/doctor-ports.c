/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who holds a port: /proc/net/tcp{,6}, proc(5). */
#include "doctor.h"

#include "phrase.h"

#include <stdio.h>
#include <string.h>

#define STATE_LISTEN 0x0a

/* Inode of the socket that listens on the port; 0: none. */
static unsigned long listener_in(const char *table, unsigned port)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(table, &text, NULL, NULL))
		return 0;
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 1; lines[0] && lines[i]; i++) {
		unsigned local_port;
		unsigned state;
		unsigned long inode;

		if (sscanf(lines[i], " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*s %*s %lu",
			   &local_port, &state, &inode) == 3 &&
		    local_port == port && state == STATE_LISTEN)
			return inode;
	}
	return 0;
}

static bool holds(const char *pid, unsigned long inode)
{
	g_autofree char *folder = g_strdup_printf("/proc/%s/fd", pid);
	g_autofree char *wanted = g_strdup_printf("socket:[%lu]", inode);
	g_autoptr(GDir) fds = g_dir_open(folder, 0, NULL);
	const char *fd;

	while (fds && (fd = g_dir_read_name(fds))) {
		g_autofree char *path = g_build_filename(folder, fd, NULL);
		g_autofree char *target = g_file_read_link(path, NULL);

		if (target && strcmp(target, wanted) == 0)
			return true;
	}
	return false;
}

/* Its process as in /proc, owned; NULL: it cannot be seen. */
static char *holder_of(unsigned long inode)
{
	g_autoptr(GDir) processes = g_dir_open("/proc", 0, NULL);
	const char *pid;

	while (processes && (pid = g_dir_read_name(processes)))
		if (g_ascii_isdigit(*pid) && holds(pid, inode))
			return g_strdup(pid);
	return NULL;
}

static char *dup_name(const char *pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/comm", pid);
	char *name = NULL;

	return g_file_get_contents(path, &name, NULL, NULL) ? g_strchomp(name) : g_strdup("?");
}

/* What ends in .service or .scope in its control group (cgroups(7)). Owned; NULL: nothing does. */
static char *dup_service(const char *pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/cgroup", pid);
	g_autofree char *text = NULL;
	g_auto(GStrv) parts = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	parts = g_strsplit_set(text, "/\n", -1);
	for (guint i = 0; parts[i]; i++)
		if (g_str_has_suffix(parts[i], ".service"))
			return g_strdup(parts[i]);
	return NULL;
}

/* The socket unit through which systemd itself listens: a line has the address, then the unit. */
static char *dup_socket(unsigned port)
{
	g_autofree char *said =
		doctor_ask(NULL, "systemctl", "list-sockets", "--no-legend", "--no-pager", NULL);
	g_auto(GStrv) lines = g_strsplit(said ? said : "", "\n", -1);
	g_autofree char *end = g_strdup_printf(":%u", port);

	for (guint i = 0; lines[i]; i++) {
		g_auto(GStrv) words = g_strsplit_set(g_strchug(lines[i]), " ", 0);

		if (!words[0] || (!g_str_has_suffix(words[0], end) && strcmp(words[0], end + 1) != 0))
			continue;
		for (guint j = 1; words[j]; j++)
			if (*words[j])
				return g_strdup(words[j]);
	}
	return NULL;
}

static void note_taken(Doctor *self, const char *id, unsigned port, const char *pid, const char *name)
{
	g_autofree char *unit = strcmp(pid, "1") == 0 ? dup_socket(port) : dup_service(pid);

	if (unit)
		doctor_note(self, id, FOUND_FAULT,
			    phrase("Port %u is taken by %s, so nginx cannot have it. Stop it (systemctl "
				   "disable --now %s), then systemctl restart nginx.",
				   "Порт %u занят программой %s, поэтому nginx не может его открыть. "
				   "Остановите её (systemctl disable --now %s), затем systemctl restart "
				   "nginx."),
			    port, name, unit);
	else
		doctor_note(self, id, FOUND_FAULT,
			    phrase("Port %u is taken by %s (process %s), so nginx cannot have it. End it, "
				   "then systemctl restart nginx.",
				   "Порт %u занят программой %s (процесс %s), поэтому nginx не может его "
				   "открыть. Завершите её, затем systemctl restart nginx."),
			    port, name, pid);
}

void doctor_check_port(Doctor *self, unsigned port)
{
	unsigned long inode = listener_in("/proc/net/tcp", port);
	g_autofree char *id = g_strdup_printf("port-%u", port);
	g_autofree char *holder = NULL;
	g_autofree char *name = NULL;

	if (!inode)
		inode = listener_in("/proc/net/tcp6", port);
	if (!inode) {
		doctor_note(self, id, FOUND_FAULT,
			    phrase("Nobody listens on port %u: the school's pages are not there. "
				   "systemctl restart nginx",
				   "Порт %u никто не слушает: страницы школы недоступны. systemctl "
				   "restart nginx"),
			    port);
		return;
	}
	holder = holder_of(inode);
	name = holder ? dup_name(holder) : g_strdup("?");
	if (!holder || strcmp(name, "nginx") == 0)
		doctor_note(self, id, FOUND_OK, phrase("Port %u is %s's.", "Порт %u: %s."), port, name);
	else
		note_taken(self, id, port, holder, name);
}
