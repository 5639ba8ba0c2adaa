/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The house's insides: its rooms, and who builds them and says where one comes in. */
#pragma once

#include "app/app.h"
#include "app/appliance.h"
#include "app/backups.h"
#include "app/certificate.h"
#include "app/console.h"
#include "app/demo.h"
#include "app/directory.h"
#include "app/reload.h"
#include "app/setup.h"
#include "app/test-mail.h"
#include "broadcasts/broadcasts.h"
#include "carry/carry.h"
#include "chats/chats.h"
#include "consents/consents.h"
#include "documents/documents.h"
#include "enrolment/enrolment.h"
#include "memos/memos.h"
#include "onward/onward.h"
#include "privacy/privacy.h"
#include "space/space.h"
#include "uplink/uplink.h"

struct App {
	const Config *config;
	bool is_view; /* urok-cloud's */
	char *broadcast_folder;
	Store *store;
	Http *http;
	Events *events;
	Sync *sync;
	Uplink *uplink;
	Carry *carry;
	BoxDirectory directory;
	School *school;
	People *people;
	Consents *consents;
	Privacy *privacy;
	Classes *classes;
	Enrolment *enrolment;
	Schools *schools;
	Onward *onward;
	Jobs *jobs;
	Files *files;
	Pictures *pictures;
	Mail *mail;
	Documents *documents;
	Memos *memos;
	TestMail test_mail;
	Media *media;
	Broadcasts *broadcasts;
	Chats *chats;
	Upkeep *upkeep;
	Appliance *appliance;
	Space *space;
	Console console;
	Setup setup;
	Certificate certificate;
	Backups *backups;
	Demo *demo;
	Reload *reload;
};

/* app-floors.c: what the rooms stand on. The file is opened and migrated, the log is not read. */
bool app_open_floors(App *self, GError **error);
MailOptions app_mail_options(const Config *config);

/* app-rooms.c: the rooms in their order, lowest floor first; nothing has begun in them. */
void app_build_rooms(App *self, const AppView *view);
void app_free_rooms(App *self);

/* app-routes.c: where one comes in. */
void app_add_routes(App *self);
