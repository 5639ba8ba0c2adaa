/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The words `camera`, `step` and `result`: how a camera is doing and what was found there. */
#include "wire/wire-private.h"

#include <string.h>

#define SLUG_MAX    40
#define DETAIL_MAX  400
#define CODEC_MAX   40
#define SIZE_MAX_PX 65535

static const char *const STATES[] = {
	[CAMERA_IDLE] = "idle",
	[CAMERA_CONNECTING] = "connecting",
	[CAMERA_LIVE] = "live",
	[CAMERA_LOST] = "lost",
};

/* A video or audio description before its bounds are checked. */
typedef struct {
	const char *codec;
	const char *profile;
	gint64 width;
	gint64 height;
	gint64 frame_rate_milli;
	gint64 rate;
	gint64 channels;
} Track;

static bool read_video(const json_t *object, WireFound *found, GError **error)
{
	Track track = {0};
	const Field fields[] = {
		{"codec", FIELD_TEXT, true, CODEC_MAX, &track.codec},
		{"profile", FIELD_TEXT, false, CODEC_MAX, &track.profile},
		{"width", FIELD_INT, true, 0, &track.width},
		{"height", FIELD_INT, true, 0, &track.height},
		{"frame_rate_milli", FIELD_INT, true, 0, &track.frame_rate_milli},
		{0},
	};

	if (!json_read(object, fields, error) ||
	    !number_check(track.width, "width", 0, SIZE_MAX_PX, error) ||
	    !number_check(track.height, "height", 0, SIZE_MAX_PX, error) ||
	    !number_check(track.frame_rate_milli, "frame_rate_milli", 0, 1000 * 1000, error))
		return false;
	found->video_codec = g_strdup(track.codec);
	found->profile = g_strdup(track.profile);
	found->width = (unsigned)track.width;
	found->height = (unsigned)track.height;
	found->frame_rate_milli = (unsigned)track.frame_rate_milli;
	return true;
}

static bool read_audio(const json_t *object, WireFound *found, GError **error)
{
	Track track = {0};
	const Field fields[] = {
		{"codec", FIELD_TEXT, true, CODEC_MAX, &track.codec},
		{"rate", FIELD_INT, true, 0, &track.rate},
		{"channels", FIELD_INT, true, 0, &track.channels},
		{0},
	};

	if (!json_read(object, fields, error) ||
	    !number_check(track.rate, "rate", 0, 1000 * 1000, error) ||
	    !number_check(track.channels, "channels", 0, 255, error))
		return false;
	found->audio_codec = g_strdup(track.codec);
	found->audio_rate = (unsigned)track.rate;
	found->audio_channels = (unsigned)track.channels;
	return true;
}

static bool found_read(const json_t *object, WireFound **ret_found, GError **error)
{
	g_autoptr(WireFound) found = g_new0(WireFound, 1);
	json_t *video = NULL;
	json_t *audio = NULL;
	const char *reason = NULL;
	const char *package = NULL;
	const char *transport = NULL;
	const Field fields[] = {
		{"video", FIELD_OBJECT, false, 0, &video},
		{"audio", FIELD_OBJECT, false, 0, &audio},
		{"playable", FIELD_BOOL, true, 0, &found->playable},
		{"audible", FIELD_BOOL, true, 0, &found->audible},
		{"not_playable_reason", FIELD_TEXT, false, SLUG_MAX, &reason},
		{"missing_package", FIELD_TEXT, false, CODEC_MAX, &package},
		{"transport", FIELD_TEXT, false, 8, &transport},
		{0},
	};

	if (!json_read(object, fields, error) || (video && !read_video(video, found, error)) ||
	    (audio && !read_audio(audio, found, error)))
		return false;
	found->not_playable_reason = g_strdup(reason);
	found->missing_package = g_strdup(package);
	found->transport = g_strdup(transport);
	*ret_found = g_steal_pointer(&found);
	return true;
}

static json_t *found_to_json(const WireFound *found)
{
	json_t *video = json_null();
	json_t *audio = json_null();

	if (!found)
		return json_null();
	if (found->video_codec)
		video = json_pack("{s:s, s:s?, s:i, s:i, s:i}", "codec", found->video_codec,
				  "profile", found->profile, "width", (int)found->width, "height",
				  (int)found->height, "frame_rate_milli",
				  (int)found->frame_rate_milli);
	if (found->audio_codec)
		audio = json_pack("{s:s, s:i, s:i}", "codec", found->audio_codec, "rate",
				  (int)found->audio_rate, "channels", (int)found->audio_channels);
	return json_pack("{s:o, s:o, s:b, s:b, s:s?, s:s?, s:s?}", "video", video, "audio", audio,
			 "playable", found->playable, "audible", found->audible,
			 "not_playable_reason", found->not_playable_reason, "missing_package",
			 found->missing_package, "transport", found->transport);
}

static bool find_state(const char *name, WireCameraState *ret_state, GError **error)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(STATES); i++) {
		if (strcmp(name, STATES[i]) == 0) {
			*ret_state = (WireCameraState)i;
			return true;
		}
	}
	return error_reason(error, ERROR_INVALID, "invalid", "state", "There is no such state");
}

bool camera_read(const json_t *object, WireCamera *ret_camera, GError **error)
{
	const char *word = NULL;
	const char *state = NULL;
	const char *reason = NULL;
	const char *detail = NULL;
	json_t *found = NULL;
	json_t *notes = NULL;
	const Field fields[] = {
		{"word", FIELD_TEXT, false, 16, &word},
		{"state", FIELD_TEXT, true, 16, &state},
		{"reason", FIELD_TEXT, false, SLUG_MAX, &reason},
		{"detail", FIELD_TEXT, false, DETAIL_MAX, &detail},
		{"found", FIELD_OBJECT, false, 0, &found},
		{"notes", FIELD_ARRAY, false, WIRE_NOTES_MAX, &notes},
		{0},
	};

	if (!json_read(object, fields, error) || !find_state(state, &ret_camera->state, error) ||
	    (found && !found_read(found, &ret_camera->found, error)) ||
	    (notes &&
	     !texts_read(notes, "notes", WIRE_NOTES_MAX, SLUG_MAX, &ret_camera->notes, error)))
		return false;
	ret_camera->reason = g_strdup(reason);
	ret_camera->detail = g_strdup(detail);
	return true;
}

json_t *camera_to_json(const WireCamera *camera)
{
	return json_pack("{s:s, s:s?, s:s?, s:o, s:o}", "state", STATES[camera->state], "reason",
			 camera->reason, "detail", camera->detail, "found",
			 found_to_json(camera->found), "notes", texts_to_json(camera->notes));
}

bool step_read(const json_t *object, WireStep *ret_step, GError **error)
{
	static const char *const STEPS[] = {"resolving", "connecting", "receiving", NULL};
	const char *word = NULL;
	const char *step = NULL;
	const Field fields[] = {
		{"word", FIELD_TEXT, true, 16, &word},
		{"step", FIELD_TEXT, true, 16, &step},
		{0},
	};

	if (!json_read(object, fields, error))
		return false;
	if (!g_strv_contains(STEPS, step))
		return error_reason(error, ERROR_INVALID, "invalid", "step",
				    "There is no such step");
	ret_step->step = g_strdup(step);
	return true;
}

json_t *step_to_json(const WireStep *step)
{
	return json_pack("{s:s}", "step", step->step);
}

bool result_read(const json_t *object, WireResult *ret_result, GError **error)
{
	const char *word = NULL;
	const char *reason = NULL;
	const char *detail = NULL;
	const char *package = NULL;
	json_t *found = NULL;
	const Field fields[] = {
		{"word", FIELD_TEXT, true, 16, &word},
		{"reason", FIELD_TEXT, false, SLUG_MAX, &reason},
		{"detail", FIELD_TEXT, false, DETAIL_MAX, &detail},
		{"found", FIELD_OBJECT, false, 0, &found},
		{"has_still", FIELD_BOOL, true, 0, &ret_result->has_still},
		{"still_missing_package", FIELD_TEXT, false, CODEC_MAX, &package},
		{0},
	};

	if (!json_read(object, fields, error) ||
	    (found && !found_read(found, &ret_result->found, error)))
		return false;
	ret_result->reason = g_strdup(reason);
	ret_result->detail = g_strdup(detail);
	ret_result->still_missing_package = g_strdup(package);
	return true;
}

json_t *result_to_json(const WireResult *result)
{
	return json_pack("{s:s?, s:s?, s:o, s:b, s:s?}", "reason", result->reason, "detail",
			 result->detail, "found", found_to_json(result->found), "has_still",
			 result->has_still, "still_missing_package", result->still_missing_package);
}

void wire_found_free(WireFound *found)
{
	if (!found)
		return;
	g_free(found->video_codec);
	g_free(found->profile);
	g_free(found->audio_codec);
	g_free(found->not_playable_reason);
	g_free(found->missing_package);
	g_free(found->transport);
	g_free(found);
}

WireFound *wire_found_copy(const WireFound *found)
{
	WireFound *copy;

	if (!found)
		return NULL;
	copy = g_memdup2(found, sizeof *found);
	copy->video_codec = g_strdup(found->video_codec);
	copy->profile = g_strdup(found->profile);
	copy->audio_codec = g_strdup(found->audio_codec);
	copy->not_playable_reason = g_strdup(found->not_playable_reason);
	copy->missing_package = g_strdup(found->missing_package);
	copy->transport = g_strdup(found->transport);
	return copy;
}

void wire_camera_clear(WireCamera *camera)
{
	g_clear_pointer(&camera->reason, g_free);
	g_clear_pointer(&camera->detail, g_free);
	g_clear_pointer(&camera->found, wire_found_free);
	g_clear_pointer(&camera->notes, g_strfreev);
}

void wire_camera_copy(const WireCamera *from, WireCamera *to)
{
	*to = (WireCamera){
		.state = from->state,
		.reason = g_strdup(from->reason),
		.detail = g_strdup(from->detail),
		.found = wire_found_copy(from->found),
		.notes = g_strdupv(from->notes),
	};
}

void wire_result_clear(WireResult *result)
{
	g_clear_pointer(&result->reason, g_free);
	g_clear_pointer(&result->detail, g_free);
	g_clear_pointer(&result->found, wire_found_free);
	g_clear_pointer(&result->still_missing_package, g_free);
}
