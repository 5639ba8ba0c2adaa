/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urok-papers: takes apart what somebody sent, and lays out what is printed, where it can do no harm:
 * no network, no files, no other job beside it. */
#include "document.h"
#include "job.h"
#include "picture.h"

#define SIDES_MAX JOB_PARTS_MAX

/* A picture of PICTURE_PIXELS_MAX in three bytes a pixel, the file, the program and its libraries. */
static const JobLimits LIMITS = {.memory_bytes = 320 * 1024 * 1024, .cpu_s = 20};

static bool read_sides(const json_t *list, unsigned sides[SIDES_MAX], unsigned *ret_n, GError **error)
{
	const json_t *side;
	size_t i;

	json_array_foreach(list, i, side)
	{
		json_int_t pixels = json_integer_value(side);

		if (pixels < 1 || pixels > (i > 0 ? sides[i - 1] : PICTURE_SIDE_MAX))
			return error_set(error, ERROR_INVALID, "A picture has no such sides");
		sides[(*ret_n)++] = (unsigned)pixels;
	}
	return *ret_n > 0 || error_set(error, ERROR_INVALID, "A picture has no such sides");
}

static bool shrink_picture(const json_t *job, int input, JobResult *result, GError **error)
{
	unsigned sides[SIDES_MAX];
	unsigned n = 0;
	json_t *list = NULL;
	const Field fields[] = {{"sides", FIELD_ARRAY, true, SIDES_MAX, &list}, {0}};
	g_autoptr(GMappedFile) mapped = NULL;
	g_autoptr(GBytes) file = NULL;
	g_autoptr(GPtrArray) parts = NULL;

	if (!json_read(job, fields, error) || !read_sides(list, sides, &n, error))
		return false;
	mapped = g_mapped_file_new_from_fd(input, FALSE, error);
	if (!mapped)
		return false;
	file = g_mapped_file_get_bytes(mapped);
	if (g_bytes_get_size(file) > PICTURE_BYTES_MAX)
		return error_reason(error, ERROR_TOO_LARGE, "picture-too-large", NULL,
		                    "The picture has more than %d bytes", PICTURE_BYTES_MAX);
	parts = picture_shrink(file, sides, n, error);
	for (guint i = 0; parts && i < parts->len; i++)
		g_ptr_array_add(result->parts, g_bytes_ref(parts->pdata[i]));
	if (parts)
		json_object_set_new(result->facts, "type", json_string("image/webp"));
	return parts != NULL;
}

static bool make_document(const json_t *job, int input, JobResult *result, GError **error)
{
	const Field fields[] = {{0}};
	g_autoptr(GMappedFile) mapped = NULL;
	g_autoptr(json_t) document = NULL;
	unsigned pages = 0;
	GBytes *pdf;

	if (!json_read(job, fields, error))
		return false;
	mapped = g_mapped_file_new_from_fd(input, FALSE, error);
	if (!mapped)
		return false;
	if (g_mapped_file_get_length(mapped) > DOCUMENT_BYTES_MAX)
		return error_reason(error, ERROR_TOO_LARGE, "document-too-long", NULL,
		                    "The document has more than %d bytes", DOCUMENT_BYTES_MAX);
	document = json_parse(g_mapped_file_get_contents(mapped), g_mapped_file_get_length(mapped),
	                      error);
	pdf = document ? document_make(document, &pages, error) : NULL;
	if (!pdf)
		return false;
	g_ptr_array_add(result->parts, pdf);
	json_object_set_new(result->facts, "pages", json_integer(pages));
	return true;
}

static const JobKind KINDS[] = {
	{"picture", true, shrink_picture},
	{"document", true, make_document},
	{0},
};

int main(int argc, char **argv)
{
	return job_serve("urok-papers", KINDS, &LIMITS, argc, argv);
}
