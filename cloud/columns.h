/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Many rows for one question: an array a column, in PostgreSQL's binary form, which it takes apart
 * without reading numbers and quotes. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum { COLUMN_TEXT, COLUMN_BIGINT, COLUMN_INT, COLUMN_HEX } ColumnType;

typedef struct Columns Columns;

Columns *columns_new(const ColumnType types[], unsigned n); /* types are borrowed, and outlive it */
void columns_free(Columns *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Columns, columns_free)

/* A row is one of these for each of its columns; what is written as a number stands in a column of
 * numbers. Bytes in a column of COLUMN_HEX are written as their digits, a text to PostgreSQL. */
void columns_add_null(Columns *self, unsigned column);
void columns_add_int(Columns *self, unsigned column, int64_t value);
void columns_add_bytes(Columns *self, unsigned column, const void *bytes, size_t size);

/* A column as a parameter, and empty after it: owned bytes, the type of the array. */
char *columns_take(Columns *self, unsigned column, size_t *ret_size, unsigned *ret_type);
unsigned columns_count(const Columns *self);
