/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who may add, change and remove cameras, what becomes of their secrets, and probes. */
#include "studio.h"

#include "broadcasts/cameras.h"
#include "broadcasts/probes.h"

#include <string.h>

static const AudienceOf SCHOOL = {.school = true};

/* --- Cameras --- */

static bool try_camera(Studio *studio, const Actor *actor, const NewCamera *camera, GError **error)
{
	Id id;
	bool added;

	studio_begin(studio);
	added = broadcasts_add_camera(studio->broadcasts, actor, camera, &id, error);
	studio_end(studio, added);
	return added;
}

static void test_cameras_are_administrators(void)
{
	g_autoptr(Studio) studio = studio_new();
	const NewCamera camera = {"Кабинет 12", "rtsp://10.0.0.5/", NULL, NULL};
	static const unsigned OTHERS[] = {ROLE_TEACHER, ROLE_PUPIL, ROLE_PARENT,
					  ROLE_TEACHER | ROLE_PARENT};
	Actor administrator = studio_add_person(studio, ROLE_ADMINISTRATOR);
	GError *error = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(OTHERS); i++) {
		Actor other = studio_add_person(studio, OTHERS[i]);

		studio_assert_refused(try_camera(studio, &other, &camera, &error), &error,
				      ERROR_FORBIDDEN, "forbidden", NULL);
	}
	g_assert_true(try_camera(studio, &administrator, &camera, &error));
	g_assert_true(try_camera(studio, &ACTOR_OF_CONSOLE, &camera, &error));
}

static void test_bad_cameras(void)
{
	g_autoptr(Studio) studio = studio_new();
	g_autofree char *long_text = g_strnfill(300, 'x');
	const struct {
		NewCamera camera;
		const char *reason, *field;
	} BAD[] = {
		{{"", "rtsp://10.0.0.5/"}, "empty", "name"},
		{{" \n", "rtsp://10.0.0.5/"}, "empty", "name"},
		{{long_text, "rtsp://10.0.0.5/"}, "too-long", "name"},
		{{"Зал\x1b[2J", "rtsp://10.0.0.5/"}, "invalid", "name"},
		{{"Зал", "http://10.0.0.5/"}, "camera-bad-address", "url"},
		{{"Зал", ""}, "camera-bad-address", "url"},
		{{"Зал", "rtsp://127.0.0.1/"}, "camera-forbidden-address", "url"},
		{{"Зал", "rtsp://a:b@127.0.0.1/"}, "camera-forbidden-address", "url"},
		{{"Зал", "rtsp://10.0.0.5/", long_text}, "too-long", "login"},
		{{"Зал", "rtsp://10.0.0.5/", "a", long_text}, "too-long", "password"},
		{{"Зал", "rtsp://10.0.0.5/", "a\nb"}, "invalid", "login"},
	};
	GError *error = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(BAD); i++)
		studio_assert_refused(try_camera(studio, &ACTOR_OF_SYSTEM, &BAD[i].camera, &error),
				      &error, ERROR_INVALID, BAD[i].reason, BAD[i].field);
}

static void test_camera_slugs(void)
{
	g_autoptr(Studio) studio = studio_new();
	static const char *const NAMES[] = {"Кабинет 12", "kabinet 12", "!!!",
					    "Актовый зал на втором этаже главного корпуса",
					    "Актовый зал на втором этаже главного корпуса 2"};
	static const char *const SLUGS[] = {"kabinet-12", "kabinet-12-2", "x",
					    "aktovyj-zal-na-vtorom-etazhe-glavnog",
					    "aktovyj-zal-na-vtorom-etazhe-glavn-2"};

	for (guint i = 0; i < G_N_ELEMENTS(NAMES); i++) {
		Id id = studio_add_camera(studio, NAMES[i]);
		g_auto(Camera) camera = {0};

		g_assert_true(camera_load(studio->store, id.text, &camera, NULL));
		g_assert_cmpstr(camera.slug, ==, SLUGS[i]);
	}
}

/* Nothing of a camera's secrets is in the log. */
static void test_secrets_stay(void)
{
	g_autoptr(Studio) studio = studio_new();
	const NewCamera camera = {"Зал", "rtsp://login-1:secret-2@10.0.0.5/path-secret-3", NULL,
				  NULL};
	g_autoptr(GPtrArray) events = NULL;
	GError *error = NULL;

	g_assert_true(try_camera(studio, &ACTOR_OF_SYSTEM, &camera, &error));
	events = events_list(studio->events, 0, 100, &error);
	for (guint i = 0; i < events->len; i++) {
		g_autofree char *text = event_to_json(events->pdata[i]);

		g_assert_null(strstr(text, "secret"));
		g_assert_null(strstr(text, "login-1"));
	}
}

static void test_camera_changes(void)
{
	g_autoptr(Studio) studio = studio_new();
	Id id = studio_add_camera(studio, "Зал");
	const CameraChange rename = {.name = "Кабинет 7"};
	const CameraChange move = {.url = "rtsp://10.0.0.6/x"};
	const CameraChange pasted = {.url = "rtsp://new:other@10.0.0.7/x"};
	const CameraChange open = {.login = "", .password = ""};
	WireSource source = {0};
	g_auto(Camera) camera = {0};

	studio_begin(studio);
	g_assert_true(camera_change(studio->broadcasts, &ACTOR_OF_SYSTEM, id.text, &rename, NULL));
	g_assert_true(camera_change(studio->broadcasts, &ACTOR_OF_SYSTEM, id.text, &move, NULL));
	g_assert_true(camera_load_source(studio->broadcasts, id.text, &source, NULL));
	g_assert_cmpstr(source.url, ==, "rtsp://10.0.0.6/x");
	g_assert_cmpstr(source.login, ==, "admin");
	g_assert_cmpstr(source.password, ==, "camera-secret-1");
	wire_source_clear(&source);
	g_assert_true(camera_change(studio->broadcasts, &ACTOR_OF_SYSTEM, id.text, &pasted, NULL));
	g_assert_true(camera_load_source(studio->broadcasts, id.text, &source, NULL));
	g_assert_cmpstr(source.login, ==, "new");
	g_assert_cmpstr(source.password, ==, "other");
	wire_source_clear(&source);
	g_assert_true(camera_change(studio->broadcasts, &ACTOR_OF_SYSTEM, id.text, &open, NULL));
	g_assert_true(camera_load_source(studio->broadcasts, id.text, &source, NULL));
	g_assert_cmpstr(source.url, ==, "rtsp://10.0.0.7/x");
	g_assert_null(source.login);
	g_assert_null(source.password);
	wire_source_clear(&source);
	studio_end(studio, true);
	g_assert_true(camera_load(studio->store, id.text, &camera, NULL));
	g_assert_cmpstr(camera.name, ==, "Кабинет 7");
	g_assert_cmpstr(camera.slug, ==, "zal");
}

static void test_camera_in_use(void)
{
	g_autoptr(Studio) studio = studio_new();
	Id camera = studio_add_camera(studio, "Зал");
	const CameraChange move = {.url = "rtsp://10.0.0.6/x"};
	GError *error = NULL;
	bool done;

	(void)studio_broadcast(studio, &ACTOR_OF_SYSTEM, &camera, &SCHOOL);
	studio_begin(studio);
	done = camera_remove(studio->broadcasts, &ACTOR_OF_SYSTEM, camera.text, &error);
	studio_assert_refused(done, &error, ERROR_CONFLICT, "camera-in-use", NULL);
	done = camera_change(studio->broadcasts, &ACTOR_OF_SYSTEM, camera.text, &move, &error);
	studio_assert_refused(done, &error, ERROR_CONFLICT, "camera-in-use", NULL);
	studio_end(studio, false);
}

static void test_camera_removed(void)
{
	g_autoptr(Studio) studio = studio_new();
	Id camera = studio_add_camera(studio, "Зал");
	Id broadcast = studio_broadcast(studio, &ACTOR_OF_SYSTEM, &camera, &SCHOOL);
	WireSource source = {0};
	g_auto(Broadcast) row = {0};

	studio_begin(studio);
	g_assert_true(broadcasts_end(studio->broadcasts, &ACTOR_OF_SYSTEM, broadcast.text, NULL));
	g_assert_true(camera_remove(studio->broadcasts, &ACTOR_OF_SYSTEM, camera.text, NULL));
	studio_end(studio, true);
	g_assert_false(camera_load_source(studio->broadcasts, camera.text, &source, NULL));
	g_assert_true(broadcast_load(studio->store, broadcast.text, &row, NULL));
	g_assert_null(row.camera_name);
	g_assert_cmpint(row.ended_ms, >, 0);
}

/* --- Probes --- */

static CameraProbe *begin_probe(Studio *studio, const Actor *maker, const char *camera)
{
	WireSource source = {.url = "rtsp://10.0.0.5/stream"};
	GError *error = NULL;
	CameraProbe *probe = camera_probe_begin(studio->broadcasts, maker, &source, camera, &error);

	g_assert_no_error(error);
	return probe;
}

static char *id_of(const CameraProbe *probe)
{
	g_autoptr(json_t) json = camera_probe_to_json(probe);

	return g_strdup(json_string_value(json_object_get(json, "id")));
}

static void test_probe_is_its_makers(void)
{
	g_autoptr(Studio) studio = studio_new();
	Actor maker = studio_add_person(studio, ROLE_ADMINISTRATOR);
	Actor other = studio_add_person(studio, ROLE_ADMINISTRATOR);
	CameraProbe *probe = begin_probe(studio, &maker, NULL);
	g_autofree char *id = id_of(probe);

	g_assert_true(camera_probe_find(studio->broadcasts, &maker, id, NULL) == probe);
	g_assert_null(camera_probe_find(studio->broadcasts, &other, id, NULL));
	probe_await_start(studio, 0);
	camera_probe_remove(studio->broadcasts, probe);
	probe_await_end(studio, 0);
	g_assert_null(camera_probe_find(studio->broadcasts, &maker, id, NULL));
}

static void test_probes_are_few(void)
{
	g_autoptr(Studio) studio = studio_new();
	Actor maker = studio_add_person(studio, ROLE_ADMINISTRATOR);
	const WireResult result = {.reason = (char *)"camera-refused"};
	g_autofree char *first = NULL, *last = NULL;

	for (unsigned i = 0; i < 9; i++) {
		g_free(last);
		last = id_of(begin_probe(studio, &maker, NULL));
		if (i == 0)
			first = g_strdup(last);
		probe_says(studio, i, &result, NULL);
	}
	g_assert_null(camera_probe_find(studio->broadcasts, &maker, first, NULL));
	g_assert_nonnull(camera_probe_find(studio->broadcasts, &maker, last, NULL));
}

/* The fifth at once is told so; when one is over there is room again. */
static void test_probes_at_once_are_few(void)
{
	g_autoptr(Studio) studio = studio_new();
	Actor maker = studio_add_person(studio, ROLE_ADMINISTRATOR);
	const WireSource source = {.url = "rtsp://10.0.0.5/stream"};
	const WireResult result = {.reason = (char *)"camera-refused"};
	g_autoptr(GError) error = NULL;

	for (int i = 0; i < 4; i++)
		(void)begin_probe(studio, &maker, NULL);
	g_assert_null(camera_probe_begin(studio->broadcasts, &maker, &source, NULL, &error));
	g_assert_true(error_is(error, ERROR_BUSY));
	probe_says(studio, 0, &result, NULL);
	(void)begin_probe(studio, &maker, NULL);
}

static void test_probe_tells_of_its_camera(void)
{
	g_autoptr(Studio) studio = studio_new();
	Id id = studio_add_camera(studio, "Зал");
	char *codec = (char *)"H.264", *transport = (char *)"tcp";
	WireFound found = {.video_codec = codec,
			   .width = 1280,
			   .height = 720,
			   .playable = true,
			   .frame_rate_milli = 25000,
			   .transport = transport};
	const WireResult result = {.found = &found, .has_still = true};
	const CameraProbe *probe = begin_probe(studio, &ACTOR_OF_CONSOLE, id.text);
	g_auto(Camera) camera = {0};
	g_autoptr(json_t) json = NULL;

	probe_says(studio, 0, &result, "jpeg");
	g_assert_true(store_commit(studio->store, NULL));
	g_assert_true(camera_load(studio->store, id.text, &camera, NULL));
	g_assert_cmpstr(camera.state, ==, "ok");
	g_assert_true(camera.has_still);
	json = json_loads(camera.found, 0, NULL);
	g_assert_cmpint(
		json_integer_value(json_object_get(json_object_get(json, "video"), "width")), ==,
		1280);
	g_assert_true(json_is_true(json_object_get(json, "playable")));
	g_assert_cmpmem(g_bytes_get_data(camera_probe_still(probe), NULL),
			g_bytes_get_size(camera_probe_still(probe)), "jpeg", 4);
}

static void test_probe_failed(void)
{
	g_autoptr(Studio) studio = studio_new();
	char *reason = (char *)"camera-wrong-password", *detail = (char *)"No";
	const WireResult result = {.reason = reason, .detail = detail};
	const CameraProbe *probe = begin_probe(studio, &ACTOR_OF_CONSOLE, NULL);
	g_autoptr(json_t) json = NULL;

	probe_says(studio, 0, &result, NULL);
	json = camera_probe_to_json(probe);
	g_assert_cmpstr(json_string_value(json_object_get(json, "state")), ==, "failed");
	g_assert_cmpstr(json_string_value(json_object_get(json, "reason")), ==,
			"camera-wrong-password");
	g_assert_true(json_is_null(json_object_get(json, "found")));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/cameras/are-administrators", test_cameras_are_administrators);
	g_test_add_func("/cameras/bad", test_bad_cameras);
	g_test_add_func("/cameras/slugs", test_camera_slugs);
	g_test_add_func("/cameras/secrets-stay", test_secrets_stay);
	g_test_add_func("/cameras/changes", test_camera_changes);
	g_test_add_func("/cameras/in-use", test_camera_in_use);
	g_test_add_func("/cameras/removed", test_camera_removed);
	g_test_add_func("/probes/makers", test_probe_is_its_makers);
	g_test_add_func("/probes/few", test_probes_are_few);
	g_test_add_func("/probes/at-once", test_probes_at_once_are_few);
	g_test_add_func("/probes/camera", test_probe_tells_of_its_camera);
	g_test_add_func("/probes/failed", test_probe_failed);
	return g_test_run();
}
