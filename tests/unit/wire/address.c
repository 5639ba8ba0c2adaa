/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which camera addresses are taken, and where a camera may be. */
#include "wire/address.h"

static void test_parse(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(CameraAddress) address = camera_address_parse(
		"rtsp://cam.school.lan:8554/cam/realmonitor?channel=1&subtype=0", &error);
	g_autoptr(GInetAddress) host = g_inet_address_new_from_string("fd00::5");
	g_autofree char *at = NULL;

	g_assert_no_error(error);
	g_assert_cmpstr(address->host, ==, "cam.school.lan");
	g_assert_cmpuint(address->port, ==, 8554);
	g_assert_cmpstr(address->rest, ==, "/cam/realmonitor?channel=1&subtype=0");
	at = camera_address_at(address, host);
	g_assert_cmpstr(at, ==, "rtsp://[fd00::5]:8554/cam/realmonitor?channel=1&subtype=0");
}

static void test_default_port(void)
{
	g_autoptr(CameraAddress) address = camera_address_parse("RTSP://10.0.0.5", NULL);

	g_assert_nonnull(address);
	g_assert_cmpuint(address->port, ==, 554);
	g_assert_cmpstr(address->rest, ==, "/");
}

static void test_refused(gconstpointer data)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(camera_address_parse(data, &error));
	g_assert_cmpstr(error_reason_of(error), ==, "camera-bad-address");
	g_assert_cmpstr(error_field_of(error), ==, "url");
}

typedef struct {
	const char *address;
	const char *network;
	bool allowed;
} Place;

static const Place PLACES[] = {
	{"10.1.2.3", "10.0.0.0/8", true},
	{"11.1.2.3", "10.0.0.0/8", false},
	{"127.0.0.1", "10.0.0.0/8", false},
	{"127.0.0.1", "0.0.0.0/0", false},
	{"127.0.0.1", "127.0.0.0/8", true},
	{"127.9.9.9", "127.0.0.0/8", true},
	{"::1", "::/0", false},
	{"::1", "::1", true},
	{"::ffff:127.0.0.1", "::/0", false},
	{"::ffff:10.1.2.3", "10.0.0.0/8", true},
	{"169.254.1.1", "0.0.0.0/0", false},
	{"169.254.1.1", "169.254.0.0/16", true},
	{"fe80::1", "::/0", false},
	{"0.0.0.0", "0.0.0.0/0", false},
	{"224.0.0.251", "0.0.0.0/0", false},
	{"10.1.2.3", "no network", false},
	{"10.1.2.3", NULL, false},
};

static void test_place(gconstpointer data)
{
	const Place *place = data;
	const char *networks[] = {place->network, NULL};
	g_autoptr(GInetAddress) address = g_inet_address_new_from_string(place->address);

	g_assert_nonnull(address);
	g_assert_cmpint(camera_may_be_at(address, networks), ==, place->allowed);
}

int main(int argc, char *argv[])
{
	static const char *const REFUSED[] = {"http://10.0.0.5/",
					      "rtsp://",
					      "rtsp:///live",
					      "rtsp://admin:1@10.0.0.5/",
					      "10.0.0.5",
					      "rtsp://10.0.0.5/a b",
					      "rtsp://10.0.0.5/#x",
					      "rtsp://10.0.0.5:70000/",
					      "",
					      "rtsp://a\n/"};

	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/address/parse", test_parse);
	g_test_add_func("/address/default-port", test_default_port);
	for (unsigned i = 0; i < G_N_ELEMENTS(REFUSED); i++) {
		g_autofree char *path = g_strdup_printf("/address/refused/%u", i);

		g_test_add_data_func(path, REFUSED[i], test_refused);
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(PLACES); i++) {
		g_autofree char *path = g_strdup_printf("/address/place/%u", i);

		g_test_add_data_func(path, &PLACES[i], test_place);
	}
	return g_test_run();
}
