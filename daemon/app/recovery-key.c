/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The recovery key of backups. Its secret half is answered once, for paper, and is on no disk. Who was
 * shown it at a page says that it is on paper by typing its end: only then is it the key. */
#include "app/backups-private.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/maker.h"

#include <string.h>
#include <sys/stat.h>

#define SECRET_PREFIX "AGE-SECRET-KEY-"
#define PUBLIC_PREFIX "# public key: "
#define ENDING_LENGTH 6
#define OFFER_MS      (60LL * 60 * 1000)
#define OFFER_TRIES   5

struct KeyOffer {
	char *public;
	char *ending; /* of the secret half; nothing more of it is kept, and this in memory alone */
	int64_t until_boot_ms;
	int tries;
};

void key_offer_free(KeyOffer *offer)
{
	if (!offer)
		return;
	g_free(offer->public);
	secret_free(offer->ending);
	g_free(offer);
}

static char *public_path(const Config *config)
{
	return g_build_filename(config->data_directory, "recovery.pub", NULL);
}

int64_t recovery_key_made_ms(const Config *config)
{
	g_autofree char *path = public_path(config);
	struct stat info;

	return stat(path, &info) == 0 ? (int64_t)info.st_mtime * 1000 : 0;
}

/* Only a half that is on the disk is worth the other on paper. */
static bool keep_public(const Config *config, const char *public, GError **error)
{
	g_autofree char *path = public_path(config);
	g_autofree char *line = g_strconcat(public, "\n", NULL);
	g_autoptr(GError) cause = NULL;

	return g_file_set_contents_full(path, line, -1,
	                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &cause) ||
	       error_set(error,
	                 g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? ERROR_NO_SPACE : ERROR_INTERNAL,
	                 "The recovery key could not be kept: %s", cause->message);
}

/* --- Making one --- */

typedef struct {
	Backups *backups;
	Request *request; /* NULL: who asked is gone */
	GCancellable *cancellable;
	bool at_once; /* the console: it is the key from now on */
	char *secret;
	char *public;
	GError *failure;
} Making;

static void making_free(Making *self)
{
	g_object_unref(self->cancellable);
	secret_free(self->secret);
	g_free(self->public);
	g_clear_error(&self->failure);
	g_free(self);
}

static void on_gone(void *data)
{
	Making *self = data;

	self->request = NULL;
	g_cancellable_cancel(self->cancellable);
}

static void offer(Making *self)
{
	KeyOffer *made = g_new0(KeyOffer, 1);

	made->public = g_strdup(self->public);
	made->ending = g_strdup(self->secret + strlen(self->secret) - ENDING_LENGTH);
	made->until_boot_ms = clock_boot_ms() + OFFER_MS;
	made->tries = OFFER_TRIES;
	key_offer_free(self->backups->offer);
	self->backups->offer = made;
}

static void replace_key(Backups *self, const char *what)
{
	log_write(LOG_NOTICE, "%s", what);
	/* Copies before it do not open with it. */
	backups_begin(self);
	events_signal(self->events, "admins", "server", "", "{}");
}

static bool answer_key(void *room, Request *request, GError **error)
{
	Making *self = room;
	const Config *config = self->backups->config;
	g_autofree char *box_key = g_build_filename(config->data_directory, "box.key", NULL);
	char mark[MAKER_MARK_SIZE];
	SignPair pair;

	if (self->failure) {
		g_propagate_error(error, g_steal_pointer(&self->failure));
		return false;
	}
	if (!maker_load(box_key, &pair, error) ||
	    (self->at_once && !keep_public(config, self->public, error)))
		return false;
	maker_mark(pair.public, mark);
	explicit_bzero(&pair, sizeof pair);
	if (self->at_once)
		replace_key(self->backups, "A new recovery key of backups was made and shown at the console");
	else
		offer(self);
	request_reply_object(request, 201, json_pack("{ss ss ss}", "secret", self->secret, "public",
	                                             self->public, "maker", mark));
	return true;
}

static void read_key(Making *self, const char *said)
{
	g_auto(GStrv) lines = g_strsplit(said, "\n", -1);

	for (char **line = lines; *line; line++) {
		if (g_str_has_prefix(*line, SECRET_PREFIX))
			self->secret = g_strdup(*line);
		if (g_str_has_prefix(*line, PUBLIC_PREFIX))
			self->public = g_strdup(*line + strlen(PUBLIC_PREFIX));
		explicit_bzero(*line, strlen(*line));
	}
}

static void on_made(GObject *source, GAsyncResult *result, void *data)
{
	Making *self = data;
	g_autoptr(GError) cause = NULL;
	char *said = NULL;

	if (!g_subprocess_communicate_utf8_finish(G_SUBPROCESS(source), result, &said, NULL, &cause))
		error_set(&self->failure, ERROR_INTERNAL, "age-keygen: %s", cause->message);
	else
		read_key(self, said ? said : "");
	secret_free(said);
	if (!self->failure && !(self->secret && self->public))
		error_set(&self->failure, ERROR_UNAVAILABLE, "age-keygen made no key");
	if (self->request)
		request_resume(self->request, answer_key, self);
	making_free(self);
}

static bool make(Backups *self, Request *request, bool at_once, GError **error)
{
	g_autoptr(GError) cause = NULL;
	g_autoptr(GSubprocess) program =
	        g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &cause,
	                         "age-keygen", NULL);
	Making *making;

	if (!program)
		return error_set(error, ERROR_UNAVAILABLE,
		                 "The program age-keygen could not be started: %s. Is the package age "
		                 "installed?",
		                 cause->message);
	making = g_new0(Making, 1);
	making->backups = self;
	making->request = request;
	making->at_once = at_once;
	making->cancellable = g_cancellable_new();
	request_hold(request, on_gone, making);
	g_subprocess_communicate_utf8_async(program, NULL, making->cancellable, on_made, making);
	return true;
}

/* --- The ways in --- */

static bool make_offered(void *room, Request *request, GError **error)
{
	return make(room, request, false, error);
}

bool post_recovery_key(void *room, Request *request, GError **error)
{
	Backups *self = room;
	const char *password = NULL;
	const Field fields[] = {{"password", FIELD_TEXT, true, 256, &password}, {0}};

	return json_read(request_body(request), fields, error) && backups_check_here(self, error) &&
	       people_ask_password(self->people, request, password, make_offered, self, error);
}

bool post_console_key(void *room, Request *request, GError **error)
{
	return backups_check_here(room, error) && make(room, request, true, error);
}

static bool check_ending(Backups *self, const char *ending, GError **error)
{
	KeyOffer *offer = self->offer;
	g_autofree char *typed = g_ascii_strup(ending, -1);
	bool right = strcmp(g_strstrip(typed), offer->ending) == 0;

	explicit_bzero(typed, strlen(typed));
	if (right)
		return true;
	if (--offer->tries <= 0)
		g_clear_pointer(&self->offer, key_offer_free);
	return error_reason(error, ERROR_FORBIDDEN, "wrong-ending", "ending",
	                    "These are not the last six characters of the key that was shown");
}

bool put_recovery_key(void *room, Request *request, GError **error)
{
	Backups *self = room;
	const char *public = NULL;
	const char *ending = NULL;
	const Field fields[] = {{"public", FIELD_TEXT, true, 100, &public},
	                        {"ending", FIELD_TEXT, true, 20, &ending},
	                        {0}};

	if (!json_read(request_body(request), fields, error) || !backups_check_here(self, error))
		return false;
	if (self->offer && self->offer->until_boot_ms < clock_boot_ms())
		g_clear_pointer(&self->offer, key_offer_free);
	if (!self->offer || strcmp(public, self->offer->public) != 0)
		return error_set(error, ERROR_NOT_FOUND,
		                 "This key was shown too long ago, or another one after it: make a new one");
	if (!check_ending(self, ending, error) || !keep_public(self->config, public, error))
		return false;
	g_clear_pointer(&self->offer, key_offer_free);
	replace_key(self, "A new recovery key of backups was printed by an administrator");
	request_reply_empty(request);
	return true;
}
