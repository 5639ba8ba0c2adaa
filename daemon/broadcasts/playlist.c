/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The window of an LL-HLS playlist and how it is judged and rendered.
 *
 * Media sequence numbers (MSN) in a playlist are implied by its first one, so the window is always
 * contiguous; what does not follow starts a new window. A player may only ask for what lies close
 * ahead, and what it asks for is named by (MSN, part). The "edge" is the place of the next part:
 * its segment and how many parts of it are there already. Everything a request waits for is a
 * comparison with the edge.
 *
 * PART-TARGET and TARGETDURATION never change once said (Apple's players stop for ever at that),
 * and the first values of a broadcast hold until its end. */
#include "broadcasts/playlist.h"

#include "base/clock.h"

#include <string.h>

#define TARGET_DURATION_DEFAULT_S 4 /* until a worker says its own */
#define SKIP_TARGETS		  6 /* CAN-SKIP-UNTIL, in target durations (§4.4.3.8) */
#define PARTS_TARGETS		  3 /* parts are listed for so many target durations */
#define HOLD_TARGETS		  3 /* a request is held for at most so many (§6.2.5.2) */
#define NUMBER_DIGITS_MAX	  15

typedef struct {
	guint64 msn;
	unsigned generation;
	bool discontinuity;
	bool complete;
	gint64 start_us;
	gint64 duration_us;
	GArray *parts; /* of PartOf */
} Segment;

typedef struct {
	unsigned duration_us;
	bool independent;
} PartOf;

struct Playlist {
	GPtrArray *segments;	    /* of Segment, oldest first; only the last may be incomplete */
	unsigned part_target_us;    /* 0: not known yet */
	unsigned target_duration_s; /* 0: not known yet */
	guint64 discontinuity_sequence;
	bool ended;
	GBytes *texts[2]; /* whole, delta; NULL: to be rendered */
};

static void segment_free(void *data)
{
	Segment *self = data;

	g_array_unref(self->parts);
	g_free(self);
}

Playlist *playlist_new(void)
{
	Playlist *self = g_new0(Playlist, 1);

	self->segments = g_ptr_array_new_with_free_func(segment_free);
	return self;
}

static void changed(Playlist *self)
{
	g_clear_pointer(&self->texts[0], g_bytes_unref);
	g_clear_pointer(&self->texts[1], g_bytes_unref);
}

void playlist_free(Playlist *self)
{
	if (!self)
		return;
	changed(self);
	g_ptr_array_unref(self->segments);
	g_free(self);
}

static Segment *last_segment(const Playlist *self)
{
	guint count = self->segments->len;

	return count ? g_ptr_array_index(self->segments, count - 1) : NULL;
}

static Segment *find_segment(const Playlist *self, guint64 msn)
{
	const Segment *first = self->segments->len ? g_ptr_array_index(self->segments, 0) : NULL;

	if (!first || msn < first->msn || msn - first->msn >= self->segments->len)
		return NULL;
	return g_ptr_array_index(self->segments, msn - first->msn);
}

/* The sequence counts the marks that left the window (§4.4.3.3). */
static void drop_first(Playlist *self)
{
	const Segment *first = g_ptr_array_index(self->segments, 0);

	self->discontinuity_sequence += first->discontinuity;
	g_ptr_array_remove_index(self->segments, 0);
}

static Segment *append_segment(Playlist *self, guint64 msn)
{
	Segment *segment = g_new0(Segment, 1);

	segment->msn = msn;
	segment->parts = g_array_new(FALSE, FALSE, sizeof(PartOf));
	g_ptr_array_add(self->segments, segment);
	while (self->segments->len > PLAYLIST_SEGMENTS_MAX)
		drop_first(self);
	return segment;
}

static void append_part(Segment *segment, const WirePart *part)
{
	PartOf of = {.duration_us = part->duration_us, .independent = part->independent};

	g_array_append_val(segment->parts, of);
	segment->duration_us += part->duration_us;
}

static void append_state_segment(Playlist *self, const WireStateSegment *from)
{
	Segment *segment = append_segment(self, from->msn);

	segment->generation = from->generation;
	segment->discontinuity = from->discontinuity;
	segment->start_us = from->start_us;
	for (guint i = 0; i < from->parts->len; i++)
		append_part(segment, &g_array_index(from->parts, WirePart, i));
	segment->complete = from->complete;
	if (from->complete && from->duration_us)
		segment->duration_us = from->duration_us;
}

void playlist_set_state(Playlist *self, const WireState *state)
{
	if (self->ended)
		return;
	if (!self->part_target_us)
		self->part_target_us = state->part_target_us;
	if (!self->target_duration_s)
		self->target_duration_s = state->target_duration_s;
	if (state->segments && state->segments->len) {
		g_ptr_array_set_size(self->segments, 0);
		self->discontinuity_sequence = state->discontinuity_sequence;
		for (guint i = 0; i < state->segments->len; i++)
			append_state_segment(self, g_ptr_array_index(state->segments, i));
	}
	changed(self);
}

bool playlist_add_part(Playlist *self, const WirePart *part)
{
	Segment *last = last_segment(self);
	bool anew = false;

	if (self->ended || part->index >= WIRE_PARTS_MAX)
		return false;
	if (last && part->msn == last->msn) {
		if (last->complete || part->index != last->parts->len)
			return false;
	} else {
		if (part->index != 0)
			return false;
		if (last && part->msn == last->msn + 1)
			last->complete = true;
		else
			anew = last != NULL;
		while (anew && self->segments->len)
			drop_first(self);
		last = append_segment(self, part->msn);
		last->generation = part->generation;
		last->discontinuity = part->discontinuity || anew;
		last->start_us = part->start_us;
	}
	append_part(last, part);
	changed(self);
	return true;
}

bool playlist_complete_segment(Playlist *self, const WireSegment *segment)
{
	Segment *last = last_segment(self);

	if (self->ended || !last || last->complete || last->msn != segment->msn ||
	    !last->parts->len)
		return false;
	last->complete = true;
	if (segment->duration_us)
		last->duration_us = segment->duration_us;
	changed(self);
	return true;
}

void playlist_end(Playlist *self)
{
	Segment *last = last_segment(self);

	/* An open segment has no file of its own; its parts were all that there is of it. */
	if (last && !last->complete)
		g_ptr_array_remove_index(self->segments, self->segments->len - 1);
	self->ended = true;
	changed(self);
}

bool playlist_has_ended(const Playlist *self)
{
	return self->ended;
}

bool playlist_has_parts(const Playlist *self)
{
	const Segment *first = self->segments->len ? g_ptr_array_index(self->segments, 0) : NULL;

	return first && (first->complete || first->parts->len > 0);
}

/* --- Directives --- */

static bool parse_number(const char *text, gint64 *ret_number)
{
	size_t length = strspn(text, "0123456789");

	if (!length || text[length] || length > NUMBER_DIGITS_MAX)
		return false;
	*ret_number = g_ascii_strtoll(text, NULL, 10);
	return true;
}

bool playlist_query_parse(const char *msn, const char *part, const char *skip,
			  PlaylistQuery *ret_query, GError **error)
{
	PlaylistQuery query = {.msn = -1, .part = -1};

	if (msn && !parse_number(msn, &query.msn))
		return error_reason(error, ERROR_INVALID, "invalid", "_HLS_msn",
				    "_HLS_msn is a decimal number");
	if (part && !parse_number(part, &query.part))
		return error_reason(error, ERROR_INVALID, "invalid", "_HLS_part",
				    "_HLS_part is a decimal number");
	if (part && !msn)
		return error_reason(error, ERROR_INVALID, "invalid", "_HLS_part",
				    "_HLS_part needs _HLS_msn");
	query.skip = skip && (strcmp(skip, "YES") == 0 || strcmp(skip, "v2") == 0);
	*ret_query = query;
	return true;
}

/* Where the next part goes: into segment `msn`, which has `parts` of them already. */
typedef struct {
	gint64 msn;
	gint64 parts;
} Edge;

static Edge edge_of(const Playlist *self)
{
	const Segment *last = last_segment(self);
	Edge edge = {0};

	if (last && last->complete)
		edge.msn = (gint64)last->msn + 1;
	else if (last)
		edge = (Edge){.msn = (gint64)last->msn, .parts = last->parts->len};
	return edge;
}

/* How many parts beyond the edge may be asked for (§6.2.5.2). */
static gint64 advance_limit(const Playlist *self)
{
	gint64 target_us = self->part_target_us;

	if (target_us == 0 || target_us >= G_USEC_PER_SEC)
		return 3;
	return (3 * G_USEC_PER_SEC + target_us - 1) / target_us;
}

PlaylistVerdict playlist_judge(const Playlist *self, const PlaylistQuery *query)
{
	Edge edge = edge_of(self);
	gint64 msn = query->msn;
	gint64 part = query->part;

	if (self->ended)
		return PLAYLIST_READY;
	if (!playlist_has_parts(self))
		return PLAYLIST_HOLD;
	if (msn > edge.msn + 1)
		return PLAYLIST_REFUSE;
	if (part < 0)
		return msn < edge.msn ? PLAYLIST_READY : PLAYLIST_HOLD;
	if (msn == edge.msn - 1) {
		const Segment *before = find_segment(self, (guint64)msn);
		gint64 count = before ? before->parts->len : 0;

		/* Beyond a whole segment's last part it means the first one of the next. */
		if (part < count || edge.parts > 0)
			return PLAYLIST_READY;
		return part - count >= advance_limit(self) ? PLAYLIST_REFUSE : PLAYLIST_HOLD;
	}
	if (msn < edge.msn)
		return PLAYLIST_READY;
	if (msn == edge.msn && part < edge.parts)
		return PLAYLIST_READY;
	if (msn == edge.msn)
		part -= edge.parts;
	return part >= advance_limit(self) ? PLAYLIST_REFUSE : PLAYLIST_HOLD;
}

static unsigned target_duration(const Playlist *self)
{
	return self->target_duration_s ? self->target_duration_s : TARGET_DURATION_DEFAULT_S;
}

unsigned playlist_hold_ms(const Playlist *self)
{
	return target_duration(self) * HOLD_TARGETS * 1000;
}

bool playlist_part_parse(const char *file, PlaylistPart *ret_part)
{
	g_auto(GStrv) words = NULL;
	gint64 msn, index;
	g_autofree char *canonical = NULL;

	if (!g_str_has_prefix(file, "part_") || !g_str_has_suffix(file, ".m4s"))
		return false;
	canonical = g_strndup(file + strlen("part_"), strlen(file) - strlen("part_.m4s"));
	words = g_strsplit(canonical, "_", 3);
	if (g_strv_length(words) != 2 || !parse_number(words[0], &msn) ||
	    !parse_number(words[1], &index) || index >= WIRE_PARTS_MAX)
		return false;
	g_free(canonical);
	canonical =
		g_strdup_printf("part_%" G_GINT64_FORMAT "_%" G_GINT64_FORMAT ".m4s", msn, index);
	if (strcmp(canonical, file) != 0)
		return false;
	*ret_part = (PlaylistPart){.msn = (guint64)msn, .index = (unsigned)index};
	return true;
}

PlaylistVerdict playlist_judge_part(const Playlist *self, const PlaylistPart *part)
{
	const Segment *segment = find_segment(self, part->msn);
	Edge edge = edge_of(self);

	if (segment && part->index < segment->parts->len)
		return PLAYLIST_READY;
	if (self->ended || !self->segments->len)
		return PLAYLIST_REFUSE;
	if (part->msn == (guint64)edge.msn && part->index == (guint64)edge.parts)
		return PLAYLIST_HOLD;
	return PLAYLIST_REFUSE;
}

/* --- The text --- */

static void add_seconds(GString *out, gint64 us)
{
	g_string_append_printf(out, "%" G_GINT64_FORMAT ".%06d", us / G_USEC_PER_SEC,
			       (int)(us % G_USEC_PER_SEC));
}

static void add_head(const Playlist *self, GString *out)
{
	unsigned target_s = target_duration(self);
	const Segment *first = self->segments->len ? g_ptr_array_index(self->segments, 0) : NULL;

	g_string_append_printf(out, "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:%u\n",
			       target_s);
	if (self->part_target_us) {
		g_string_append(out, "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=");
		add_seconds(out, 3 * (gint64)self->part_target_us);
		g_string_append_printf(out, ",CAN-SKIP-UNTIL=%u\n#EXT-X-PART-INF:PART-TARGET=",
				       target_s * SKIP_TARGETS);
		add_seconds(out, self->part_target_us);
		g_string_append_c(out, '\n');
	}
	g_string_append_printf(out, "#EXT-X-MEDIA-SEQUENCE:%" G_GUINT64_FORMAT "\n",
			       first ? first->msn : 0);
	g_string_append_printf(out, "#EXT-X-DISCONTINUITY-SEQUENCE:%" G_GUINT64_FORMAT "\n",
			       self->discontinuity_sequence);
}

static void add_parts(const Segment *segment, GString *out)
{
	for (guint i = 0; i < segment->parts->len; i++) {
		const PartOf *part = &g_array_index(segment->parts, PartOf, i);

		g_string_append(out, "#EXT-X-PART:DURATION=");
		add_seconds(out, part->duration_us);
		g_string_append_printf(out, ",URI=\"part_%" G_GUINT64_FORMAT "_%u.m4s\"%s\n",
				       segment->msn, i,
				       part->independent ? ",INDEPENDENT=YES" : "");
	}
}

static void add_segment(const Segment *segment, bool with_map, bool with_parts, GString *out)
{
	char date[TIME_TEXT_SIZE];

	/* All of these stand before the segment's first part (§4.4.4.9). */
	if (with_map)
		g_string_append_printf(out, "#EXT-X-MAP:URI=\"init_%u.mp4\"\n",
				       segment->generation);
	clock_format(segment->start_us / 1000, date);
	g_string_append_printf(out, "#EXT-X-PROGRAM-DATE-TIME:%s\n", date);
	if (with_parts)
		add_parts(segment, out);
	if (!segment->complete)
		return;
	g_string_append(out, "#EXTINF:");
	add_seconds(out, segment->duration_us);
	g_string_append_printf(out, ",\nseg_%" G_GUINT64_FORMAT ".m4s\n", segment->msn);
}

/* Segments that end further than `us` before the playlist's end. */
static guint older_than(const Playlist *self, gint64 us)
{
	gint64 behind_us = 0;
	guint i = self->segments->len;

	while (i > 0 && behind_us < us) {
		const Segment *segment = g_ptr_array_index(self->segments, i - 1);

		behind_us += segment->duration_us;
		i--;
	}
	return i;
}

static void add_segments(const Playlist *self, guint skipped, GString *out)
{
	gint64 target_us = (gint64)target_duration(self) * G_USEC_PER_SEC;
	guint without_parts = older_than(self, PARTS_TARGETS * target_us);
	const Segment *before = NULL;

	for (guint i = skipped; i < self->segments->len; i++) {
		const Segment *segment = g_ptr_array_index(self->segments, i);

		if (!segment->complete && !segment->parts->len)
			break;
		if (segment->discontinuity)
			g_string_append(out, "#EXT-X-DISCONTINUITY\n");
		/* A delta says the map again: players differ in what they carry over a skip. */
		add_segment(segment, !before || before->generation != segment->generation,
			    i >= without_parts && !self->ended, out);
		before = segment;
	}
}

static GBytes *render(const Playlist *self, bool skip)
{
	GString *out = g_string_sized_new(4096);
	gint64 target_us = (gint64)target_duration(self) * G_USEC_PER_SEC;
	guint skipped = 0;

	if (skip && self->part_target_us && !self->ended)
		skipped = older_than(self, SKIP_TARGETS * target_us);
	add_head(self, out);
	if (skipped)
		g_string_append_printf(out, "#EXT-X-SKIP:SKIPPED-SEGMENTS=%u\n", skipped);
	add_segments(self, skipped, out);
	if (self->ended) {
		g_string_append(out, "#EXT-X-ENDLIST\n");
	} else if (self->segments->len) {
		Edge edge = edge_of(self);

		/* Always there: hls.js asks in a loop without it. */
		g_string_append_printf(out,
				       "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part_%" G_GINT64_FORMAT
				       "_%" G_GINT64_FORMAT ".m4s\"\n",
				       edge.msn, edge.parts);
	}
	return g_string_free_to_bytes(out);
}

GBytes *playlist_get_text(Playlist *self, bool skip)
{
	if (!self->texts[skip])
		self->texts[skip] = render(self, skip);
	return self->texts[skip];
}
