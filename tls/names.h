/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the box is called and where it is reached: the names and addresses of its certificate. */
#pragma once

#include "base/error.h"

#define NAMES_ADDRESSES_MAX 64

typedef struct {
	char **hosts;	  /* lower-case DNS names; the first is what people type. Never empty */
	char **addresses; /* of private networks, and loopback */
	char **left_out;  /* the box has these, but no authority of its own may vouch for them */
	char *public_name; /* NULL: none is set. Without its port */
} Names;

typedef struct {
	const char *host;	    /* as the machine is called; NULL: ask it */
	const char *public_name;    /* with or without a port; NULL: none */
	const char *const *addresses; /* NULL: those of the interfaces */
} NamesWish;

/* Names that no certificate can hold (Cyrillic beside IDNA's reach, blanks) are left out; a box
 * without a usable name is "urok". */
Names *names_new(const NamesWish *wish);
void names_free(Names *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Names, names_free)

/* [school] public_name of FILE and then of conf.d beside it, in the order of names; NULL: none is
 * set. A file that cannot be read counts for nothing: urokd tells its faults. */
char *names_read_public(const char *config_file);

/* The networks of an authority of the box's own (RFC 1918, 3927, 4193, 4291 §2.5.6), as
 * "address/mask". NULL-ended. */
extern const char *const NAMES_NETWORKS[];
