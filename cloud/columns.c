/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An array as array_recv() of PostgreSQL reads it, all numbers in the order of the net: dimensions,
 * whether there are nulls, type, length, the first index; then each value behind its length. */
#include "columns.h"
#include "base/crypto.h"

#include <string.h>

#define HEAD_SIZE 20

typedef struct {
	GByteArray *bytes; /* without the head */
	unsigned rows;
	bool has_nulls;
} Column;

struct Columns {
	const ColumnType *types;
	unsigned n;
	Column *columns;
};

/* Of pg_type.dat: these do not change. */
static const struct {
	unsigned value;
	unsigned array;
} TYPES[] = {[COLUMN_TEXT] = {25, 1009}, [COLUMN_BIGINT] = {20, 1016}, [COLUMN_INT] = {23, 1007},
             [COLUMN_HEX] = {25, 1009}};

Columns *columns_new(const ColumnType types[], unsigned n)
{
	Columns *self = g_new0(Columns, 1);

	self->types = types;
	self->n = n;
	self->columns = g_new0(Column, n);
	for (unsigned i = 0; i < n; i++)
		self->columns[i].bytes = g_byte_array_new();
	return self;
}

void columns_free(Columns *self)
{
	if (!self)
		return;
	for (unsigned i = 0; i < self->n; i++)
		g_byte_array_unref(self->columns[i].bytes);
	g_free(self->columns);
	g_free(self);
}

unsigned columns_count(const Columns *self)
{
	return self->n;
}

static void add_number(Column *column, uint32_t number)
{
	number = GUINT32_TO_BE(number);
	g_byte_array_append(column->bytes, (const uint8_t *)&number, sizeof number);
}

static Column *begin_value(Columns *self, unsigned column, uint32_t size)
{
	Column *at = &self->columns[column];

	g_assert(column < self->n);
	at->rows++;
	add_number(at, size);
	return at;
}

void columns_add_null(Columns *self, unsigned column)
{
	begin_value(self, column, G_MAXUINT32)->has_nulls = true;
}

void columns_add_int(Columns *self, unsigned column, int64_t value)
{
	uint64_t bytes = GUINT64_TO_BE((uint64_t)value);
	Column *at;

	if (self->types[column] == COLUMN_INT) {
		add_number(begin_value(self, column, sizeof(uint32_t)), (uint32_t)value);
		return;
	}
	g_assert(self->types[column] == COLUMN_BIGINT);
	at = begin_value(self, column, sizeof bytes);
	g_byte_array_append(at->bytes, (const uint8_t *)&bytes, sizeof bytes);
}

static void add_hex(Columns *self, unsigned column, const uint8_t *bytes, size_t size)
{
	Column *at = begin_value(self, column, (uint32_t)size * 2);
	guint from = at->bytes->len;

	g_byte_array_set_size(at->bytes, from + (guint)size * 2);
	hex_write(bytes, size, (char *)at->bytes->data + from);
}

void columns_add_bytes(Columns *self, unsigned column, const void *bytes, size_t size)
{
	if (self->types[column] == COLUMN_HEX) {
		add_hex(self, column, bytes, size);
		return;
	}
	g_assert(self->types[column] == COLUMN_TEXT);
	g_byte_array_append(begin_value(self, column, (uint32_t)size)->bytes, bytes, (guint)size);
}

char *columns_take(Columns *self, unsigned column, size_t *ret_size, unsigned *ret_type)
{
	Column *at = &self->columns[column];
	unsigned type = self->types[column];
	const uint32_t head[] = {GUINT32_TO_BE(1), GUINT32_TO_BE((uint32_t)at->has_nulls),
	                         GUINT32_TO_BE(TYPES[type].value), GUINT32_TO_BE(at->rows),
	                         GUINT32_TO_BE(1)};
	char *array = g_malloc(HEAD_SIZE + at->bytes->len);

	G_STATIC_ASSERT(sizeof head == HEAD_SIZE);
	memcpy(array, head, sizeof head);
	if (at->bytes->len)
		memcpy(array + sizeof head, at->bytes->data, at->bytes->len);
	*ret_size = HEAD_SIZE + at->bytes->len;
	*ret_type = TYPES[type].array;
	g_byte_array_set_size(at->bytes, 0);
	at->rows = 0;
	at->has_nulls = false;
	return array;
}
