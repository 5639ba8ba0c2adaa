/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One file at a time. After each piece the next is chosen anew, so that something small and new does
 * not wait behind something large; how far a file is says the end that takes it. */
#include "uplink/travel-private.h"

#include "base/log.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PAUSE_FIRST_MS 1000
#define PAUSE_MOST_MS  (30 * 60 * 1000)
#define AGAIN_MS       (30 * 1000) /* after what the disk or the line refused */
#define MISSING_MS     (24 * 3600 * 1000LL) /* how often the cloud is asked what it lacks */
#define MISSING_SOON_MS (60 * 1000) /* the same, when it did not answer */

struct Travel {
	Uplink *uplink;
	bool runs;
	Journey now; /* address "": nothing is under way */
	int64_t at;  /* of it, in bytes; -1: to be asked */
	int64_t told; /* a piece that was sent from here, to see that it moves; -1: none */
	uint64_t bytes_sent, bytes_taken;
	PieceAsk *ask;
	FileTaking *taking;
	UplinkAsk *missing;
	int64_t missing_due_ms; /* boot time; 0: at once */
	GPtrArray *named;   /* of Picture: since the last look */
	GPtrArray *doubted; /* of addresses: perhaps nobody's any more, or not here */
	bool live;	    /* the line, as it was seen last */
	bool hurry;	    /* nobody waits out a pause */
	bool all;	    /* rows have to be looked at as a whole */
	const char *trouble; /* a literal code; NULL: none */
	char *troubled;	    /* the address that has it */
	guint look, timer;
	struct Pause *pause; /* until what was written can be read; NULL: nothing was */
};

/* Outlives the room, as a turn may. */
typedef struct Pause {
	Travel *travel; /* NULL: it is gone, or stands */
} Pause;

static const struct {
	const char *code;
	const char *text;
} TROUBLES[] = {
	{"cloud-no-answer", "The cloud's own door does not answer"},
	{"cloud-no-space", "The cloud has no room for this school's files"},
	{"cloud-refused", "The cloud does not take files from this server"},
	{"no-space", "This server has no room for the files of the cloud"},
	{"file-wrong", "A file came that is not what its address says"},
};

/* --- How it stands --- */

uint64_t travel_sent(const Travel *self)
{
	return self->bytes_sent;
}

uint64_t travel_taken(const Travel *self)
{
	return self->bytes_taken;
}

json_t *travel_to_json(const Travel *self)
{
	int64_t files, bytes, down, none;
	json_t *trouble = json_null();

	rows_count(self->uplink, WAY_UP, &files, &bytes);
	rows_count(self->uplink, WAY_DOWN, &down, &none);
	for (size_t i = 0; self->trouble && i < G_N_ELEMENTS(TROUBLES); i++)
		if (strcmp(TROUBLES[i].code, self->trouble) == 0)
			trouble = json_pack("{ss ss}", "code", TROUBLES[i].code, "text", TROUBLES[i].text);
	return json_pack("{sI sI sI so}", "to_send", (json_int_t)files, "to_send_bytes", (json_int_t)bytes,
	                 "to_fetch", (json_int_t)down, "trouble", trouble);
}

/* What the page of the cloud says counts: files leave when all of their kinds may. */
static bool may_leave(const Uplink *uplink)
{
	const char *kind;

	for (unsigned i = 0; (kind = pictures_kind(uplink->options.pictures, i)); i++)
		if (!sync_may_leave(uplink->sync, kind))
			return false;
	return true;
}

static void put_down(Travel *self)
{
	if (self->ask)
		piece_ask_cancel(self->ask);
	if (self->taking)
		file_taking_cancel(self->taking);
	self->ask = NULL;
	self->taking = NULL;
	self->now.address[0] = '\0';
}

static gboolean on_look(void *data);

void travel_look(Travel *self)
{
	if (!self->look && self->runs)
		self->look = g_idle_add_full(G_PRIORITY_DEFAULT, on_look, self, NULL);
}

static gboolean on_timer(void *data)
{
	Travel *self = data;

	self->timer = 0;
	travel_look(self);
	return G_SOURCE_REMOVE;
}

static void wait_for(Travel *self, int64_t pause_ms)
{
	g_clear_handle_id(&self->timer, g_source_remove);
	self->timer = g_timeout_add((guint)CLAMP(pause_ms, 1, MISSING_MS), on_timer, self);
}

static void try_again(Travel *self)
{
	wait_for(self, AGAIN_MS);
}

/* --- The end of a journey, or a pause --- */

static void tell(Travel *self, const char *trouble, const char *address)
{
	g_autofree char *troubled = trouble ? g_strdup(address) : NULL;

	self->trouble = trouble;
	g_free(self->troubled);
	self->troubled = g_steal_pointer(&troubled);
	g_clear_pointer(&self->uplink->told, g_free);
	uplink_changed(self->uplink);
}

/* What had it is on no way any more. */
static void forget_trouble(Travel *self)
{
	if (self->trouble)
		tell(self, NULL, NULL);
}

static void arrive(Travel *self)
{
	if (self->now.way == WAY_DOWN)
		pictures_came(self->uplink->options.pictures);
	/* A full disk cannot note it: then it waits for the next look, and is found to be there. */
	if (rows_end(self->uplink, self->now.address, NULL))
		travel_look(self);
	else
		try_again(self);
	put_down(self);
	tell(self, NULL, NULL);
}

static void delay(Travel *self, const char *trouble)
{
	int64_t pause_ms = PAUSE_FIRST_MS << MIN(self->now.tries, 11);
	int64_t due_ms = events_now_ms(self->uplink->events) + MIN(pause_ms, PAUSE_MOST_MS);

	if (trouble && g_strcmp0(trouble, self->trouble) != 0)
		log_write(LOG_WARNING, "A file does not travel to or from the cloud: %s", trouble);
	tell(self, trouble, self->now.address);
	if (rows_delay(self->uplink, self->now.address, due_ms, NULL))
		travel_look(self);
	else
		try_again(self);
	put_down(self);
}

/* What no other answer means: NULL: the cloud does not know of the file yet, or has let go of it. */
static const char *trouble_of(const PieceAnswer *answer)
{
	if (answer->status == 0)
		return "cloud-no-answer";
	if (answer->status == 507)
		return "cloud-no-space";
	return answer->status == 404 || answer->status == 503 ? NULL : "cloud-refused";
}

/* --- Up --- */

static void go_on(Travel *self);

static void on_sent(void *data, const PieceAnswer *answer)
{
	Travel *self = data;
	bool moves = answer->has >= 0 && answer->has <= self->now.size && answer->has != self->told;

	self->ask = NULL;
	if (answer->status == 201 || (self->at < 0 && answer->status == 200)) {
		arrive(self);
	} else if (answer->status == 202) {
		self->at = MIN(self->at + FILE_PIECE_MOST, self->now.size);
		travel_look(self);
	} else if ((answer->status == 409 || (self->at < 0 && answer->status == 404)) && moves) {
		self->told = answer->has;
		self->at = answer->has < self->now.size ? answer->has : 0; /* all but its name is there */
		go_on(self);
	} else {
		delay(self, trouble_of(answer));
	}
}

static void doubt(Travel *self, const char *address)
{
	g_ptr_array_add(self->doubted, g_strdup(address));
}

static GBytes *read_piece(const Uplink *uplink, const char *address, int64_t at)
{
	g_autofree char *path = files_path(uplink->options.files, address);
	g_autofree char *bytes = g_malloc(FILE_PIECE_MOST);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd >= 0 ? pread(fd, bytes, FILE_PIECE_MOST, at) : -1;

	if (fd >= 0)
		close(fd);
	return got > 0 ? g_bytes_new_take(g_steal_pointer(&bytes), (gsize)got) : NULL;
}

static void send_piece(Travel *self)
{
	const char *address = self->now.address;
	g_autoptr(GBytes) bytes = NULL;

	if (self->at < 0 && self->now.size > FILE_PIECE_MOST) {
		self->ask = piece_ask_down(self->uplink, address, 0, 0, on_sent, self);
		return;
	}
	self->at = MAX(self->at, 0);
	bytes = read_piece(self->uplink, address, self->at);
	if (!bytes) {
		doubt(self, address); /* it is not here any more */
		return;
	}
	self->ask = piece_ask_up(self->uplink, address, self->at, self->now.size, bytes, on_sent, self);
	if (self->ask)
		self->bytes_sent += g_bytes_get_size(bytes);
}

/* --- Down --- */

static void on_kept(void *data, int64_t has, bool whole, const GError *failure)
{
	Travel *self = data;

	self->taking = NULL;
	if (whole)
		arrive(self);
	else if (!failure)
		travel_look(self);
	else
		delay(self, error_is(failure, ERROR_NO_SPACE) ? "no-space"
		            : g_str_equal(error_reason_of(failure), "file-wrong") ? "file-wrong"
		                                                                  : NULL);
}

static void on_came(void *data, const PieceAnswer *answer)
{
	Travel *self = data;
	int64_t total = answer->status == 206 ? answer->total : -1;
	FilePiece piece;

	self->ask = NULL;
	if (answer->status == 416) /* what lies here is longer than the file: it was never a part of it */
		files_remove_part(self->uplink->options.files, self->now.address);
	if (total < 0 || !answer->bytes) {
		delay(self, answer->status == 416 ? NULL : trouble_of(answer));
		return;
	}
	self->bytes_taken += g_bytes_get_size(answer->bytes);
	piece = (FilePiece){self->now.address, self->at, total, answer->bytes, 0};
	self->taking = files_take_piece(self->uplink->options.files, &piece, on_kept, self);
}

static void fetch_piece(Travel *self)
{
	const char *address = self->now.address;

	self->at = files_part_size(self->uplink->options.files, address);
	self->ask = piece_ask_down(self->uplink, address, self->at, FILE_PIECE_MOST, on_came, self);
}

/* --- What is next --- */

static void go_on(Travel *self)
{
	if (self->now.way == WAY_UP)
		send_piece(self);
	else
		fetch_piece(self);
	if (self->ask)
		return;
	put_down(self); /* the desk is full */
	wait_for(self, PAUSE_FIRST_MS);
}

static void ask_missing(Travel *self, const char *cursor);

static void on_missing(void *data, unsigned status, const json_t *body, const GError *failure)
{
	Travel *self = data;
	const json_t *missing = json_object_get(body, "missing");
	const char *cursor = json_string_value(json_object_get(body, "next_cursor"));
	bool known = !failure && status == 200 &&
	             (json_array_size(missing) == 0 || rows_renew(self->uplink, missing, NULL));

	self->missing = NULL;
	self->missing_due_ms = clock_boot_ms() + (known ? MISSING_MS : MISSING_SOON_MS);
	if (known && file_address_is_valid(cursor))
		ask_missing(self, cursor);
	travel_look(self);
}

/* What the cloud lacks behind this one; NULL: from the beginning. */
static void ask_missing(Travel *self, const char *cursor)
{
	g_autofree char *path = g_strconcat("/files", cursor ? "?cursor=" : NULL, cursor, NULL);

	self->missing_due_ms = clock_boot_ms() + MISSING_SOON_MS;
	self->missing = uplink_ask(self->uplink, "GET", path, NULL, on_missing, self, NULL);
}

static bool look_at_rows(Travel *self)
{
	if (self->all && !rows_name_all(self->uplink, NULL))
		return false;
	if (!self->all && self->named->len && !rows_name(self->uplink, self->named, NULL))
		return false;
	if (!self->all && self->doubted->len && !rows_update(self->uplink, self->doubted, NULL))
		return false;
	if (self->hurry && !rows_hurry(self->uplink, NULL))
		return false;
	self->all = self->hurry = false;
	g_ptr_array_set_size(self->named, 0);
	g_ptr_array_set_size(self->doubted, 0);
	return true;
}

/* due_ms: when the first of what waits may go; 0: nothing waits. */
static void rest(Travel *self, int64_t due_ms)
{
	int64_t pause_ms = self->missing_due_ms - clock_boot_ms();

	if (due_ms)
		pause_ms = MIN(pause_ms, due_ms - events_now_ms(self->uplink->events));
	else
		forget_trouble(self);
	wait_for(self, pause_ms);
}

static void choose(Travel *self)
{
	Journey next;
	int64_t due_ms;

	if (!rows_find_next(self->uplink, &next, &due_ms, NULL)) {
		try_again(self);
		return;
	}
	if (!*next.address) {
		rest(self, due_ms);
		return;
	}
	if (strcmp(next.address, self->now.address) != 0) {
		self->now = next;
		self->at = self->told = -1;
	}
	go_on(self);
}

/* It may be said in the middle of a turn: the loop does it. Without a line nothing is due. */
void travel_line(Travel *self, bool live)
{
	if (live == self->live)
		return;
	self->live = live;
	if (!live) {
		g_clear_handle_id(&self->timer, g_source_remove);
		return;
	}
	self->hurry = true;
	self->missing_due_ms = 0;
	travel_look(self);
}

static void look_on(Travel *self)
{
	travel_line(self, uplink_status(self->uplink).state == UPLINK_LIVE);
	if (!self->live || self->ask || self->taking)
		return;
	if (!may_leave(self->uplink)) {
		forget_trouble(self);
		return;
	}
	/* One that was restored may lack what had arrived. */
	if (!self->missing && clock_boot_ms() >= self->missing_due_ms)
		ask_missing(self, NULL);
	choose(self);
}

static void on_turn_over(void *data, const GError *failure)
{
	Travel *self = ((Pause *)data)->travel;

	if (!self)
		return;
	self->pause = NULL;
	if (failure)
		try_again(self);
	else
		look_on(self);
}

/* What was written in this turn is read when it has ended. */
static gboolean on_look(void *data)
{
	Travel *self = data;

	self->look = 0;
	if (!look_at_rows(self)) {
		try_again(self);
	} else if (!self->pause) {
		self->pause = g_new(Pause, 1);
		self->pause->travel = self;
		store_after_commit(self->uplink->store, on_turn_over, self->pause, g_free);
	}
	return G_SOURCE_REMOVE;
}

/* --- What other rooms' rows name --- */

static void on_named(void *room, const Picture *picture)
{
	Travel *self = room;

	if (!self->runs)
		return; /* with a link all are looked at */
	g_ptr_array_add(self->named, picture_new(picture->large, picture->small));
	travel_look(self);
}

static void on_let_go(void *room, const char *address)
{
	Travel *self = room;

	if (!self->runs)
		return;
	if (strcmp(self->now.address, address) == 0)
		put_down(self);
	if (g_strcmp0(self->troubled, address) == 0)
		forget_trouble(self);
	doubt(self, address);
	travel_look(self);
}

/* --- Beginning and end --- */

void travel_start(Travel *self)
{
	self->runs = true;
	self->all = true;
	self->missing_due_ms = 0;
	travel_look(self);
}

void travel_stop(Travel *self)
{
	put_down(self);
	if (self->pause)
		self->pause->travel = NULL;
	self->pause = NULL;
	if (self->missing)
		uplink_ask_cancel(self->missing);
	self->missing = NULL;
	g_clear_handle_id(&self->look, g_source_remove);
	g_clear_handle_id(&self->timer, g_source_remove);
	g_ptr_array_set_size(self->named, 0);
	g_ptr_array_set_size(self->doubted, 0);
	g_clear_pointer(&self->troubled, g_free);
	self->trouble = NULL;
	self->live = false;
	self->runs = false;
}

void travel_forget(Travel *self)
{
	travel_stop(self);
	(void)rows_remove(self->uplink, NULL);
}

Travel *travel_new(Uplink *uplink)
{
	static const PictureWatch WATCH = {on_named, on_let_go};
	Travel *self = g_new0(Travel, 1);

	self->uplink = uplink;
	self->named = g_ptr_array_new_with_free_func(picture_free);
	self->doubted = g_ptr_array_new_with_free_func(g_free);
	if (uplink->folder)
		pictures_set_watch(uplink->options.pictures, &WATCH, self);
	return self;
}

void travel_free(Travel *self)
{
	if (!self)
		return;
	pictures_set_watch(self->uplink->options.pictures, NULL, NULL);
	travel_stop(self);
	g_ptr_array_unref(self->named);
	g_ptr_array_unref(self->doubted);
	g_free(self);
}
