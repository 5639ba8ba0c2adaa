/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where cameras may be without being listed: beside this machine. */
#include "media/media-private.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

static unsigned count_bits(const guint8 *bytes, unsigned size)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < size; i++)
		bits += (unsigned)__builtin_popcount(bytes[i]);
	return bits;
}

/* "10.20.0.7/16"; NULL for an address that is none of a network with neighbours. */
static char *network_of(const struct ifaddrs *one)
{
	g_autoptr(GInetAddress) address = NULL;
	g_autoptr(GInetAddress) base = NULL;
	g_autofree char *text = NULL;
	const guint8 *bytes;
	const guint8 *mask;
	guint8 masked[16];
	unsigned size;

	if (!one->ifa_addr || !one->ifa_netmask || (one->ifa_flags & IFF_LOOPBACK))
		return NULL;
	if (one->ifa_addr->sa_family == AF_INET) {
		bytes = (const guint8 *)&((const struct sockaddr_in *)one->ifa_addr)->sin_addr;
		mask = (const guint8 *)&((const struct sockaddr_in *)one->ifa_netmask)->sin_addr;
		size = 4;
	} else if (one->ifa_addr->sa_family == AF_INET6) {
		bytes = (const guint8 *)&((const struct sockaddr_in6 *)one->ifa_addr)->sin6_addr;
		mask = (const guint8 *)&((const struct sockaddr_in6 *)one->ifa_netmask)->sin6_addr;
		size = 16;
	} else {
		return NULL;
	}
	for (unsigned i = 0; i < size; i++)
		masked[i] = bytes[i] & mask[i];
	address = g_inet_address_new_from_bytes(bytes, size == 4 ? G_SOCKET_FAMILY_IPV4
								 : G_SOCKET_FAMILY_IPV6);
	if (g_inet_address_get_is_loopback(address) || g_inet_address_get_is_link_local(address))
		return NULL;
	base = g_inet_address_new_from_bytes(masked, g_inet_address_get_family(address));
	text = g_inet_address_to_string(base);
	return g_strdup_printf("%s/%u", text, count_bits(mask, size));
}

static void add(GPtrArray *networks, char *network)
{
	if (!network || networks->len >= WIRE_NETWORKS_MAX ||
	    g_ptr_array_find_with_equal_func(networks, network, g_str_equal, NULL))
		g_free(network);
	else
		g_ptr_array_add(networks, network);
}

char **networks_of_box(const char *const *listed)
{
	GPtrArray *networks = g_ptr_array_new();
	struct ifaddrs *interfaces = NULL;

	for (; listed && *listed; listed++)
		add(networks, g_strdup(*listed));
	if (getifaddrs(&interfaces) == 0) {
		for (struct ifaddrs *one = interfaces; one; one = one->ifa_next)
			add(networks, network_of(one));
		freeifaddrs(interfaces);
	}
	g_ptr_array_add(networks, NULL);
	return (char **)g_ptr_array_free(networks, FALSE);
}
