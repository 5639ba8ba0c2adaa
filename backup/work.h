/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One run of urok-backup: its places, its lock, who wants it to end, how far it is. */
#pragma once

#include "app/config.h"
#include "base/json.h"
#include "space/space.h"

#include <stdint.h>
#include <stdio.h>

#define WORK_CANCELLED "backup-cancelled"

typedef struct {
	const Config *config; /* borrowed */
	char *folder;         /* where copies lie */
	char *state;          /* keys, the report, what is decrypted for a while */
	char *certificates;   /* urok-tls's folder */
	char *database;       /* the living school's */
	int signals;          /* signalfd(2): Ctrl-C, systemctl stop */
	int lock;
	bool json;
	const char *doing;    /* "copy": for who watches */
	int64_t total;        /* bytes; 0: not known */
	int64_t done;
	int64_t told_ms;
	SpaceLimit limit;     /* of the school's own folder, once its database was read */
	bool proof_told;      /* why there is no proof stands in the report: the copy is made */
	bool shown;           /* a line of the terminal is ours */
} Work;

/* folder NULL: the configuration's. One at a time: UNAVAILABLE. */
Work *work_new(const Config *config, const char *folder, GError **error);
void work_free(Work *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Work, work_free)

/* Between two pieces: false (reason WORK_CANCELLED) once somebody wants it to end. */
bool work_goes_on(Work *self, GError **error);

/* What is done now, of how many bytes; and so many of them more. */
void work_begin(Work *self, const char *doing, int64_t total);
void work_step(Work *self, int64_t bytes);

/* An empty folder in the state, which nobody else reads: "copy", "empty", "living", "proof"; owned. What
 * an earlier run left of any is gone. */
char *work_scratch(Work *self, const char *name, GError **error);
bool work_remove(const char *path); /* a file or a whole folder; true if it is gone */

/* Has the disk of `path` room for so many bytes, and some to live with? NO_SPACE with a sentence. */
bool work_check_space(const char *path, int64_t bytes, GError **error);

bool work_make_folder(const char *path, mode_t mode, GError **error);
bool work_flush_folder(const char *path, GError **error);
/* The whole disk of a folder: names and content of all that was written there. */
bool work_flush_disk(const char *path, GError **error);
/* Whole or not at all, and on the disk; mode as given. */
bool work_write_file(const char *path, const void *data, size_t size, mode_t mode,
                     GError **error);
/* By errno; always false. */
bool work_fail(const char *what, const char *path, GError **error);

/* `told`, an object, with why it failed: "failure", a sentence, and "reason", a slug; null: it did not. */
json_t *work_told(json_t *told, const GError *failure);
/* report.json, which urokd reads: fields of `news` over what was there. */
bool work_report(Work *self, json_t *news, GError **error);
