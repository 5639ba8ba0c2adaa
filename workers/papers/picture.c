/* SPDX-License-Identifier: LGPL-2.1-or-later
 * From any picture to small squares: what it is, its middle, upright, written anew. */
#include "raster.h"

#include <string.h>
#include <webp/encode.h>

#define QUALITY 82

typedef struct {
	size_t offset;
	const char *bytes;
	size_t size;
	Decode decode;
	const char *reason; /* without a decoder: why not */
} Signature;

static const Signature SIGNATURES[] = {
	{0, "\xff\xd8\xff", 3, jpeg_decode, NULL},
	{0, "\x89PNG\r\n\x1a\n", 8, png_decode, NULL},
	{8, "WEBPVP8", 7, webp_decode, NULL},
	{4, "ftyphei", 7, NULL, "picture-heic"},
	{4, "ftyphev", 7, NULL, "picture-heic"},
	{4, "ftypmif1", 8, NULL, "picture-heic"},
	{4, "ftypmsf1", 8, NULL, "picture-heic"},
	{4, "ftyp", 4, NULL, "picture-format"},
	{0, "GIF8", 4, NULL, "picture-format"},
	{0, "BM", 2, NULL, "picture-format"},
	{0, "II*\0", 4, NULL, "picture-format"},
	{0, "MM\0*", 4, NULL, "picture-format"},
	{0, "<?xml", 5, NULL, "picture-format"},
	{0, "<svg", 4, NULL, "picture-format"},
};

static bool refuse_kind(const Signature *found, GError **error)
{
	if (!found)
		return error_reason(error, ERROR_INVALID, "not-a-picture", NULL,
		                    "This is no picture");
	if (strcmp(found->reason, "picture-heic") == 0)
		return error_reason(error, ERROR_INVALID, "picture-heic", NULL,
		                    "HEIC is not taken: JPEG, PNG or WebP is needed");
	return error_reason(error, ERROR_INVALID, "picture-format", NULL,
	                    "This kind of picture is not taken: JPEG, PNG or WebP is needed");
}

/* By its bytes: a name says nothing. */
static Decode find_decoder(GBytes *file, GError **error)
{
	gsize size;
	const char *data = g_bytes_get_data(file, &size);
	const Signature *found = NULL;

	for (size_t i = 0; !found && i < G_N_ELEMENTS(SIGNATURES); i++) {
		const Signature *one = &SIGNATURES[i];

		if (size >= one->offset + one->size &&
		    memcmp(data + one->offset, one->bytes, one->size) == 0)
			found = one;
	}
	if (found && found->decode)
		return found->decode;
	refuse_kind(found, error);
	return NULL;
}

/* --- The square --- */

/* Where pixel (x, y) of the upright square stands in the square that lies (EXIF 2.3, 4.6.4 A). */
static void turn(int orientation, unsigned last, unsigned x, unsigned y, unsigned *ret_x,
                 unsigned *ret_y)
{
	bool is_crossed = orientation >= 5;
	unsigned across = is_crossed ? y : x;
	unsigned down = is_crossed ? x : y;

	*ret_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8
	                 ? last - across : across;
	*ret_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7
	                 ? last - down : down;
}

/* The mean of factor x factor pixels. */
static void average(const Raster *from, size_t left, size_t top, unsigned factor, uint8_t *ret)
{
	unsigned sums[3] = {0};

	for (size_t y = top; y < top + factor; y++)
		for (size_t x = left; x < left + factor; x++)
			for (size_t c = 0; c < 3; c++)
				sums[c] += from->pixels[(y * from->width + x) * 3 + c];
	for (size_t c = 0; c < 3; c++)
		ret[c] = (uint8_t)(sums[c] / (factor * factor));
}

/* The middle, upright, coarser by a whole factor but still at least `side` wide; owned. */
static uint8_t *make_square(const Raster *from, unsigned side, unsigned *ret_side)
{
	unsigned whole = MIN(from->width, from->height);
	unsigned factor = MAX(whole / side, 1);
	unsigned square = whole / factor;
	size_t left = (from->width - square * factor) / 2;
	size_t top = (from->height - square * factor) / 2;
	uint8_t *pixels = g_malloc((gsize)square * square * 3);

	for (unsigned y = 0; y < square; y++) {
		for (unsigned x = 0; x < square; x++) {
			unsigned from_x;
			unsigned from_y;

			turn(from->orientation, square - 1, x, y, &from_x, &from_y);
			average(from, left + (size_t)from_x * factor, top + (size_t)from_y * factor,
			        factor, pixels + ((size_t)y * square + x) * 3);
		}
	}
	*ret_side = square;
	return pixels;
}

/* --- Writing it --- */

static bool refuse_writing(GError **error)
{
	return error_set(error, ERROR_INTERNAL, "The small picture could not be written");
}

static bool write_webp(WebPPicture *picture, GPtrArray *parts, GError **error)
{
	WebPConfig config;
	WebPMemoryWriter writer;
	bool done;

	if (!WebPConfigPreset(&config, WEBP_PRESET_PHOTO, QUALITY))
		return refuse_writing(error);
	WebPMemoryWriterInit(&writer);
	picture->writer = WebPMemoryWrite;
	picture->custom_ptr = &writer;
	done = WebPEncode(&config, picture);
	if (done)
		g_ptr_array_add(parts, g_bytes_new(writer.mem, writer.size));
	WebPMemoryWriterClear(&writer);
	return done || refuse_writing(error);
}

static bool write_sides(const uint8_t *pixels, unsigned square, const unsigned sides[], unsigned n,
                        GPtrArray *parts, GError **error)
{
	WebPPicture picture;
	bool done;

	if (!WebPPictureInit(&picture))
		return refuse_writing(error);
	picture.use_argb = 1;
	picture.width = picture.height = (int)square;
	done = WebPPictureImportRGB(&picture, pixels, (int)square * 3) || refuse_writing(error);
	for (unsigned i = 0; done && i < n; i++) {
		int side = (int)MIN(sides[i], square);

		done = (picture.width == side || WebPPictureRescale(&picture, side, side) ||
		        refuse_writing(error)) &&
		       write_webp(&picture, parts, error);
	}
	WebPPictureFree(&picture);
	return done;
}

GPtrArray *picture_shrink(GBytes *file, const unsigned sides[], unsigned n, GError **error)
{
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	g_autofree uint8_t *pixels = NULL;
	Decode decode = find_decoder(file, error);
	Raster raster = {.orientation = 1};
	unsigned square = 0;

	if (!decode)
		return NULL;
	if (decode(file, sides[0], &raster, error))
		pixels = make_square(&raster, sides[0], &square);
	g_free(raster.pixels);
	if (!pixels || !write_sides(pixels, square, sides, n, parts, error))
		return NULL;
	return g_steal_pointer(&parts);
}
