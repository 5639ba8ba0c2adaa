/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A real Mosquitto of a test, which knows who may write where: "cloud", and boxes by their names. */
#pragma once

#include <gio/gio.h>

#define MOSQUITTO_PASSWORD "proba"

typedef struct {
	char *directory;
	char *config;
	int port;
	GSubprocess *process;
} Mosquitto;

void mosquitto_test_init(int *argc, char ***argv); /* g_test_init(), where one is started */

/* It runs. */
Mosquitto *mosquitto_of(const char *const users[]);
void mosquitto_free(Mosquitto *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mosquitto, mosquitto_free)

void mosquitto_start(Mosquitto *self); /* up when it says so */
void mosquitto_stop(Mosquitto *self);  /* SIGKILL */
