/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How the school is reached: names, nginx, the certificate. */
#include "doctor.h"

#include "answer.h"
#include "phrase.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NGINX	  "/usr/sbin/nginx"
#define SITE	  "/etc/nginx/sites-enabled/urok"
#define TLS_STATE "/var/lib/urok-tls/state.json"

static bool is_odd(const char *name)
{
	for (const char *at = name; *at; at++)
		if (!(g_ascii_islower(*at) || g_ascii_isdigit(*at) || strchr("-.", *at)))
			return true;
	return !*name || strcmp(name, "localhost") == 0;
}

/* What the machine should be called may be no name that it can have: then it has another one. */
static void check_host_name(Doctor *self)
{
	g_autofree char *wanted = NULL;
	char name[256] = "";

	gethostname(name, sizeof name - 1);
	if (g_file_get_contents("/etc/hostname", &wanted, NULL, NULL))
		g_strstrip(wanted);
	if (wanted && *wanted && is_odd(wanted) && g_ascii_strcasecmp(wanted, name) != 0)
		doctor_note(self, "host-name", FOUND_WARNING,
			    phrase("/etc/hostname calls the host «%s», which is no name in a network, so it "
				   "is called «%s»: small Latin letters, digits and - are found by every "
				   "browser. hostnamectl set-hostname school",
				   "В /etc/hostname указано имя «%s»: в сети такого быть не может, поэтому имя "
				   "компьютера «%s». Любой браузер найдёт его, если в имени только строчные "
				   "латинские буквы, цифры и -. hostnamectl set-hostname school"),
			    wanted, name);
	else if (is_odd(name))
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

/* The last value that a directive has in nginx's whole configuration; owned, NULL: none. */
static char *find_directive(const char *configuration, const char *name)
{
	g_autofree char *pattern = g_strdup_printf("^\\s*(?:\\w+ *\\{ *)?%s\\s+(\\w+)\\s*;", name);
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_MULTILINE, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	char *value = NULL;

	for (g_regex_match(regex, configuration, 0, &match); g_match_info_matches(match);
	     g_match_info_next(match, NULL)) {
		g_free(value);
		value = g_match_info_fetch(match, 1);
	}
	return value;
}

/* A page that is open holds two: the browser's and the one behind it to urokd. */
#define CONNECTIONS_OF_PAGE 2
#define CONNECTIONS_DEFAULT 512 /* nginx's own */

void doctor_check_connections(Doctor *self, long long people)
{
	g_autofree char *configuration = NULL;
	g_autofree char *connections = NULL;
	g_autofree char *processes = NULL;
	int status = 1;
	long long most;

	if (geteuid() != 0 || !g_file_test(NGINX, G_FILE_TEST_IS_EXECUTABLE))
		return;
	configuration = doctor_ask(&status, NGINX, "-T", "-q", NULL);
	if (status != 0 || !configuration)
		return; /* what is wrong with it is said by its own check */
	connections = find_directive(configuration, "worker_connections");
	processes = find_directive(configuration, "worker_processes");
	most = connections ? atoll(connections) : CONNECTIONS_DEFAULT;
	if (g_strcmp0(processes, "auto") == 0)
		most *= sysconf(_SC_NPROCESSORS_ONLN);
	else if (processes)
		most *= atoll(processes);
	most /= CONNECTIONS_OF_PAGE;
	if (people > most)
		doctor_note(self, "nginx-connections", FOUND_WARNING,
			    phrase("nginx holds the open pages of %lld people at once, and there are %lld. In "
				   "/etc/nginx/nginx.conf: worker_rlimit_nofile 16384; beside "
				   "worker_processes, and worker_connections 8192; in events. Then systemctl "
				   "reload nginx.",
				   "nginx держит открытые страницы не больше чем %lld человек, а их %lld. В "
				   "/etc/nginx/nginx.conf: worker_rlimit_nofile 16384; рядом с "
				   "worker_processes и worker_connections 8192; в разделе events. Затем "
				   "systemctl reload nginx."),
			    most, people);
	else
		doctor_note(self, "nginx-connections", FOUND_OK,
			    phrase("nginx holds the open pages of %lld people at once.",
				   "nginx держит открытые страницы %lld человек."),
			    most);
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
	doctor_check_port(self, 80);
	doctor_check_port(self, 443);
	check_certificate(self);
}
