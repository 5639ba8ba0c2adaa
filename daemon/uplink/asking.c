/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Requests to the cloud's own door: urok-errands speaks HTTP and TLS, here is what is asked. */
#include "uplink/uplink-private.h"

#include "base/crypto.h"

#include <string.h>

#define PATIENCE_S  60
#define ANSWER_MAX  (256 * 1024)
#define DOOR        "/box/v1"

struct UplinkAsk {
	Uplink *uplink;
	Job *job;
	UplinkAnswered done;
	void *data;
};

static const struct {
	const char *said; /* by urok-errands */
	const char *reason;
	const char *field;
	const char *words;
} FAILURES[] = {
        {"name-not-found", "cloud-name-not-found", "address",
         "There is no machine of this name: is the address right, and is this server in the Internet?"},
        {"no-connection", "cloud-no-connection", "address",
         "The machine of this address takes no connection"},
        {"no-answer", "cloud-no-answer", NULL, "The cloud does not answer"},
        {"no-tls", "cloud-no-tls", "address", "What answers at this address speaks no TLS"},
        {"bad-certificate", "cloud-bad-certificate", "address",
         "Nobody whom this server trusts vouches for the certificate of this address. If the cloud has "
         "an authority of its own, give its certificate (urokctl cloud link --ca FILE)"},
        {"bad-authority", "cloud-bad-authority", "authority", "The authority cannot be read"},
        {"bad-key", "cloud-bad-key", NULL, "The key of this box and its certificate cannot be used"},
};

static void set_failure(GError **error, const char *said)
{
	for (size_t i = 0; i < G_N_ELEMENTS(FAILURES); i++)
		if (strcmp(FAILURES[i].said, said) == 0) {
			error_reason(error, ERROR_UNAVAILABLE, FAILURES[i].reason, FAILURES[i].field,
			             "%s", FAILURES[i].words);
			return;
		}
	error_reason(error, ERROR_UNAVAILABLE, "cloud-no-answer", NULL, "The cloud does not answer");
}

static void on_done(void *data, const JobAnswer *answer, const GPtrArray *parts, const GError *failure)
{
	g_autofree UplinkAsk *ask = data;
	const json_t *facts = answer && !failure ? answer->facts : NULL;
	const char *said = json_string_value(json_object_get(facts, "reason"));
	unsigned status = (unsigned)json_integer_value(json_object_get(facts, "status"));
	g_autoptr(GError) error = NULL;
	g_autoptr(json_t) body = NULL;

	g_hash_table_remove(ask->uplink->asks, ask);
	if (!facts) {
		error_reason(&error, ERROR_UNAVAILABLE, "cloud-not-asked", NULL,
		             "urok-errands could not ask the cloud: %s",
		             failure ? failure->message : "no answer");
	} else if (said) {
		set_failure(&error, said);
	} else if (parts && parts->len) {
		gsize size;
		const char *text = g_bytes_get_data(parts->pdata[0], &size);

		body = json_parse(text, size, NULL); /* a proxy's page is no JSON: the status says enough */
	}
	ask->done(ask->data, status, body, error);
}

static void add_file(const Uplink *self, json_t *words, const char *field, const char *name)
{
	char *text = folder_read(self->folder, name);

	if (text)
		json_object_set_new(words, field, json_string(text));
	secret_free(text);
}

static void add_papers(const Uplink *self, json_t *words)
{
	add_file(self, words, "authority", "web-ca.pem");
	add_file(self, words, "certificate", "cert.pem");
	add_file(self, words, "key", "key.pem");
}

void uplink_sign_words(Uplink *self, const char *path, json_t *words)
{
	g_autofree char *url = g_strconcat(self->link->cloud, DOOR, path, NULL);

	json_object_set_new(words, "url", json_string(url));
	add_papers(self, words);
}

UplinkAsk *uplink_ask_at(Uplink *self, const AskAt *at, UplinkAnswered done, void *data, GError **error)
{
	JobOrder order = {DESK_QUESTIONS, "web", NULL, -1, ANSWER_MAX, PATIENCE_S};
	g_autofree char *url = g_strconcat(at->cloud, DOOR, at->path, NULL);
	g_autofree char *body = at->body ? json_format(at->body) : NULL;
	UplinkAsk *ask = g_new0(UplinkAsk, 1);

	order.words = json_pack("{ss ss}", "url", url, "method", at->method);
	if (body)
		json_object_set_new(order.words, "body", json_string(body));
	if (at->authority)
		json_object_set_new(order.words, "authority", json_string(at->authority));
	if (at->as_box)
		add_papers(self, order.words);
	*ask = (UplinkAsk){self, NULL, done, data};
	ask->job = jobs_add(self->jobs, &order, on_done, ask, error);
	if (ask->job)
		g_hash_table_add(self->asks, ask);
	else
		g_clear_pointer(&ask, g_free);
	return ask;
}

UplinkAsk *uplink_ask(Uplink *self, const char *method, const char *path, const json_t *body,
                      UplinkAnswered done, void *data, GError **error)
{
	if (!self->link) {
		error_reason(error, ERROR_CONFLICT, "cloud-not-linked", NULL,
		             "This school is not linked to a cloud");
		return NULL;
	}
	return uplink_ask_at(self, &(AskAt){self->link->cloud, method, path, body, NULL, true}, done, data,
	                     error);
}

void uplink_ask_cancel(UplinkAsk *ask)
{
	g_hash_table_remove(ask->uplink->asks, ask);
	job_cancel(ask->job);
	g_free(ask);
}

void uplink_end_asks(Uplink *self)
{
	g_autofree UplinkAsk **asks =
	        (UplinkAsk **)g_hash_table_get_keys_as_array(self->asks, NULL);
	g_autoptr(GError) failure = NULL;

	error_reason(&failure, ERROR_UNAVAILABLE, "cloud-not-asked", NULL,
	             "The school's server is being stopped");
	for (guint i = 0; asks[i]; i++) {
		UplinkAnswered done = asks[i]->done;
		void *data = asks[i]->data;

		uplink_ask_cancel(asks[i]);
		done(data, 0, NULL, failure);
	}
}

bool uplink_refusal(unsigned status, const json_t *body, GError **error)
{
	const char *detail = json_string_value(json_object_get(body, "detail"));

	if (status >= 200 && status < 300)
		return true;
	return error_reason(error, status == 409 ? ERROR_CONFLICT : ERROR_UNAVAILABLE, "cloud-refused", NULL,
	                    "The cloud said no (%u): %s", status, detail ? detail : "without a reason");
}
