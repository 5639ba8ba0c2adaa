/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Many players of one broadcast in one process: each holds a reload of the playlist, fetches each part that
 * it names, and has a playhead PART-HOLD-BACK behind. Tells how old the newest picture was with each part that came, and
 * how often a playhead had to wait.
 *
 *	viewers PORT SLUG PARTS PLAYERS < cookies (a line a player)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <gio/gio.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define STAMP	    "UROKWALLCLOCKUS:" /* demo/faults.c */
#define STAMP_BYTES 16
#define READ_MAX    (256 * 1024)
#define QUEUED_MAX  64

typedef struct {
	guint64 msn;
	unsigned index;
	double start_s; /* of the wall clock */
	double end_s;
} Part;

typedef struct {
	int fd;
	char *cookie;
	GByteArray *answer;
	bool fetching; /* a part; else the playlist */
	Part queue[QUEUED_MAX];
	unsigned queued;
	unsigned fetched;	  /* of the queue */
	guint64 next;		  /* key of the first part that was not queued yet */
	char reload[64];	  /* the query of the next reload */
	double hold_s;
	double behind_s; /* from the wall clock to the playhead */
	unsigned parts;
	bool plays;
} Player;

typedef struct {
	int epoll;
	int port;
	const char *slug;
	unsigned wanted;
	unsigned playing;
	unsigned stalls;
	double begun_s;
	GArray *waits_ms; /* double: from all that join at once to what each joined with */
	GArray *ages_ms;  /* double */
	GZlibDecompressor *unzip;
} Crowd;

static double now_s(void)
{
	return (double)g_get_real_time() / 1e6;
}

static guint64 key_of(guint64 msn, unsigned index)
{
	return msn << 8 | index;
}

/* --- Asking --- */

static void ask(const Crowd *crowd, Player *player, const char *file, const char *query)
{
	g_autofree char *text = g_strdup_printf(
		"GET /live/%s/%s%s HTTP/1.1\r\nHost: localhost:%d\r\nCookie: %s\r\n"
		"Accept-Encoding: gzip\r\n\r\n",
		crowd->slug, file, query, crowd->port, player->cookie);

	if (send(player->fd, text, strlen(text), 0) != (ssize_t)strlen(text))
		g_error("A request could not be sent: %s", g_strerror(errno));
	g_byte_array_set_size(player->answer, 0);
}

static void ask_next(const Crowd *crowd, Player *player)
{
	char file[64];

	player->fetching = player->fetched < player->queued;
	if (!player->fetching) {
		ask(crowd, player, "index.m3u8", player->reload);
		return;
	}
	snprintf(file, sizeof file, "part_%" PRIu64 "_%u.m4s", player->queue[player->fetched].msn,
		 player->queue[player->fetched].index);
	ask(crowd, player, file, "");
}

/* --- The playlist --- */

static double date_s(const char *text)
{
	g_autofree char *date = g_strndup(text, strcspn(text, "\n"));
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(date, NULL);

	g_assert(time);
	return (double)g_date_time_to_unix(time) + g_date_time_get_microsecond(time) / 1e6;
}

/* The parts that were not queued yet. */
static void read_parts(Player *player, char *text, GArray *ret_parts)
{
	double time_s = 0;
	char *rest = NULL;
	double lasts_s;
	Part part;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (g_str_has_prefix(line, "#EXT-X-PROGRAM-DATE-TIME:"))
			time_s = date_s(strchr(line, ':') + 1);
		else if (g_str_has_prefix(line, "#EXT-X-SERVER-CONTROL:"))
			player->hold_s = g_ascii_strtod(strstr(line, "HOLD-BACK=") + 10, NULL);
		else if (sscanf(line, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part_%" SCNu64 "_%u", &part.msn,
				&part.index) == 2)
			snprintf(player->reload, sizeof player->reload, "?_HLS_msn=%" PRIu64 "&_HLS_part=%u",
				 part.msn, part.index);
		else if (sscanf(line, "#EXT-X-PART:DURATION=%lf,URI=\"part_%" SCNu64 "_%u", &lasts_s, &part.msn,
				&part.index) == 3) {
			part.start_s = time_s;
			part.end_s = time_s += lasts_s;
			if (key_of(part.msn, part.index) >= player->next)
				g_array_append_val(ret_parts, part);
		}
	}
}

static void take_playlist(Player *player, char *text)
{
	g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(Part));
	double end_s;

	read_parts(player, text, parts);
	player->queued = player->fetched = 0;
	if (parts->len == 0)
		return;
	end_s = g_array_index(parts, Part, parts->len - 1).end_s;
	for (guint i = 0; i < parts->len; i++) {
		Part *part = &g_array_index(parts, Part, i);

		/* Who joins begins with the part in which the playhead will stand. */
		if (player->parts == 0 && part->end_s <= end_s - player->hold_s)
			continue;
		g_assert(player->queued < QUEUED_MAX);
		player->queue[player->queued++] = *part;
		player->next = key_of(part->msn, part->index) + 1;
	}
}

/* --- A part --- */

static double newest_stamp_s(const guint8 *data, gsize size)
{
	for (gsize at = size; at-- > STAMP_BYTES * 2;) {
		const guint8 *place = data + at - STAMP_BYTES * 2;

		if (*place == STAMP[0] && memcmp(place, STAMP, STAMP_BYTES) == 0)
			return (double)g_ascii_strtoll((const char *)place + STAMP_BYTES, NULL, 10) / 1e6;
	}
	g_error("A part without a stamp");
}

static void take_part(Crowd *crowd, Player *player, const guint8 *data, gsize size)
{
	const Part *part = &player->queue[player->fetched++];
	double arrived_s = now_s();
	bool is_newest = player->fetched == player->queued;
	double late_s;

	player->parts++;
	/* It plays when it has what it joined with; those parts are old because they were there. */
	if (!player->plays) {
		double wait_ms = (arrived_s - crowd->begun_s) * 1000;

		if (!is_newest)
			return;
		player->plays = true;
		player->behind_s = arrived_s - (part->end_s - player->hold_s);
		g_array_append_val(crowd->waits_ms, wait_ms);
		return;
	}
	late_s = arrived_s - player->behind_s - part->start_s;
	if (late_s > 0) {
		crowd->stalls++;
		player->behind_s += late_s;
	}
	if (is_newest) {
		double age_ms = (arrived_s - newest_stamp_s(data, size)) * 1000;

		g_array_append_val(crowd->ages_ms, age_ms);
	}
}

/* --- Answers --- */

/* The length of a whole chunked body, taken together in place; -1: not all is there. */
static gssize join_chunks(guint8 *body, gsize size)
{
	gsize from = 0;
	gsize to = 0;

	while (from < size) {
		char *end;
		const guint8 *line = memchr(body + from, '\n', size - from);
		gsize length = line ? (gsize)strtoul((char *)body + from, &end, 16) : 0;

		if (!line)
			return -1;
		from = (gsize)(line - body) + 1;
		if (length + 2 > size - from)
			return -1;
		if (length == 0)
			return (gssize)to;
		memmove(body + to, body + from, length);
		to += length;
		from += length + 2;
	}
	return -1;
}

static char *unzipped(Crowd *crowd, const guint8 *data, gsize size)
{
	const gsize most = 64 * 1024;
	char *text = g_malloc(most + 1);
	gsize read;
	gsize written;

	g_converter_reset(G_CONVERTER(crowd->unzip));
	if (g_converter_convert(G_CONVERTER(crowd->unzip), data, size, text, most,
				G_CONVERTER_INPUT_AT_END, &read, &written, NULL) != G_CONVERTER_FINISHED)
		g_error("A playlist that cannot be unzipped");
	text[written] = '\0';
	return text;
}

static void take_answer(Crowd *crowd, Player *player, const char *head, guint8 *body, gsize size)
{
	g_autofree char *text = NULL;

	if (player->fetching) {
		take_part(crowd, player, body, size);
	} else {
		text = strstr(head, "Content-Encoding: gzip") ? unzipped(crowd, body, size)
							      : g_strndup((char *)body, size);
		take_playlist(player, text);
	}
	if (player->parts < crowd->wanted) {
		ask_next(crowd, player);
		return;
	}
	close(player->fd);
	crowd->playing--;
}

static void on_readable(Crowd *crowd, Player *player)
{
	static guint8 buffer[READ_MAX];
	ssize_t size = recv(player->fd, buffer, sizeof buffer, 0);
	g_autofree char *head = NULL;
	const char *length;
	guint8 *body;
	gssize whole;
	gsize there;

	if (size <= 0)
		g_error("A connection ended: %s", size < 0 ? g_strerror(errno) : "closed");
	g_byte_array_append(player->answer, buffer, (guint)size);
	body = memmem(player->answer->data, player->answer->len, "\r\n\r\n", 4);
	if (!body)
		return;
	head = g_strndup((char *)player->answer->data, (gsize)(body - player->answer->data));
	if (!g_str_has_prefix(head, "HTTP/1.1 200"))
		g_error("An answer was no success: %s", head);
	body += 4;
	there = player->answer->len - (gsize)(body - player->answer->data);
	length = strstr(head, "Content-Length: ");
	if (!length && there >= 5 && memcmp(body + there - 5, "0\r\n\r\n", 5) != 0)
		return;
	whole = length ? (gssize)strtoul(length + strlen("Content-Length: "), NULL, 10)
		       : join_chunks(body, there);
	if (whole >= 0 && (!length || there >= (gsize)whole))
		take_answer(crowd, player, head, body, (gsize)whole);
}

/* --- Life --- */

static Player *player_new(const Crowd *crowd, const char *cookie)
{
	struct sockaddr_in front = {.sin_family = AF_INET, .sin_port = htons((guint16)crowd->port)};
	Player *player = g_new0(Player, 1);
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = player};

	front.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	player->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	player->cookie = g_strdup(cookie);
	player->answer = g_byte_array_new();
	if (connect(player->fd, (struct sockaddr *)&front, sizeof front) < 0 ||
	    epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, player->fd, &event) < 0)
		g_error("A player could not connect: %s", g_strerror(errno));
	return player;
}

static void player_free(void *data)
{
	Player *player = data;

	g_free(player->cookie);
	g_byte_array_unref(player->answer);
	g_free(player);
}

static GPtrArray *gather(Crowd *crowd, unsigned count)
{
	GPtrArray *players = g_ptr_array_new_with_free_func(player_free);
	char line[1024];

	while (crowd->playing < count && fgets(line, sizeof line, stdin)) {
		Player *player = player_new(crowd, g_strchomp(line));

		g_ptr_array_add(players, player);
		crowd->playing++;
	}
	crowd->begun_s = now_s();
	for (guint i = 0; i < players->len; i++)
		ask_next(crowd, players->pdata[i]);
	return players;
}

static int compare(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return difference < 0 ? -1 : difference > 0;
}

static double at(GArray *numbers, double share)
{
	guint place = (guint)((double)numbers->len * share);

	g_array_sort(numbers, compare);
	return g_array_index(numbers, double, MIN(place, numbers->len - 1));
}

int main(int argc, char *argv[])
{
	Crowd crowd = {.epoll = epoll_create1(EPOLL_CLOEXEC)};
	g_autoptr(GPtrArray) players = NULL;
	struct epoll_event events[64];

	g_assert(argc == 5);
	crowd.port = atoi(argv[1]);
	crowd.slug = argv[2];
	crowd.wanted = (unsigned)atoi(argv[3]);
	crowd.ages_ms = g_array_new(FALSE, FALSE, sizeof(double));
	crowd.waits_ms = g_array_new(FALSE, FALSE, sizeof(double));
	crowd.unzip = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
	players = gather(&crowd, (unsigned)atoi(argv[4]));
	while (crowd.playing > 0) {
		int count = epoll_wait(crowd.epoll, events, G_N_ELEMENTS(events), -1);

		for (int i = 0; i < count; i++)
			on_readable(&crowd, events[i].data.ptr);
	}
	printf("{\"parts\":%u,\"p50_ms\":%.1f,\"p95_ms\":%.1f,\"p99_ms\":%.1f,\"stalls\":%u,\"join_ms\":%.1f}\n",
	       crowd.ages_ms->len, at(crowd.ages_ms, 0.5), at(crowd.ages_ms, 0.95),
	       at(crowd.ages_ms, 0.99), crowd.stalls, at(crowd.waits_ms, 0.99));
	return 0;
}
