/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Camera addresses as people paste them. */
#include "broadcasts/pasted-address.h"

typedef struct {
	const char *text;
	const char *url;
	const char *login;
	const char *password;
} Sample;

static void test_taken_apart(void)
{
	static const Sample SAMPLES[] = {
		{"rtsp://10.0.0.5/stream", "rtsp://10.0.0.5/stream", NULL, NULL},
		{"  rtsp://10.0.0.5:554/a?b=c \n", "rtsp://10.0.0.5:554/a?b=c", NULL, NULL},
		{"RTSPS://[fd00::5]/a@b", "RTSPS://[fd00::5]/a@b", NULL, NULL},
		{"rtsp://admin@10.0.0.5/", "rtsp://10.0.0.5/", "admin", NULL},
		{"rtsp://admin:@10.0.0.5/", "rtsp://10.0.0.5/", "admin", NULL},
		{"rtsp://admin:s:e@10.0.0.5/", "rtsp://10.0.0.5/", "admin", "s:e"},
		{"rtsp://admin:p@ss@10.0.0.5", "rtsp://10.0.0.5", "admin", "p@ss"},
		{"rtsp://ad%3Amin:p%40%2Fs@h/x", "rtsp://h/x", "ad:min", "p@/s"},
		{"rtsp://admin:100%@h/x", "rtsp://h/x", "admin", "100%"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(SAMPLES); i++) {
		g_auto(PastedAddress) address = {0};
		g_autoptr(GError) error = NULL;

		g_assert_true(pasted_address_parse(SAMPLES[i].text, &address, &error));
		g_assert_cmpstr(address.url, ==, SAMPLES[i].url);
		g_assert_cmpstr(address.login, ==, SAMPLES[i].login);
		g_assert_cmpstr(address.password, ==, SAMPLES[i].password);
	}
}

static void test_refused(void)
{
	static const char *const BAD[] = {
		"",
		"10.0.0.5",
		"http://10.0.0.5/",
		"rtsp:/10.0.0.5",
		"rtsp://",
		"rtsp:///stream",
		"rtsp://admin:secret@/stream",
		"rtsp://10.0.0.5/a b",
		"rtsp://10.0.0.5/\nx",
		"rtsp://камера/",
		"rtsp://10.0.0.5/\x7f",
	};
	g_autofree char *tail = g_strnfill(PASTED_URL_MAX, 'a');
	g_autofree char *long_one = g_strconcat("rtsp://h/", tail, NULL);

	for (guint i = 0; i <= G_N_ELEMENTS(BAD); i++) {
		g_auto(PastedAddress) address = {0};
		g_autoptr(GError) error = NULL;
		const char *text = i < G_N_ELEMENTS(BAD) ? BAD[i] : long_one;

		g_assert_false(pasted_address_parse(text, &address, &error));
		g_assert_cmpstr(error_reason_of(error), ==, "camera-bad-address");
		g_assert_cmpstr(error_field_of(error), ==, "url");
		g_assert_null(address.url);
		g_assert_null(address.password);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/pasted-address/taken-apart", test_taken_apart);
	g_test_add_func("/pasted-address/refused", test_refused);
	return g_test_run();
}
