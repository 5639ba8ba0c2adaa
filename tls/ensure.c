/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Deciding whether what is there still fits, and making what does not. */
#include "base/log.h"
#include "tls/authority.h"
#include "tls/box.h"

#define RENEW_S (30 * DAY_S)

typedef struct {
	const Box *box;
	Folder *folder;
	Set *set;
	ClockDoubt doubt;
	gint64 known_ms; /* goes on from the last run while the machine's time is not believed */
	gint64 now_s;	 /* what certificates are made by */
	Happening happened;
	bool is_told; /* as an alarm */
} Run;

static void run_clear(Run *self)
{
	folder_free(self->folder);
	set_free(self->set);
	g_free(self->happened.detail);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

static bool begin(Run *self, const Box *box, GError **error)
{
	WallClock clock;

	*self = (Run){.box = box, .folder = folder_open(box->folder, error)};
	if (!self->folder)
		return false;
	wall_init(&clock, state_read_known_ms(self->folder), box->wall_ms, box->boot_ms);
	if (box->time_is_vouched)
		wall_confirm(&clock, box->wall_ms, box->boot_ms);
	self->known_ms = wall_believe(&clock, box->wall_ms, box->boot_ms);
	self->doubt = clock.doubt;
	self->now_s = (self->doubt == CLOCK_BEFORE_BUILD ? self->known_ms : box->wall_ms) / 1000;
	self->set = set_load(self->folder);
	return true;
}

static void happened(Run *self, const char *reason, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* The last and weightiest thing of a run is what state.json keeps. */
static void happened(Run *self, const char *reason, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_free(self->happened.detail);
	self->happened = (Happening){reason, g_strdup_vprintf(format, args), self->known_ms / 1000};
	va_end(args);
}

static bool lacks_name(X509 *certificate, const Names *names)
{
	char **const lists[] = {names->hosts, names->addresses};

	for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
		for (guint j = 0; lists[i][j]; j++)
			if (!certificate_is_for(certificate, lists[i][j]))
				return true;
	return false;
}

static bool ends_soon(X509 *certificate, gint64 now_s)
{
	gint64 begins_s = certificate_begins_s(certificate);
	gint64 ends_s = certificate_ends_s(certificate);

	return now_s < begins_s || ends_s - now_s < MIN(RENEW_S, (ends_s - begins_s) / 3);
}

/* Why the own authority has to issue a new certificate; NULL: the one that is there fits. Names and
 * addresses that went stay in it until then: they do no harm, and networks come and go. */
static const char *why_new(const Run *self)
{
	X509 *own = self->set->server ? pair_own(self->set->server) : NULL;

	if (!own)
		return self->set->is_broken ? "the one before was broken" : "there was none";
	if (!self->set->authority ||
	    !authority_check(self->set->authority, own, certificate_begins_s(own), NULL))
		return "the one before is not this authority's";
	if (lacks_name(own, self->box->names))
		return "a name or an address is new";
	if (self->doubt != CLOCK_BEFORE_BUILD && ends_soon(own, self->now_s))
		return "the one before ends";
	return NULL;
}

static bool make_authority(Run *self, const char *why, GError **error)
{
	bool had_one = folder_has_set(self->folder);
	Pair *authority = authority_new(self->box->names, self->now_s, error);
	g_autofree char *name = NULL;

	if (!authority)
		return false;
	set_take_authority(self->set, authority);
	name = certificate_dup_common_name(pair_own(authority));
	if (!had_one) {
		happened(self, "authority-made", "The certificate authority «%s» was made.", name);
		return true;
	}
	self->set->replaced_s = self->known_ms / 1000;
	happened(self, "authority-replaced",
		 "The certificate authority «%s» was made because %s. Devices must be told anew to trust it: "
		 "open /trust on each.",
		 name, why);
	log_alarm(ALARM_TRUST_LOST, "%s", self->happened.detail);
	self->is_told = true;
	return true;
}

/* An authority ends after ten years; by a time that leapt, it would end by mistake. */
static bool authority_ends(const Run *self)
{
	return self->doubt == CLOCK_BELIEVED &&
	       certificate_ends_s(pair_own(self->set->authority)) - self->now_s < RENEW_S;
}

static bool ensure_authority(Run *self, GError **error)
{
	if (!self->set->authority)
		return make_authority(self, "the one before was broken", error);
	return !authority_ends(self) || make_authority(self, "the one before ends", error);
}

static bool issue(Run *self, GError **error)
{
	g_autoptr(GError) failure = NULL;
	gint64 at_s = MIN(self->now_s, certificate_ends_s(pair_own(self->set->authority)) - DAY_S);
	Pair *server = authority_issue(self->set->authority, self->box->names, at_s, &failure);

	if (!server && g_strcmp0(error_reason_of(failure), "other-names") == 0) {
		if (!make_authority(self, "the box has another name", error))
			return false;
		server = authority_issue(self->set->authority, self->box->names, self->now_s, error);
	} else if (!server) {
		g_propagate_error(error, g_steal_pointer(&failure));
	}
	if (server)
		set_take_server(self->set, server, KIND_OWN);
	return server != NULL;
}

static bool issue_if_need_be(Run *self, bool *ret_issued, GError **error)
{
	const char *why;

	if (!ensure_authority(self, error))
		return false;
	why = why_new(self);
	*ret_issued = why != NULL;
	if (!why)
		return true;
	if (!issue(self, error))
		return false;
	if (!self->happened.reason)
		happened(self, "issued", "A new certificate was made: %s.", why);
	return true;
}

/* What is written in every run, whether something changed or not. */
static bool finish(Run *self, GError **error)
{
	return folder_announce(self->folder, error) &&
	       state_write(self->box, self->folder, self->set, self->doubt, self->known_ms,
			   &self->happened, error) &&
	       (!self->box->templates ||
		pages_write(self->box, self->folder, self->set, error));
}

static bool save(Run *self, GError **error)
{
	if (!set_save(self->set, self->folder, error))
		return false;
	if (!self->is_told)
		log_write(LOG_NOTICE, "%s", self->happened.detail);
	return true;
}

static void tell_fault(Run *self)
{
	if (!self->set->is_broken)
		return;
	happened(self, "broken", "Files of the certificate were not right, so others take their place: %s",
		 self->set->fault);
	log_alarm(ALARM_CERTIFICATE_BROKEN, "%s", self->happened.detail);
	self->is_told = true;
}

bool box_ensure(const Box *box, GError **error)
{
	g_auto(Run) run = {0};
	Pair *authority;
	bool issued = false;

	if (!begin(&run, box, error))
		return false;
	tell_fault(&run);
	authority = run.set->authority;
	if (!run.set->server)
		run.set->kind = KIND_OWN;
	if (run.set->kind == KIND_OWN ? !issue_if_need_be(&run, &issued, error)
				      : !authority && !ensure_authority(&run, error))
		return false;
	if ((issued || run.set->authority != authority) && !save(&run, error))
		return false;
	return finish(&run, error);
}

bool box_import(const Box *box, Pair *pair, Kind kind, GError **error)
{
	g_auto(Run) run = {0};
	g_autofree char *name = NULL;

	if (!begin(&run, box, error) || !import_check(pair, run.now_s, error) ||
	    (!run.set->authority && !ensure_authority(&run, error)))
		return false;
	set_take_server(run.set, pair_new(NULL, NULL, NULL), kind);
	EVP_PKEY_up_ref(pair->key);
	run.set->server->key = pair->key;
	for (guint i = 0; i < pair->chain->len; i++) {
		X509_up_ref(g_ptr_array_index(pair->chain, i));
		g_ptr_array_add(run.set->server->chain, g_ptr_array_index(pair->chain, i));
	}
	name = certificate_dup_common_name(pair_own(pair));
	happened(&run, "imported", "The certificate of «%s» was taken.", name);
	return save(&run, error) && finish(&run, error);
}

bool box_use_own(const Box *box, GError **error)
{
	g_auto(Run) run = {0};

	if (!begin(&run, box, error) || !ensure_authority(&run, error) || !issue(&run, error))
		return false;
	if (!run.happened.reason)
		happened(&run, "own-ca", "The box's own certificate authority is in use again.");
	return save(&run, error) && finish(&run, error);
}
