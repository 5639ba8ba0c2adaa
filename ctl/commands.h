/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What urokctl can be told to do: each command asks urokd and says the answer in sentences or JSON.
 */
#pragma once

#include "console.h"

/* What the command line said beside the command's own words: the fields of table.c's options. */
typedef struct {
	int json;	 /* answers as one JSON object a line, for programs */
	char *socket;	 /* NULL: the usual one */
	int help;
	int version;
	char *login;	 /* of a camera, or of a new person; NULL: none */
	char *birth;	 /* of a new person, "2014-05-31"; NULL, and so the two below */
	char *email;
	char *phone;
	int untried;	 /* add a camera without looking at it first */
	char *seed;	 /* of a demo school; NULL: the usual one */
	char *camera;	 /* address of the demo school's camera; NULL: it has none */
	int follow;	 /* the journal as it grows */
	char *lines;	 /* of the journal; NULL: 200 */
	char *role;	 /* of people in a list; NULL: all */
	int back;	 /* to the release before */
	char *to;	 /* a folder of copies; NULL: the school's own */
	char *key_file;	 /* that opens a copy; NULL: the box's own */
	char *maker;	 /* the mark of who made a copy */
	char *over;	 /* name of the living school */
	char *authority; /* file in PEM, of a cloud of its own; NULL: none */
	int yes;	 /* answers what would be asked */
	int oldest_go;	 /* at a limit; else what is new is refused */
	int all;	 /* carry everything, whoever has what */
} Options;

/* False with an error: said as a sentence, status 1, or 3 if urokd does not answer. `words` are
 * those behind the command's name. A command that found something wrong itself has said so and
 * fails with COMMAND_SAID. */
typedef bool (*CommandFunc)(Console *console, const Options *options, char **words, GError **error);

/* The reason of an error whose sentence was printed already. */
#define COMMAND_SAID "said"

bool command_status(Console *console, const Options *options, char **words, GError **error);
bool command_setup_code(Console *console, const Options *options, char **words, GError **error);
bool command_sign_in_link(Console *console, const Options *options, char **words, GError **error);
bool command_demo(Console *console, const Options *options, char **words, GError **error);
bool command_log_verify(Console *console, const Options *options, char **words, GError **error);
bool command_database_check(Console *console, const Options *options, char **words, GError **error);
bool command_clock(Console *console, const Options *options, char **words, GError **error);
bool command_clock_confirm(Console *console, const Options *options, char **words, GError **error);
bool command_doctor(Console *console, const Options *options, char **words, GError **error);
bool command_incident(Console *console, const Options *options, char **words, GError **error);
bool command_logs(Console *console, const Options *options, char **words, GError **error);
bool command_complete(Console *console, const Options *options, char **words, GError **error);
bool command_reload(Console *console, const Options *options, char **words, GError **error);
bool command_check_config(Console *console, const Options *options, char **words, GError **error);

bool command_mail_test(Console *console, const Options *options, char **words, GError **error);
bool command_user_list(Console *console, const Options *options, char **words, GError **error);
bool command_user_show(Console *console, const Options *options, char **words, GError **error);
bool command_user_add(Console *console, const Options *options, char **words, GError **error);
bool command_user_set_login(Console *console, const Options *options, char **words, GError **error);
bool command_user_roles(Console *console, const Options *options, char **words, GError **error);
bool command_user_block(Console *console, const Options *options, char **words, GError **error);
bool command_user_unblock(Console *console, const Options *options, char **words, GError **error);
bool command_admin_recover(Console *console, const Options *options, char **words, GError **error);

bool command_camera_list(Console *console, const Options *options, char **words, GError **error);
bool command_camera_add(Console *console, const Options *options, char **words, GError **error);
bool command_camera_probe(Console *console, const Options *options, char **words, GError **error);
bool command_camera_remove(Console *console, const Options *options, char **words, GError **error);

bool command_backup(Console *console, const Options *options, char **words, GError **error);
bool command_backup_list(Console *console, const Options *options, char **words, GError **error);
bool command_backup_verify(Console *console, const Options *options, char **words, GError **error);
bool command_backup_key(Console *console, const Options *options, char **words, GError **error);
bool command_restore(Console *console, const Options *options, char **words, GError **error);

bool command_carry_export(Console *console, const Options *options, char **words, GError **error);
bool command_carry_import(Console *console, const Options *options, char **words, GError **error);
bool command_carry_key(Console *console, const Options *options, char **words, GError **error);
bool command_carry_second(Console *console, const Options *options, char **words, GError **error);
bool command_carry_list(Console *console, const Options *options, char **words, GError **error);
bool command_carry_forget(Console *console, const Options *options, char **words, GError **error);

bool command_cloud_link(Console *console, const Options *options, char **words, GError **error);
bool command_cloud_status(Console *console, const Options *options, char **words, GError **error);
bool command_cloud_unlink(Console *console, const Options *options, char **words, GError **error);

bool command_tls_status(Console *console, const Options *options, char **words, GError **error);
bool command_tls_import(Console *console, const Options *options, char **words, GError **error);
bool command_tls_own(Console *console, const Options *options, char **words, GError **error);
bool command_tls_acme(Console *console, const Options *options, char **words, GError **error);

bool command_upgrade(Console *console, const Options *options, char **words, GError **error);
