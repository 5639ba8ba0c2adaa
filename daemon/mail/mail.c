/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A message becomes a job of urok-errands. */
#include "mail/mail-private.h"

#include "base/clock.h"
#include "base/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE_S    60
#define PASSWORD_MAX  1024
#define AUTHORITY_MAX (48 * 1024) /* a job is a line of 64 KiB */
#define ADDRESS_MAX   254         /* RFC 5321 §4.5.3.1.3 */

const Migration MAIL_MIGRATION = {.resource = "/urok/mail/mail-schema.sql"};
const Migration MAIL_NAMED_MIGRATION = {.resource = "/urok/mail/mail-named-schema.sql"};

bool mail_is_address(const char *text)
{
	return strlen(text) <= ADDRESS_MAX &&
	       g_regex_match_simple("^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
	                            "[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$",
	                            text, G_REGEX_DOLLAR_ENDONLY, 0);
}

/* --- What lies in files --- */

static bool refuse_file(const char *path, const char *why, GError **error)
{
	return error_reason(error, ERROR_CONFLICT, "mail-password-file", NULL, "%s: %s", path, why);
}

/* LoadCredential= lets the service's user read by an ACL, whose mask stands in the place of the group. */
static bool is_credential(const char *path)
{
	const char *folder = g_getenv("CREDENTIALS_DIRECTORY");

	return folder && *folder && g_str_has_prefix(path, folder) && path[strlen(folder)] == '/';
}

/* Whoever may read it may send mail in the school's name. */
static bool check_private(int fd, const char *path, GError **error)
{
	struct stat status;

	if (fd < 0)
		return refuse_file(path, g_strerror(errno), error);
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
		return refuse_file(path, "it is no file", error);
	if (status.st_mode & (is_credential(path) ? S_IRWXO : S_IRWXG | S_IRWXO))
		return refuse_file(path, "others may read it; chmod 600 helps", error);
	return true;
}

static char *read_password(const char *path, GError **error)
{
	char text[PASSWORD_MAX] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	bool fine = check_private(fd, path, error);
	ssize_t size = fine ? read(fd, text, sizeof text - 1) : 0;
	char *password;

	if (fd >= 0)
		close(fd);
	if (!fine)
		return NULL;
	text[MAX(size, 0)] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	if (!*text || !g_utf8_validate(text, -1, NULL)) {
		refuse_file(path, "there is no password in it", error);
		return NULL;
	}
	password = g_strdup(text);
	explicit_bzero(text, sizeof text);
	return password;
}

static bool add_password(const Mail *self, json_t *words, GError **error)
{
	char *password;

	if (!*self->options.login)
		return true;
	json_object_set_new(words, "login", json_string(self->options.login));
	if (!*self->options.password_file)
		return true;
	password = read_password(self->options.password_file, error);
	if (!password)
		return false;
	json_object_set_new(words, "password", json_string(password));
	secret_free(password);
	return true;
}

static bool add_authority(const Mail *self, json_t *words, GError **error)
{
	const char *path = self->options.authority_file;
	g_autoptr(GError) cause = NULL;
	g_autofree char *text = NULL;
	gsize size = 0;

	if (!*path)
		return true;
	if (!g_file_get_contents(path, &text, &size, &cause))
		return error_reason(error, ERROR_CONFLICT, "mail-authority-file", NULL, "%s",
		                    cause->message);
	if (size > AUTHORITY_MAX || strlen(text) != size ||
	    json_object_set_new(words, "authority", json_string(text)) != 0)
		return error_reason(error, ERROR_CONFLICT, "mail-authority-file", NULL,
		                    "%s is no PEM file of at most %d bytes", path, AUTHORITY_MAX);
	return true;
}

/* --- The job --- */

static json_t *words_of(const Mail *self, const MailMessage *message, const Id *letter,
                        GError **error)
{
	const MailOptions *options = &self->options;
	g_autoptr(json_t) words = json_pack(
		"{s:s, s:i, s:s, s:s, s:s?, s:s, s:s, s:s}", "server", options->server, "port",
		options->port, "security", options->tls_at_once ? "tls" : "starttls", "from",
		options->from, "from_name", message->from_name, "to", message->to, "subject",
		message->subject, "text", message->text);

	g_assert(words);
	if (letter)
		json_object_set_new(words, "id", json_string(letter->text));
	if (!add_password(self, words, error) || !add_authority(self, words, error))
		return NULL;
	return g_steal_pointer(&words);
}

static bool refuse_set_up(GError **error)
{
	return error_reason(error, ERROR_CONFLICT, "mail-not-set-up", NULL,
	                    "No mail server is configured: the section [mail] of urok.conf says how");
}

Job *mail_send_as(Mail *self, const MailMessage *message, const Id *letter, JobDone done, void *data,
                  GError **error)
{
	JobOrder order = {DESK_LETTERS, "mail", NULL, -1, 0, PATIENCE_S};

	if (!mail_is_address(message->to)) {
		error_reason(error, ERROR_INVALID, "invalid", "address",
		             "An e-mail address looks like name@example.org");
		return NULL;
	}
	if (!mail_is_set_up(self)) {
		refuse_set_up(error);
		return NULL;
	}
	order.words = words_of(self, message, letter, error);
	return order.words ? jobs_add(self->options.jobs, &order, done, data, error) : NULL;
}

Job *mail_send(Mail *self, const MailMessage *message, JobDone done, void *data, GError **error)
{
	return mail_send_as(self, message, NULL, done, data, error);
}

bool mail_is_set_up(const Mail *self)
{
	return *self->options.server && *self->options.from;
}

const char *mail_outcome(const JobAnswer *answer, const GError *failure, int *ret_server_code)
{
	const json_t *facts = answer && !failure ? answer->facts : NULL;

	*ret_server_code = (int)json_integer_value(json_object_get(facts, "server_code"));
	return facts ? json_string_value(json_object_get(facts, "reason")) : "mail-not-done";
}

Mail *mail_new(const MailOptions *options)
{
	Mail *self = g_new0(Mail, 1);

	self->options.jobs = options->jobs;
	self->options.store = options->store;
	queue_init(self);
	if (self->options.store)
		store_add_person_data(self->options.store, &MAIL_PERSON_DATA, self);
	mail_follow(self, options);
	return self;
}

void mail_set_now(Mail *self, int64_t (*now_ms)(void *room), void *room)
{
	self->now_ms = now_ms;
	self->clock = room;
}

int64_t mail_now_ms(const Mail *self)
{
	return self->now_ms ? self->now_ms(self->clock) : clock_wall_ms();
}

void mail_set_school_name(Mail *self, char *(*dup_name)(void *room), void *room)
{
	self->dup_school_name = dup_name;
	self->school_room = room;
}

static void keep(const char **ret, const char *text)
{
	g_free((char *)*ret);
	*ret = g_strdup(text);
}

static void set_options(Mail *self, const MailOptions *options)
{
	keep(&self->options.server, options->server);
	keep(&self->options.from, options->from);
	keep(&self->options.login, options->login);
	keep(&self->options.password_file, options->password_file);
	keep(&self->options.authority_file, options->authority_file);
	self->options.port = options->port;
	self->options.tls_at_once = options->tls_at_once;
	self->options.retry_s = options->retry_s;
}

void mail_follow(Mail *self, const MailOptions *options)
{
	set_options(self, options);
	queue_open_way(self);
}

void mail_free(Mail *self)
{
	static const MailOptions NOTHING = {0};

	if (!self)
		return;
	queue_clear(self);
	set_options(self, &NOTHING);
	g_free(self);
}
