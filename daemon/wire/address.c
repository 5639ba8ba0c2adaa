/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Addresses of cameras, taken apart and held against the networks that are allowed. */
#include "wire/address.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

#define URL_MAX 1024

static void *refuse(GError **error, const char *sentence)
{
	error_reason(error, ERROR_INVALID, "camera-bad-address", "url", "%s", sentence);
	return NULL;
}

static bool has_control_characters(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == 0x7f)
			return true;
	return false;
}

CameraAddress *camera_address_parse(const char *url, GError **error)
{
	g_autoptr(CameraAddress) self = g_new0(CameraAddress, 1);
	g_autofree char *scheme = NULL;
	g_autofree char *userinfo = NULL;
	g_autofree char *path = NULL;
	g_autofree char *query = NULL;
	g_autofree char *fragment = NULL;
	int port = -1;

	if (strlen(url) > URL_MAX || has_control_characters(url))
		return refuse(error, "A camera's address is short and without blanks");
	if (!g_uri_split(url, G_URI_FLAGS_ENCODED, &scheme, &userinfo, &self->host, &port, &path,
			 &query, &fragment, NULL))
		return refuse(error, "This is no address");
	if (!scheme || g_ascii_strcasecmp(scheme, "rtsp") != 0)
		return refuse(error, "A camera's address begins with rtsp://");
	if (userinfo)
		return refuse(error, "Login and password have fields of their own");
	if (!self->host || !*self->host || fragment || port == 0)
		return refuse(error, "A camera's address is rtsp://HOST:PORT/PATH");
	self->port = port < 0 ? CAMERA_PORT : (guint16)port;
	self->rest = g_strconcat(*path == '/' ? "" : "/", path, query ? "?" : NULL, query, NULL);
	return g_steal_pointer(&self);
}

void camera_address_free(CameraAddress *self)
{
	if (!self)
		return;
	g_free(self->host);
	g_free(self->rest);
	g_free(self);
}

char *camera_address_at(const CameraAddress *self, GInetAddress *host)
{
	g_autofree char *text = g_inet_address_to_string(host);
	bool six = g_inet_address_get_family(host) == G_SOCKET_FAMILY_IPV6;

	return g_strdup_printf("rtsp://%s%s%s:%u%s", six ? "[" : "", text, six ? "]" : "",
			       self->port, self->rest);
}

/* IPv4 in IPv6 clothes is judged as IPv4. */
static GInetAddress *unmap(GInetAddress *address)
{
	static const guint8 PREFIX[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	const guint8 *bytes = g_inet_address_to_bytes(address);

	if (g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV6 &&
	    memcmp(bytes, PREFIX, sizeof PREFIX) == 0)
		return g_inet_address_new_from_bytes(bytes + sizeof PREFIX, G_SOCKET_FAMILY_IPV4);
	return g_object_ref(address);
}

static GInetAddress *address_of(const struct sockaddr *native)
{
	if (native && native->sa_family == AF_INET)
		return g_inet_address_new_from_bytes(
			(const guint8 *)&((const struct sockaddr_in *)native)->sin_addr,
			G_SOCKET_FAMILY_IPV4);
	if (native && native->sa_family == AF_INET6)
		return g_inet_address_new_from_bytes(
			(const guint8 *)&((const struct sockaddr_in6 *)native)->sin6_addr,
			G_SOCKET_FAMILY_IPV6);
	return NULL;
}

static bool is_own(GInetAddress *address)
{
	struct ifaddrs *interfaces = NULL;
	bool own = false;

	if (getifaddrs(&interfaces) < 0)
		return true;
	for (struct ifaddrs *one = interfaces; one && !own; one = one->ifa_next) {
		g_autoptr(GInetAddress) mine = address_of(one->ifa_addr);

		own = mine && g_inet_address_equal(mine, address);
	}
	freeifaddrs(interfaces);
	return own;
}

static bool names_just_one(GInetAddressMask *mask)
{
	gsize bits = 8 * g_inet_address_get_native_size(g_inet_address_mask_get_address(mask));

	return g_inet_address_mask_get_length(mask) == bits;
}

static bool mask_allows(GInetAddressMask *mask, GInetAddress *address)
{
	GInetAddress *base = g_inet_address_mask_get_address(mask);

	if (!g_inet_address_mask_matches(mask, address))
		return false;
	if (g_inet_address_get_is_loopback(address))
		return g_inet_address_get_is_loopback(base);
	if (g_inet_address_get_is_link_local(address))
		return g_inet_address_get_is_link_local(base);
	return names_just_one(mask) || !is_own(address);
}

bool camera_may_be_at(GInetAddress *address, const char *const *networks)
{
	g_autoptr(GInetAddress) plain = unmap(address);

	if (g_inet_address_get_is_any(plain) || g_inet_address_get_is_multicast(plain))
		return false;
	for (; networks && *networks; networks++) {
		g_autoptr(GInetAddressMask) mask =
			g_inet_address_mask_new_from_string(*networks, NULL);

		if (mask && mask_allows(mask, plain))
			return true;
	}
	return false;
}
