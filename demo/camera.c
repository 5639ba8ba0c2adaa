/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urok-demo-camera: a classroom's IP camera, served by GStreamer's RTSP server library. For the
 * demo school and for tests: it can be told to misbehave. */
#include "barcode.h"
#include "faults.h"

#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <gst/rtsp-server/rtsp-server.h>
#include <stdio.h>
#include <string.h>

typedef struct {
	int port;
	char *listen;
	char *path;
	char *size;
	int rate;
	int bitrate_kbit;
	int gop_ms;
	int bframes;
	char *profile;
	char *other;
	char *text;
	char *codec;
	char *audio;
	char *auth;
	gboolean udp_only;
	gboolean stamps;
	gboolean barcode;
} Options;

typedef struct {
	Options options;
	int width;
	int height;
	GMainLoop *loop;
	GstRTSPServer *server;
	Faults *faults;
} Camera;

static bool has_element(const char *name)
{
	g_autoptr(GstElementFactory) factory = gst_element_factory_find(name);

	return factory != NULL;
}

/* Chalk on a green board: a ball for movement, the room's name, a clock, where no player's buttons
 * and badges lie over them. */
static void describe_picture(GString *out, const Camera *camera)
{
	const Options *options = &camera->options;
	int large = camera->height / 10;
	int small = camera->height / 14;

	g_string_append_printf(
		out,
		"videotestsrc is-live=true pattern=ball background-color=0xff1e4433 "
		"foreground-color=0xffe9efe4 name=raw0 ! capsfilter name=size caps=\"video/x-raw,"
		"format=I420,width=%d,height=%d,framerate=%d/1\" ! "
		"textoverlay text=\"%s\" font-desc=\"DejaVu Sans %dpx\" valignment=top "
		"halignment=center auto-resize=false draw-shadow=false draw-outline=false ! "
		"clockoverlay name=drawn0 time-format=\"%%d.%%m.%%Y %%H:%%M:%%S\" "
		"font-desc=\"DejaVu Sans Mono %dpx\" valignment=center halignment=center "
		"auto-resize=false draw-shadow=false draw-outline=false ! ",
		camera->width, camera->height, options->rate, options->text, large, small);
}

/* x264 writes the profile that it needs: each is made to use what only it has. */
static void describe_h264(GString *out, const Camera *camera, const char *profile, int number)
{
	const Options *options = &camera->options;
	bool reordered = options->bframes > 0 || strcmp(profile, "bframes") == 0;
	bool high = strcmp(profile, "high") == 0;
	bool main_profile = reordered || strcmp(profile, "main") == 0;

	g_string_append_printf(
		out,
		"x264enc speed-preset=ultrafast %s bframes=%d b-adapt=false threads=1 bitrate=%d "
		"key-int-max=%d cabac=%d dct8x8=%d option-string=\"scenecut=0:open-gop=0\" ! "
		"capsfilter name=encoded%d caps=\"video/x-h264,profile=%s,"
		"stream-format=byte-stream\" ! ",
		reordered ? "rc-lookahead=0 sync-lookahead=0" : "tune=zerolatency",
		reordered ? MAX(options->bframes, 2) : 0, options->bitrate_kbit,
		MAX(1, options->rate * options->gop_ms / 1000), high || main_profile, high, number,
		high	       ? "high"
		: main_profile ? "main"
			       : "constrained-baseline");
}

/* With another encoder beside it: `switch` lets that one speak. */
static void describe_encoders(GString *out, const Camera *camera)
{
	const Options *options = &camera->options;

	if (!options->other) {
		describe_h264(out, camera, options->profile, 0);
		return;
	}
	g_string_append(out, "tee name=fork input-selector name=choice sync-streams=false ! ");
	g_string_append(out, "identity name=chosen ! ");
}

static void describe_other(GString *out, const Camera *camera)
{
	const char *const profiles[] = {camera->options.profile, camera->options.other};

	if (!camera->options.other)
		return;
	for (int i = 0; i < 2; i++) {
		g_string_append(out, "fork. ! queue ! ");
		describe_h264(out, camera, profiles[i], i);
		g_string_append_printf(out, "choice.sink_%d ", i);
	}
}

static void describe_video(GString *out, const Camera *camera)
{
	const Options *options = &camera->options;
	int gop = MAX(1, options->rate * options->gop_ms / 1000);

	describe_picture(out, camera);
	if (strcmp(options->codec, "h265") == 0)
		g_string_append_printf(out,
				       "x265enc speed-preset=ultrafast tune=zerolatency bitrate=%d "
				       "key-int-max=%d ! h265parse ! "
				       "rtph265pay name=pay0 pt=96 config-interval=-1 ",
				       options->bitrate_kbit, gop);
	else {
		describe_encoders(out, camera);
		g_string_append(out, "rtph264pay name=pay0 pt=96 config-interval=-1 "
				     "aggregate-mode=zero-latency ");
		describe_other(out, camera);
	}
}

static void describe_audio(GString *out, const Camera *camera)
{
	const char *audio = camera->options.audio;

	if (strcmp(audio, "none") == 0)
		return;
	g_string_append(out, "audiotestsrc is-live=true wave=sine freq=220 volume=0.06 "
			     "samplesperbuffer=1024 name=raw1 ! ");
	if (strcmp(audio, "pcma") == 0)
		g_string_append(out, "audio/x-raw,rate=8000,channels=1 ! alawenc ! "
				     "rtppcmapay name=pay1 pt=8 ");
	else if (strcmp(audio, "pcmu") == 0)
		g_string_append(out, "audio/x-raw,rate=8000,channels=1 ! mulawenc ! "
				     "rtppcmupay name=pay1 pt=0 ");
	else
		g_string_append_printf(out,
				       "audio/x-raw,rate=48000,channels=1 ! audioconvert ! "
				       "%s bitrate=64000 ! rtpmp4gpay name=pay1 pt=97 ",
				       has_element("voaacenc") ? "voaacenc" : "avenc_aac");
}

/* Like a camera's, a picture leaves when it is encoded. A live pipeline's sinks wait until the slowest of
 * its sources could have sent, which made each picture 33 ms older. */
static void leave_at_once(GstElement *element)
{
	g_autoptr(GstObject) pipeline = gst_object_get_parent(GST_OBJECT(element));

	if (pipeline && GST_IS_PIPELINE(pipeline))
		gst_pipeline_set_latency(GST_PIPELINE(pipeline), 0);
}

static void on_media(GstRTSPMediaFactory *factory, GstRTSPMedia *media, void *data)
{
	Camera *camera = data;
	g_autoptr(GstElement) element = gst_rtsp_media_get_element(media);

	leave_at_once(element);
	faults_watch(camera->faults, element);
	if (camera->options.barcode)
		barcode_watch(element, "drawn0");
}

static bool read_credentials(const char *file, char **ret_login, char **ret_password,
			     GError **error)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(file, &text, NULL, error))
		return false;
	lines = g_strsplit(g_strstrip(text), "\n", 2);
	if (g_strv_length(lines) != 2) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
			    "%s: a line with the login, a line with the password", file);
		return false;
	}
	*ret_login = g_strdup(lines[0]);
	*ret_password = g_strdup(lines[1]);
	return true;
}

static bool protect(Camera *camera, GstRTSPMediaFactory *factory, GError **error)
{
	g_autoptr(GstRTSPAuth) auth = NULL;
	g_autoptr(GstRTSPToken) token = NULL;
	g_autoptr(GstRTSPPermissions) permissions = NULL;
	g_autofree char *login = NULL;
	g_autofree char *password = NULL;

	if (!camera->options.auth)
		return true;
	if (!read_credentials(camera->options.auth, &login, &password, error))
		return false;
	auth = gst_rtsp_auth_new();
	token = gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "viewer",
				   NULL);
	gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_DIGEST);
	gst_rtsp_auth_add_digest(auth, login, password, token);
	gst_rtsp_server_set_auth(camera->server, auth);
	permissions = gst_rtsp_permissions_new();
	gst_rtsp_permissions_add_role(permissions, "viewer", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS,
				      G_TYPE_BOOLEAN, TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT,
				      G_TYPE_BOOLEAN, TRUE, NULL);
	gst_rtsp_media_factory_set_permissions(factory, permissions);
	return true;
}

static bool serve(Camera *camera, GError **error)
{
	g_autoptr(GString) description = g_string_new("( ");
	g_autoptr(GstRTSPMountPoints) mounts = NULL;
	g_autofree char *service = g_strdup_printf("%d", camera->options.port);
	GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new();

	describe_video(description, camera);
	describe_audio(description, camera);
	g_string_append(description, ")");
	gst_rtsp_media_factory_set_launch(factory, description->str);
	gst_rtsp_media_factory_set_shared(factory, TRUE);
	gst_rtsp_media_factory_set_protocols(factory, camera->options.udp_only
							      ? GST_RTSP_LOWER_TRANS_UDP
							      : GST_RTSP_LOWER_TRANS_TCP |
									GST_RTSP_LOWER_TRANS_UDP);
	g_signal_connect(factory, "media-configure", G_CALLBACK(on_media), camera);
	gst_rtsp_server_set_address(camera->server, camera->options.listen);
	gst_rtsp_server_set_service(camera->server, service);
	mounts = gst_rtsp_server_get_mount_points(camera->server);
	gst_rtsp_mount_points_add_factory(mounts, camera->options.path, factory);
	if (!protect(camera, factory, error))
		return false;
	if (gst_rtsp_server_attach(camera->server, NULL) == 0) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE,
			    "Port %d of %s cannot be listened on", camera->options.port,
			    camera->options.listen);
		return false;
	}
	printf("listening rtsp://%s:%d%s\n", camera->options.listen,
	       gst_rtsp_server_get_bound_port(camera->server), camera->options.path);
	fflush(stdout);
	return true;
}

static void read_command(GDataInputStream *input, Camera *camera);

static void on_command(GObject *source, GAsyncResult *result, void *data)
{
	Camera *camera = data;
	g_autofree char *line = g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(source),
								     result, NULL, NULL);

	if (!line)
		return; /* nobody commands any more; a signal ends the camera */
	if (strcmp(line, "quit") == 0)
		g_main_loop_quit(camera->loop);
	else
		printf("%s %s\n", faults_obey(camera->faults, line) ? "done" : "unknown", line);
	fflush(stdout);
	read_command(G_DATA_INPUT_STREAM(source), camera);
}

static void read_command(GDataInputStream *input, Camera *camera)
{
	g_data_input_stream_read_line_async(input, G_PRIORITY_DEFAULT, NULL, on_command, camera);
}

static gboolean on_signal(void *data)
{
	g_main_loop_quit(data);
	return G_SOURCE_CONTINUE;
}

static bool run(Camera *camera, GError **error)
{
	g_autoptr(GInputStream) input = g_unix_input_stream_new(0, FALSE);
	g_autoptr(GDataInputStream) commands = g_data_input_stream_new(input);

	if (sscanf(camera->options.size, "%dx%d", &camera->width, &camera->height) != 2) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			    "--size is WIDTHxHEIGHT");
		return false;
	}
	if (!serve(camera, error))
		return false;
	g_unix_signal_add(SIGTERM, on_signal, camera->loop);
	g_unix_signal_add(SIGINT, on_signal, camera->loop);
	read_command(commands, camera);
	g_main_loop_run(camera->loop);
	return true;
}

static GOptionContext *options_new(Options *options)
{
	const GOptionEntry entries[] = {
		{"port", 0, 0, G_OPTION_ARG_INT, &options->port, "TCP port; 0: a free one", "N"},
		{"listen", 0, 0, G_OPTION_ARG_STRING, &options->listen, "IPv4 address (127.0.0.1)", "ADDRESS"},
		{"path", 0, 0, G_OPTION_ARG_STRING, &options->path, "path of the stream", "/PATH"},
		{"size", 0, 0, G_OPTION_ARG_STRING, &options->size, "of the picture", "WxH"},
		{"rate", 0, 0, G_OPTION_ARG_INT, &options->rate, "pictures a second", "N"},
		{"bitrate", 0, 0, G_OPTION_ARG_INT, &options->bitrate_kbit, "of the video",
		 "KBIT/S"},
		{"gop", 0, 0, G_OPTION_ARG_INT, &options->gop_ms, "between key frames", "MS"},
		{"bframes", 0, 0, G_OPTION_ARG_INT, &options->bframes, "between P frames", "N"},
		{"profile", 0, 0, G_OPTION_ARG_STRING, &options->profile,
		 "of H.264: baseline, main, high or bframes", "NAME"},
		{"other", 0, 0, G_OPTION_ARG_STRING, &options->other,
		 "the profile after the command switch", "NAME"},
		{"text", 0, 0, G_OPTION_ARG_STRING, &options->text, "in the picture", "TEXT"},
		{"codec", 0, 0, G_OPTION_ARG_STRING, &options->codec, "h264 or h265", "NAME"},
		{"audio", 0, 0, G_OPTION_ARG_STRING, &options->audio, "aac, pcma, pcmu or none",
		 "NAME"},
		{"auth", 0, 0, G_OPTION_ARG_FILENAME, &options->auth,
		 "asks for the login and the password on the file's two lines", "FILE"},
		{"udp-only", 0, 0, G_OPTION_ARG_NONE, &options->udp_only, "answers 461 to TCP",
		 NULL},
		{"stamps", 0, 0, G_OPTION_ARG_NONE, &options->stamps, "wall clock in SEIs", NULL},
		{"barcode", 0, 0, G_OPTION_ARG_NONE, &options->barcode,
		 "wall clock as squares in the picture", NULL},
		{0},
	};
	GOptionContext *context = g_option_context_new("- a camera in a classroom");

	g_option_context_add_main_entries(context, entries, NULL);
	g_option_context_set_description(
		context,
		"Commands on standard input: stall SECONDS, jump SECONDS, size WxH, switch, "
		"trickle SECONDS (0: as ever), clock right|constant|backward|random, quit\n");
	return context;
}

/* Texts that the command line did not give; all of them are ours afterwards. */
static void fill_options(Options *options)
{
	const struct {
		char **text;
		const char *fallback;
	} texts[] = {
		{&options->listen, "127.0.0.1"},
		{&options->path, "/kabinet-12"}, {&options->size, "1280x720"},
		{&options->text, "Кабинет 12"},	 {&options->codec, "h264"},
		{&options->audio, "aac"},	 {&options->profile, "baseline"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		if (!*texts[i].text)
			*texts[i].text = g_strdup(texts[i].fallback);
}

static void clear_options(Options *options)
{
	g_free(options->listen);
	g_free(options->path);
	g_free(options->profile);
	g_free(options->other);
	g_free(options->size);
	g_free(options->text);
	g_free(options->codec);
	g_free(options->audio);
	g_free(options->auth);
}

int main(int argc, char *argv[])
{
	Camera camera = {
		.options = {.port = 8554, .rate = 25, .bitrate_kbit = 2000, .gop_ms = 1000}};
	g_autoptr(GOptionContext) context = options_new(&camera.options);
	g_autoptr(GError) error = NULL;
	bool done;

	gst_init(NULL, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error)) {
		fprintf(stderr, "urok-demo-camera: %s\n", error->message);
		return 2;
	}
	fill_options(&camera.options);
	camera.loop = g_main_loop_new(NULL, FALSE);
	camera.server = gst_rtsp_server_new();
	camera.faults = faults_new(camera.options.stamps);
	done = run(&camera, &error);
	if (!done)
		fprintf(stderr, "urok-demo-camera: %s\n", error->message);
	g_object_unref(camera.server);
	faults_free(camera.faults);
	g_main_loop_unref(camera.loop);
	clear_options(&camera.options);
	return done ? 0 : 1;
}
