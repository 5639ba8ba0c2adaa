/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The machine's names and addresses. IPv6 comes from /proc: there the kernel says which addresses
 * are temporary, and a certificate would be made anew each day for those. */
#include "tls/names.h"

#include <arpa/inet.h>
#include <gio/gio.h>
#include <ifaddrs.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HOST_BYTES_MAX	253 /* RFC 1035 §2.3.4 */
#define LABEL_BYTES_MAX 63
#define CONFIG_FILES_MAX 100

const char *const NAMES_NETWORKS[] = {
	"10.0.0.0/255.0.0.0",	  "172.16.0.0/255.240.0.0", "192.168.0.0/255.255.0.0",
	"169.254.0.0/255.255.0.0", "127.0.0.0/255.0.0.0",   "fc00::/fe00::",
	"fe80::/ffc0::",
	"::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL,
};

void names_free(Names *self)
{
	if (!self)
		return;
	g_strfreev(self->hosts);
	g_strfreev(self->addresses);
	g_strfreev(self->left_out);
	g_free(self->public_name);
	g_free(self);
}

static bool is_label(const char *label)
{
	size_t size = strlen(label);

	return size > 0 && size <= LABEL_BYTES_MAX && label[0] != '-' && label[size - 1] != '-' &&
	       strspn(label, "abcdefghijklmnopqrstuvwxyz0123456789-") == size;
}

/* As a certificate holds it: IDNA's letters, lower case, no dot at the end. NULL: it cannot. */
static char *dup_host(const char *name)
{
	g_autofree char *ascii = g_hostname_to_ascii(name);
	g_auto(GStrv) labels = NULL;
	g_autofree char *host = NULL;

	if (!ascii)
		return NULL;
	host = g_ascii_strdown(ascii, -1);
	if (g_str_has_suffix(host, "."))
		host[strlen(host) - 1] = '\0';
	labels = g_strsplit(host, ".", -1);
	for (guint i = 0; labels[i]; i++)
		if (!is_label(labels[i]))
			return NULL;
	return labels[0] && strlen(host) <= HOST_BYTES_MAX ? g_steal_pointer(&host) : NULL;
}

static void add(GPtrArray *list, char *text)
{
	if (text && !g_ptr_array_find_with_equal_func(list, text, g_str_equal, NULL))
		g_ptr_array_add(list, text);
	else
		g_free(text);
}

static char **end(GPtrArray *list)
{
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(list, FALSE);
}

/* "school.example:8443", "10.0.0.5", "[fd00::1]:8443" without the port. */
static char *dup_without_port(const char *name)
{
	const char *colon = strrchr(name, ':');
	const char *bracket = strchr(name, ']');

	if (name[0] == '[' && bracket)
		return g_strndup(name + 1, (gsize)(bracket - name - 1));
	return colon && strchr(name, ':') == colon ? g_strndup(name, (gsize)(colon - name))
						   : g_strdup(name);
}

static char *dup_host_of_machine(void)
{
	char name[HOST_BYTES_MAX + 1] = "";

	gethostname(name, sizeof name - 1);
	return g_strdup(name);
}

/* What a constraint permits it permits for all that is below it, and a bare label may be what half the
 * Internet ends with: «school» is such a top-level domain. These consist of letters or begin with
 * "xn--" (ICANN's gTLD Applicant Guidebook §2.2.1.3.2), so «school17» can be none. */
static bool may_be_top_level(const char *host)
{
	return !strchr(host, '.') && (g_str_has_prefix(host, "xn--") ||
				      strspn(host, "abcdefghijklmnopqrstuvwxyz") == strlen(host));
}

static void add_host(GPtrArray *hosts, const char *host)
{
	if (!may_be_top_level(host))
		add(hosts, g_strdup(host));
}

static void collect_hosts(Names *self, GPtrArray *left_out, const char *machine)
{
	GPtrArray *hosts = g_ptr_array_new();
	g_autofree char *host = dup_host(machine);
	g_autofree char *label = NULL;

	if (!host) {
		add(left_out, g_utf8_make_valid(machine, -1));
		host = g_strdup("urok");
	}
	label = g_strndup(host, strcspn(host, "."));
	if (self->public_name && !g_hostname_is_ip_address(self->public_name)) {
		g_autofree char *public_host = dup_host(self->public_name);

		if (public_host && !may_be_top_level(public_host))
			add(hosts, g_steal_pointer(&public_host));
		else if (g_strcmp0(public_host, "localhost") != 0)
			add(left_out, g_utf8_make_valid(self->public_name, -1));
	}
	if (strcmp(label, "localhost") != 0)
		add(hosts, g_strconcat(label, ".local", NULL));
	add_host(hosts, host);
	add_host(hosts, label);
	add(hosts, g_strdup("localhost"));
	self->hosts = end(hosts);
}

static bool is_within(GInetAddress *address, const char *network)
{
	const guint8 *bytes = g_inet_address_to_bytes(address);
	gsize size = g_inet_address_get_native_size(address);
	g_auto(GStrv) parts = g_strsplit(network, "/", 2);
	g_autoptr(GInetAddress) base = g_inet_address_new_from_string(parts[0]);
	g_autoptr(GInetAddress) mask = g_inet_address_new_from_string(parts[1]);

	if (g_inet_address_get_native_size(base) != size)
		return false;
	for (gsize i = 0; i < size; i++)
		if ((bytes[i] & g_inet_address_to_bytes(mask)[i]) != g_inet_address_to_bytes(base)[i])
			return false;
	return true;
}

/* Link-local IPv6 is left away: no browser opens an address with a zone. */
static void sort_in(GPtrArray *addresses, GPtrArray *left_out, const char *text)
{
	g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text);
	bool is_private = false;

	if (!address || g_inet_address_get_is_any(address) ||
	    (g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV6 &&
	     g_inet_address_get_is_link_local(address)))
		return;
	for (guint i = 0; NAMES_NETWORKS[i]; i++)
		is_private = is_private || is_within(address, NAMES_NETWORKS[i]);
	if (addresses->len < NAMES_ADDRESSES_MAX)
		add(is_private ? addresses : left_out, g_inet_address_to_string(address));
}

static void collect_ipv4(GPtrArray *addresses, GPtrArray *left_out)
{
	struct ifaddrs *all = NULL;
	char text[INET_ADDRSTRLEN];

	if (getifaddrs(&all) != 0)
		return;
	for (const struct ifaddrs *one = all; one; one = one->ifa_next) {
		if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET ||
		    (one->ifa_flags & IFF_LOOPBACK))
			continue;
		inet_ntop(AF_INET, &((const struct sockaddr_in *)one->ifa_addr)->sin_addr, text,
			  sizeof text);
		sort_in(addresses, left_out, text);
	}
	freeifaddrs(all);
}

/* proc(5): 32 hex digits, index, length of the prefix, scope, flags, name. */
static void collect_ipv6(GPtrArray *addresses, GPtrArray *left_out)
{
	g_autofree char *table = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents("/proc/self/net/if_inet6", &table, NULL, NULL))
		return;
	lines = g_strsplit(table, "\n", -1);
	for (guint i = 0; lines[i]; i++) {
		char digits[33];
		unsigned flags;
		GString *text = g_string_new(NULL);

		if (sscanf(lines[i], "%32[0-9a-f] %*x %*x %*x %x", digits, &flags) == 2 &&
		    strlen(digits) == 32 &&
		    !(flags & (IFA_F_TEMPORARY | IFA_F_DEPRECATED | IFA_F_TENTATIVE |
			       IFA_F_DADFAILED))) {
			for (guint at = 0; at < 32; at += 4)
				g_string_append_printf(text, "%s%.4s", at ? ":" : "", digits + at);
			sort_in(addresses, left_out, text->str);
		}
		g_string_free(text, TRUE);
	}
}

static int compare(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void collect_addresses(Names *self, GPtrArray *left_out, const char *const *given)
{
	GPtrArray *addresses = g_ptr_array_new();

	sort_in(addresses, left_out, "127.0.0.1");
	sort_in(addresses, left_out, "::1");
	if (self->public_name && g_hostname_is_ip_address(self->public_name))
		sort_in(addresses, left_out, self->public_name);
	for (guint i = 0; given && given[i]; i++)
		sort_in(addresses, left_out, given[i]);
	if (!given) {
		collect_ipv4(addresses, left_out);
		collect_ipv6(addresses, left_out);
	}
	g_ptr_array_sort(addresses, compare);
	self->addresses = end(addresses);
}

Names *names_new(const NamesWish *wish)
{
	Names *self = g_new0(Names, 1);
	GPtrArray *left_out = g_ptr_array_new();
	g_autofree char *machine = wish->host ? g_strdup(wish->host) : dup_host_of_machine();

	if (wish->public_name && *wish->public_name)
		self->public_name = dup_without_port(wish->public_name);
	collect_hosts(self, left_out, machine);
	collect_addresses(self, left_out, wish->addresses);
	self->left_out = end(left_out);
	return self;
}

static void read_public(const char *path, char **name)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	char *found;

	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
		return;
	found = g_key_file_get_string(file, "school", "public_name", NULL);
	if (!found)
		return;
	g_free(*name);
	*name = found;
}

char *names_read_public(const char *config_file)
{
	g_autofree char *folder = g_path_get_dirname(config_file);
	g_autofree char *more = g_build_filename(folder, "conf.d", NULL);
	g_autoptr(GDir) dir = g_dir_open(more, 0, NULL);
	GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
	char *public_name = NULL;
	const char *file;

	read_public(config_file, &public_name);
	while (dir && files->len < CONFIG_FILES_MAX && (file = g_dir_read_name(dir)))
		if (g_str_has_suffix(file, ".conf") && file[0] != '.')
			g_ptr_array_add(files, g_build_filename(more, file, NULL));
	g_ptr_array_sort(files, compare);
	for (guint i = 0; i < files->len; i++)
		read_public(g_ptr_array_index(files, i), &public_name);
	g_ptr_array_unref(files);
	return public_name;
}
