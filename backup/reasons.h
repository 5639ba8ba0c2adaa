/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Why a run was in vain, for who shows it in words of its own: slugs beside the general ones of base/error.h and
 * those of crypt.h. docs/backup.md lists them. */
#pragma once

#define REASON_DATABASE  "backup-database"     /* the restored one is damaged */
#define REASON_LIMIT     "backup-limit"        /* that was set for copies */
#define REASON_LOG       "backup-log"          /* the restored one is another */
#define REASON_NEWER     "backup-newer"        /* of a newer Urok than this */
#define REASON_NONE      "backup-none"         /* there is no copy */
#define REASON_NO_SCHOOL "backup-no-school"    /* there is none to be copied */
#define REASON_OTHERS    "backup-others"       /* the folder is another school's or server's */
#define REASON_START     "backup-start"        /* urokd does not run on it as it should */
#define REASON_UNMOUNTED "backup-unmounted"    /* a disk that belongs there */
#define REASON_UNSENT    "backup-unsent"       /* the other side does not take it */
