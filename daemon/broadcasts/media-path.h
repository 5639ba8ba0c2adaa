/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The address of a media file as a client sent it to nginx. */
#pragma once

/* "/live/kabinet-12/part_7_3.m4s?…" → "kabinet-12", owned. NULL: NULL, or no such address written
 * plainly. */
char *media_path_dup_slug(const char *uri);
