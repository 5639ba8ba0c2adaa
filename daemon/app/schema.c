/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The steps of all rooms' tables, in the order in which they were added, and their statements. */
#include "app/schema.h"

#include "broadcasts/broadcasts.h"
#include "carry/carry.h"
#include "chats/chats.h"
#include "consents/consents.h"
#include "enrolment/enrolment.h"
#include "mail/mail.h"
#include "privacy/privacy.h"
#include "schools/schools.h"
#include "space/space.h"
#include "sync/sync.h"
#include "uplink/uplink.h"

static const char *const STATEMENTS[] = {
        "/urok/http/http.sql",
        "/urok/events/events.sql",
        "/urok/events/chains.sql",
        "/urok/sync/sync.sql",
        "/urok/sync/conflicts.sql",
        "/urok/school/school.sql",
        "/urok/people/people.sql",
        "/urok/classes/classes.sql",
        "/urok/broadcasts/broadcasts.sql",
        "/urok/chats/chats.sql",
        "/urok/chats/complaints.sql",
        "/urok/consents/consents.sql",
        "/urok/mail/mail.sql",
        "/urok/people/accounts.sql",
        "/urok/enrolment/enrolment.sql",
        "/urok/privacy/privacy.sql",
        "/urok/privacy/retention.sql",
        "/urok/chats/retention.sql",
        "/urok/schools/schools.sql",
        "/urok/carry/carry.sql",
        "/urok/space/space.sql",
        "/urok/uplink/uplink.sql",
        NULL,
};

/* They are macros; owned, to be freed by g_free(). */
static Migration *dup_steps(void)
{
	/* A step's place is its number: this list only grows at its end. */
	const Migration migrations[] = {
	        EVENTS_MIGRATION,
	        HTTP_MIGRATION,
	        SCHOOL_MIGRATION,
	        PEOPLE_MIGRATION,
	        CLASSES_MIGRATION,
	        BROADCASTS_MIGRATION,
	        CHATS_MIGRATION,
	        PICTURES_MIGRATION,
	        LOOKS_MIGRATION,
	        CONSENTS_MIGRATION,
	        CHATS_MADE_MIGRATION,
	        SCHOOL_INFORMATION_MIGRATION,
	        MAIL_MIGRATION,
	        ACCOUNTS_MIGRATION,
	        ENROLMENT_MIGRATION,
	        CLASSES_REMOVED_MIGRATION,
	        ERASURE_MIGRATION,
	        CHATS_ERASURE_MIGRATION,
	        PRIVACY_MIGRATION,
	        LISTS_MIGRATION,
	        FAMILIES_MIGRATION,
	        COMPLAINTS_MIGRATION,
	        TAKEN_MIGRATION,
	        COMPLAINTS_EVENTS_MIGRATION,
	        MAIL_NAMED_MIGRATION,
	        CHATS_MERGED_MIGRATION,
	        RETENTION_MIGRATION,
	        CHATS_RETENTION_MIGRATION,
	        CLASSES_YEARS_MIGRATION,
	        CHAINS_MIGRATION,
	        READ_REGISTER_MIGRATION,
	        SYNC_MIGRATION,
	        SYNC_MARKS_MIGRATION,
	        SCHOOLS_MIGRATION,
	        SYNC_CONFLICTS_MIGRATION,
	        CARRY_MIGRATION,
	        SEALS_MIGRATION,
	        SYNC_JOINING_MIGRATION,
	        SPACE_MIGRATION,
	        CARRY_JOURNEYS_MIGRATION,
	        UPLINK_MIGRATION,
	        {0},
	};

	return g_memdup2(migrations, sizeof migrations);
}

static Store *open_as(const char *path, int cache_kib, bool is_view, GError **error)
{
	g_autofree Migration *steps = dup_steps();
	const StoreOptions options = {.path = path, .migrations = steps, .statements = STATEMENTS,
	                              .cache_kib = cache_kib, .is_view = is_view, .image = "/urok/image/schema.db"};

	return store_open(&options, error);
}

bool schema_make_image(char *path, GError **error)
{
	g_autofree Migration *steps = dup_steps();

	return store_make_image(steps, path, error);
}

Store *schema_open(const char *path, int cache_kib, GError **error)
{
	return open_as(path, cache_kib, false, error);
}

Store *schema_open_view(const char *path, int cache_kib, GError **error)
{
	return open_as(path, cache_kib, true, error);
}
