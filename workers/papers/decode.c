/* SPDX-License-Identifier: LGPL-2.1-or-later
 * JPEG by libjpeg-turbo, PNG by libpng, WebP by libwebp, the way up by libexif: to plain pixels.
 * Each is asked for its size first; nothing of a picture that claims too much is unpacked. */
#include "raster.h"

#include <libexif/exif-data.h>
#include <png.h>
#include <string.h>
#include <turbojpeg.h>
#include <webp/decode.h>
#include <webp/demux.h>

#define EXIF_HEAD "Exif\0\0"
#define EXIF_MAX  (64 * 1024)

bool picture_broken(GError **error)
{
	return error_reason(error, ERROR_INVALID, "picture-broken", NULL,
	                    "The picture is damaged or not whole");
}

bool raster_check_size(uint64_t width, uint64_t height, GError **error)
{
	if (width == 0 || height == 0)
		return picture_broken(error);
	if (width > PICTURE_PIXELS_MAX || height > PICTURE_PIXELS_MAX ||
	    width * height > PICTURE_PIXELS_MAX)
		return error_reason(error, ERROR_TOO_LARGE, "picture-too-large", NULL,
		                    "The picture has more than %d million pixels",
		                    PICTURE_PIXELS_MAX / 1000000);
	return true;
}

static bool refuse_memory(GError **error)
{
	return error_reason(error, ERROR_TOO_LARGE, "picture-too-large", NULL,
	                    "The picture needs more memory than there is for one");
}

bool raster_alloc(Raster *self, GError **error)
{
	self->pixels = g_try_malloc((gsize)self->width * self->height * 3);
	return self->pixels || refuse_memory(error);
}

int exif_orientation(const void *data, size_t size)
{
	ExifData *exif = exif_data_new_from_data(data, (unsigned)MIN(size, (size_t)PICTURE_BYTES_MAX));
	const ExifEntry *entry = exif ? exif_data_get_entry(exif, EXIF_TAG_ORIENTATION) : NULL;
	int orientation = 1;

	if (entry && entry->format == EXIF_FORMAT_SHORT && entry->components == 1)
		orientation = exif_get_short(entry->data, exif_data_get_byte_order(exif));
	if (exif)
		exif_data_unref(exif);
	return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

/* --- JPEG --- */

/* The half, the quarter, the eighth: the smallest that still has `side`. */
static tjscalingfactor jpeg_scale(int width, int height, unsigned side)
{
	tjscalingfactor factor = {1, 1};

	while (factor.denom < 8) {
		tjscalingfactor next = {1, factor.denom * 2};

		if ((unsigned)TJSCALED(MIN(width, height), next) < side)
			break;
		factor = next;
	}
	return factor;
}

/* What is there is given with a warning of the library's. Cameras deserve most of them and nobody
 * sees a difference; an end before the end is seen. */
static bool jpeg_is_whole(tjhandle handle)
{
	return tjGetErrorCode(handle) == TJERR_WARNING &&
	       !strstr(tjGetErrorStr2(handle), "remature end");
}

/* As printers' inks the other way round, which is how such files are written. */
static void from_inks(const uint8_t *inks, Raster *ret)
{
	for (size_t i = 0; i < (size_t)ret->width * ret->height; i++)
		for (size_t c = 0; c < 3; c++)
			ret->pixels[i * 3 + c] = (uint8_t)(inks[i * 4 + c] * inks[i * 4 + 3] / 255);
}

static bool jpeg_unpack(tjhandle handle, GBytes *file, bool inks, Raster *ret, GError **error)
{
	g_autofree uint8_t *four = NULL;
	gsize size;
	const uint8_t *data = g_bytes_get_data(file, &size);

	if (!raster_alloc(ret, error))
		return false;
	if (inks)
		four = g_try_malloc((gsize)ret->width * ret->height * 4);
	if (inks && !four)
		return refuse_memory(error);
	if (tjDecompress2(handle, data, size, inks ? four : ret->pixels, (int)ret->width, 0,
	                  (int)ret->height, inks ? TJPF_CMYK : TJPF_RGB, TJFLAG_LIMITSCANS) != 0 &&
	    !jpeg_is_whole(handle))
		return strstr(tjGetErrorStr2(handle), "memory") ? refuse_memory(error)
		                                                : picture_broken(error);
	if (inks)
		from_inks(four, ret);
	return true;
}

static bool jpeg_read(tjhandle handle, GBytes *file, unsigned side, Raster *ret, GError **error)
{
	int width = 0;
	int height = 0;
	int subsampling;
	int colours = TJCS_RGB;
	gsize size;
	const uint8_t *data = g_bytes_get_data(file, &size);
	tjscalingfactor scale;

	if (tjDecompressHeader3(handle, data, size, &width, &height, &subsampling, &colours) != 0 &&
	    !jpeg_is_whole(handle))
		return picture_broken(error);
	if (!raster_check_size((uint64_t)MAX(width, 0), (uint64_t)MAX(height, 0), error))
		return false;
	scale = jpeg_scale(width, height, side);
	ret->width = (unsigned)TJSCALED(width, scale);
	ret->height = (unsigned)TJSCALED(height, scale);
	ret->orientation = exif_orientation(data, size);
	return jpeg_unpack(handle, file, colours == TJCS_CMYK || colours == TJCS_YCCK, ret, error);
}

bool jpeg_decode(GBytes *file, unsigned side, Raster *ret, GError **error)
{
	tjhandle handle = tjInitDecompress();
	bool done = handle ? jpeg_read(handle, file, side, ret, error) : refuse_memory(error);

	if (handle)
		tjDestroy(handle);
	return done;
}

/* --- PNG --- */

bool png_decode(GBytes *file, unsigned side, Raster *ret, GError **error)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	const png_color white = {255, 255, 255};
	gsize size;
	const void *data = g_bytes_get_data(file, &size);

	if (!png_image_begin_read_from_memory(&image, data, size))
		return picture_broken(error);
	ret->width = image.width;
	ret->height = image.height;
	ret->orientation = 1;
	image.format = PNG_FORMAT_RGB;
	image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB; /* two bytes a colour are no other light */
	if (!raster_check_size(image.width, image.height, error) || !raster_alloc(ret, error)) {
		png_image_free(&image);
		return false;
	}
	if (png_image_finish_read(&image, &white, ret->pixels, 0, NULL))
		return true;
	png_image_free(&image);
	return picture_broken(error);
}

/* --- WebP --- */

static int webp_orientation(const uint8_t *data, size_t size)
{
	WebPData file = {data, size};
	WebPDemuxer *demuxer = WebPDemux(&file);
	WebPChunkIterator chunk;
	int orientation = 1;

	if (!demuxer)
		return orientation;
	if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk)) {
		g_autoptr(GByteArray) exif = g_byte_array_new();

		if (chunk.chunk.size < 6 || memcmp(chunk.chunk.bytes, EXIF_HEAD, 6) != 0)
			g_byte_array_append(exif, (const guint8 *)EXIF_HEAD, 6);
		g_byte_array_append(exif, chunk.chunk.bytes,
		                    (guint)MIN(chunk.chunk.size, (size_t)EXIF_MAX));
		orientation = exif_orientation(exif->data, exif->len);
		WebPDemuxReleaseChunkIterator(&chunk);
	}
	WebPDemuxDelete(demuxer);
	return orientation;
}

/* The middle square alone, in the size that is wanted: nothing else is ever in memory. */
static void webp_choose(WebPDecoderConfig *config, unsigned side)
{
	int square = MIN(config->input.width, config->input.height);
	int wanted = MIN(square, (int)side);

	config->options.use_cropping = 1;
	config->options.crop_width = config->options.crop_height = square;
	config->options.crop_left = (config->input.width - square) / 2;
	config->options.crop_top = (config->input.height - square) / 2;
	config->options.use_scaling = 1;
	config->options.scaled_width = config->options.scaled_height = wanted;
	config->output.colorspace = MODE_RGBA;
}

static bool lay_on_white(const WebPDecBuffer *from, Raster *ret, GError **error)
{
	ret->width = (unsigned)from->width;
	ret->height = (unsigned)from->height;
	if (!raster_alloc(ret, error))
		return false;
	for (unsigned y = 0; y < ret->height; y++) {
		const uint8_t *row = from->u.RGBA.rgba + (size_t)y * (size_t)from->u.RGBA.stride;
		uint8_t *to = ret->pixels + (size_t)y * ret->width * 3;

		for (unsigned x = 0; x < ret->width; x++)
			for (unsigned c = 0; c < 3; c++)
				to[x * 3 + c] = (uint8_t)((row[x * 4 + c] * row[x * 4 + 3] +
				                           255 * (255 - row[x * 4 + 3])) / 255);
	}
	return true;
}

bool webp_decode(GBytes *file, unsigned side, Raster *ret, GError **error)
{
	WebPDecoderConfig config;
	gsize size;
	const uint8_t *data = g_bytes_get_data(file, &size);
	VP8StatusCode status;
	bool done;

	if (!WebPInitDecoderConfig(&config) ||
	    WebPGetFeatures(data, size, &config.input) != VP8_STATUS_OK)
		return picture_broken(error);
	if (config.input.has_animation)
		return error_reason(error, ERROR_INVALID, "picture-animated", NULL,
		                    "The picture moves; one that stands still is needed");
	if (!raster_check_size((uint64_t)config.input.width, (uint64_t)config.input.height, error))
		return false;
	webp_choose(&config, side);
	status = WebPDecode(data, size, &config);
	if (status == VP8_STATUS_OUT_OF_MEMORY)
		done = refuse_memory(error);
	else
		done = status == VP8_STATUS_OK ? lay_on_white(&config.output, ret, error)
		                               : picture_broken(error);
	WebPFreeDecBuffer(&config.output);
	ret->orientation = webp_orientation(data, size);
	return done;
}
