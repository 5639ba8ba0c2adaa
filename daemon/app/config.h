/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The configuration file: config/urok.conf shows every key with its default. */
#pragma once

#include "base/error.h"

typedef struct {
	char *path; /* NULL: it was not read from a file */
	char *public_name;      /* "localhost:8080": one name for links, cookies, certificates */
	char *school_name;      /* offered at the first start; "": none */
	char *data_directory;
	char *files_directory;
	char *runtime_directory;
	char *media_directory;  /* of recordings */
	char *logs_directory;   /* the journal, whose room is counted */
	char *rest_socket;
	char *live_socket;
	char *control_socket;
	char *metrics_socket;
	char **origins;         /* "http://localhost:8080"; the first is used in links */
	char *cookie_name;      /* "__Host-sid", with "-PORT" when the origin's port is not 443 */
	char *broadcast_worker; /* program */
	char *pipelines_directory;
	char **worker_arguments;
	bool launcher_is_units;
	bool jobs_are_units;
	char *papers_socket; /* of units; the programs are for children */
	char *errands_socket;
	char *papers_worker;
	char *errands_worker;
	char **camera_networks; /* CIDR */
	int shared_idle_s;
	int own_device_s;
	int cache_kib;  /* of the database */
	int check_hour; /* local time */
	bool synchronisation_confirms;
	int messages_a_minute;
	bool announce;              /* in the local network */
	char *disks_report;
	char *power_directory;
	char *certificate_report;
	char *backup_folder;
	char *backup_state; /* keys, the report */
	char *backup_certificates; /* urok-tls's folder */
	char *backup_program;
	char *backup_send; /* "user@host:/folder"; "": nowhere */
	bool backup_is_unit;
	bool proof; /* urokd --proof: on a copy; nothing is started, sent or removed */
	char *mail_server; /* "": no mail is sent */
	int mail_port;
	bool mail_tls_at_once;
	char *mail_from;
	char *mail_login;
	char *mail_password_file; /* "": none */
	char *mail_authority_file;
	int mail_retry_s; /* the first pause of a letter that was not taken */
	char **texts; /* the keys' values as they were written, in the order of the table */
} Config;

/* Reads a file and conf.d beside it; absent keys have their defaults. Unknown groups and keys,
 * numbers out of range, relative paths and the like: INVALID with all of them in the message, each
 * a line "FILE:LINE: [group] key: what was expected". */
Config *config_load(const char *path, GError **error);

/* The keys that differ, as "[group] key": those that a running daemon can follow, or the others. */
GPtrArray *config_changes(const Config *from, const Config *to, bool followed);
void config_free(Config *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)
