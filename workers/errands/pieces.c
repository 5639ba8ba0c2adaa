/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which bytes are meant is said and read here; the rest is as with any request. */
#include "pieces.h"
#include "base/byte-range.h"
#include "web-private.h"

typedef struct {
	WebAsk ask;
	gint64 first;
	gint64 size; /* down */
	gint64 total; /* up */
} Piece;

static bool read_piece(const json_t *job, bool up, Piece *ret, GError **error)
{
	static const char *const METHODS[] = {"GET", "HEAD", "PUT", NULL};
	const Field fields[] = {
		{"url", FIELD_TEXT, true, 2000, &ret->ask.url},
		{"first", FIELD_INT, true, 0, &ret->first},
		{up ? "total" : "size", FIELD_INT, true, 0, up ? &ret->total : &ret->size},
		{"authority", FIELD_TEXT, false, 0, &ret->ask.authority},
		{"certificate", FIELD_TEXT, false, 0, &ret->ask.certificate},
		{"key", FIELD_TEXT, false, 0, &ret->ask.key},
		{0},
	};

	if (!json_read(job, fields, error))
		return false;
	ret->ask.method = up ? "PUT" : ret->size ? "GET" : "HEAD";
	return web_check_address(&ret->ask, METHODS, error);
}

static json_int_t header_number(CURL *curl, const char *name)
{
	struct curl_header *header;
	guint64 number;

	if (curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK ||
	    !g_ascii_string_to_unsigned(header->value, 10, 0, BYTE_RANGE_MOST, &number, NULL))
		return -1;
	return (json_int_t)number;
}

static json_int_t total_of(CURL *curl)
{
	struct curl_header *header;
	ByteRange range;

	if (curl_easy_header(curl, "Content-Range", 0, CURLH_HEADER, -1, &header) != CURLHE_OK ||
	    !byte_range_parse(header->value, &range))
		return -1;
	return (json_int_t)range.total;
}

static void perform(CURL *curl, const void *what, JobResult *result)
{
	const Piece *piece = what;

	web_perform(curl, &piece->ask, result);
	json_object_set_new(result->facts, "has", json_integer(header_number(curl, "Upload-Offset")));
	json_object_set_new(result->facts, "total", json_integer(total_of(curl)));
}

bool piece_upload(const json_t *job, int input, JobResult *result, GError **error)
{
	g_autoptr(GMappedFile) map = g_mapped_file_new_from_fd(input, FALSE, NULL);
	Piece piece = {0};
	ByteRange range;
	g_autofree char *said = NULL;
	g_autofree char *header = NULL;

	if (!read_piece(job, true, &piece, error))
		return false;
	if (!map || !g_mapped_file_get_length(map) || g_mapped_file_get_length(map) > WEB_ANSWER_MOST)
		return error_set(error, ERROR_INVALID, "There is no piece of that size");
	range = (ByteRange){piece.first, (int64_t)g_mapped_file_get_length(map), piece.total};
	said = byte_range_format(&range);
	header = g_strconcat("Content-Range: ", said, NULL);
	piece.ask.body = g_mapped_file_get_contents(map);
	piece.ask.body_size = g_mapped_file_get_length(map);
	piece.ask.headers = (const char *const[]){"Content-Type: application/octet-stream", "Expect:",
						  header, NULL};
	return web_with_curl(perform, &piece, result, error);
}

bool piece_download(const json_t *job, int input, JobResult *result, GError **error)
{
	Piece piece = {0};
	const char *headers[] = {NULL, NULL};
	g_autofree char *header = NULL;

	if (!read_piece(job, false, &piece, error))
		return false;
	if (piece.first < 0 || piece.size < 0 || piece.size > WEB_ANSWER_MOST)
		return error_set(error, ERROR_INVALID, "There is no piece of that size");
	header = g_strdup_printf("Range: bytes=%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, piece.first,
				 piece.first + piece.size - 1);
	headers[0] = piece.size ? header : NULL;
	piece.ask.headers = headers;
	return web_with_curl(perform, &piece, result, error);
}
