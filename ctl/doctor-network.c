/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How the school is reached: names, ports, nginx, the certificate. */
#include "doctor.h"

#include "answer.h"
#include "phrase.h"

#include <dirent.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NGINX	  "/usr/sbin/nginx"
#define SITE	  "/etc/nginx/sites-enabled/urok"
#define TLS_STATE "/var/lib/urok-tls/state.json"

static void check_host_name(Doctor *self)
{
	char name[256] = "";
	bool odd = false;

	gethostname(name, sizeof name - 1);
	for (const char *at = name; *at; at++)
		odd |= !(g_ascii_islower(*at) || g_ascii_isdigit(*at) || strchr("-.", *at));
	if (odd || !*name || strcmp(name, "localhost") == 0)
		doctor_note(self, "host-name", FOUND_WARNING,
			    phrase("The host is called «%s»: small Latin letters, digits and - are "
				   "found by every browser. hostnamectl set-hostname school",
				   "Имя компьютера «%s»: любой браузер найдёт его, если в нём только "
				   "строчные латинские буквы, цифры и -. hostnamectl set-hostname school"),
			    name);
	else
		doctor_note(self, "host-name", FOUND_OK, phrase("The host is called %s.",
								"Имя компьютера: %s."),
			    name);
}

static void check_ipv6(Doctor *self)
{
	g_autofree char *addresses = NULL;

	if (!g_file_get_contents("/proc/net/if_inet6", &addresses, NULL, NULL) || !*addresses)
		doctor_note(self, "ipv6", FOUND_OK, "%s",
			    phrase("There is no IPv6 here; Urok works without it.",
				   "IPv6 нет; Urok работает и без него."));
	else
		doctor_note(self, "ipv6", FOUND_OK, "%s", phrase("IPv6 is there.", "IPv6 есть."));
}

/* --- Who holds a port: /proc/net/tcp{,6}, proc(5) --- */

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

/* The program's name, owned; NULL: it cannot be seen. */
static char *holder_of(unsigned long inode)
{
	g_autoptr(GDir) processes = g_dir_open("/proc", 0, NULL);
	const char *pid;

	while (processes && (pid = g_dir_read_name(processes))) {
		g_autofree char *path = g_strdup_printf("/proc/%s/comm", pid);
		char *name = NULL;

		if (!g_ascii_isdigit(*pid) || !holds(pid, inode))
			continue;
		if (g_file_get_contents(path, &name, NULL, NULL))
			return g_strchomp(name);
	}
	return NULL;
}

static void check_port(Doctor *self, unsigned port)
{
	unsigned long inode = listener_in("/proc/net/tcp", port);
	g_autofree char *id = g_strdup_printf("port-%u", port);
	g_autofree char *holder = NULL;

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
	if (!holder || strcmp(holder, "nginx") == 0)
		doctor_note(self, id, FOUND_OK, phrase("Port %u is %s's.", "Порт %u: %s."), port,
			    holder ? holder : "?");
	else
		doctor_note(self, id, FOUND_FAULT,
			    phrase("Port %u is taken by %s, so nginx cannot have it. Stop it (systemctl "
				   "disable --now %s), then systemctl restart nginx.",
				   "Порт %u занят программой %s, поэтому nginx не может его открыть. "
				   "Остановите её (systemctl disable --now %s), затем systemctl restart "
				   "nginx."),
			    port, holder, holder);
}

/* --- nginx --- */

static void check_nginx(Doctor *self)
{
	g_autofree char *said = NULL;
	int status = 0;

	if (!g_file_test(NGINX, G_FILE_TEST_IS_EXECUTABLE)) {
		doctor_note(self, "nginx", FOUND_FAULT, "%s",
			    phrase("nginx is not installed: apt install nginx",
				   "nginx не установлен: apt install nginx"));
		return;
	}
	if (!g_file_test(SITE, G_FILE_TEST_EXISTS))
		doctor_note(self, "nginx-site", FOUND_FAULT, "%s",
			    phrase("The school's site is not enabled in nginx: ln -s "
				   "../sites-available/urok " SITE " && systemctl reload nginx",
				   "Сайт школы не включён в nginx: ln -s ../sites-available/urok " SITE
				   " && systemctl reload nginx"));
	if (geteuid() != 0)
		return;
	said = doctor_ask(&status, NGINX, "-t", "-q", NULL);
	if (status != 0)
		doctor_note(self, "nginx", FOUND_FAULT,
			    phrase("nginx refuses its configuration: %s", "nginx не принимает свою "
									   "конфигурацию: %s"),
			    said ? said : "");
	else
		doctor_note(self, "nginx", FOUND_OK, "%s",
			    phrase("nginx's configuration is right.", "Конфигурация nginx верна."));
}

/* --- The certificate, as urok-tls says --- */

static void check_name(Doctor *self, const char *name)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	int failure = getaddrinfo(name, NULL, &hints, &found);

	if (failure)
		doctor_note(self, "name", FOUND_WARNING,
			    phrase("The school's name %s is not found from this machine (%s). Of a name "
				   "in .local Avahi and libnss-mdns take care, of others the network's DNS.",
				   "Имя школы %s с этого компьютера не находится (%s). За имена в .local "
				   "отвечают Avahi и libnss-mdns, за другие — DNS сети."),
			    name, gai_strerror(failure));
	else
		doctor_note(self, "name", FOUND_OK, phrase("The name %s is found.", "Имя %s находится."),
			    name);
	if (found)
		freeaddrinfo(found);
}

static void check_certificate(Doctor *self)
{
	g_autofree char *text = NULL;
	g_autoptr(json_t) state = NULL;
	json_t *problem;
	gsize size = 0;
	size_t i;

	if (g_file_get_contents(TLS_STATE, &text, &size, NULL))
		state = json_parse(text, size, NULL);
	if (!state) {
		doctor_note(self, "certificate", FOUND_FAULT, "%s",
			    phrase("There is no certificate: systemctl start urok-tls",
				   "Нет сертификата: systemctl start urok-tls"));
		return;
	}
	json_array_foreach(json_object_get(state, "problems"), i, problem)
		doctor_note(self, "certificate",
			    strcmp(answer_text(problem, "reason"), "ended") == 0 ? FOUND_FAULT
										 : FOUND_WARNING,
			    "%s", answer_text(problem, "detail"));
	if (i == 0)
		doctor_note(self, "certificate", FOUND_OK,
			    phrase("The certificate is good until %s.", "Сертификат действует до %s."),
			    answer_text(state, "not_after"));
	if (*answer_text(state, "public_name"))
		check_name(self, answer_text(state, "public_name"));
}

void doctor_check_network(Doctor *self)
{
	check_host_name(self);
	check_ipv6(self);
	check_nginx(self);
	check_port(self, 80);
	check_port(self, 443);
	check_certificate(self);
}
