/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PT Sans has the letters of every people of Russia; DejaVu stands in for what it lacks.
 *
 * Fontconfig is told of these files and of nothing else: it reads no configuration, needs no cache
 * that somebody would have to be able to write, and a school's document looks alike everywhere. */
#include "fonts.h"

#include <fontconfig/fontconfig.h>
#include <pango/pangofc-fontmap.h>

#define FOLDER "/usr/share/fonts/truetype/"

static const char *const FILES[] = {
	FOLDER "paratype/PTS55F.ttf", FOLDER "paratype/PTS75F.ttf", FOLDER "paratype/PTM55F.ttf",
	FOLDER "dejavu/DejaVuSans.ttf",
};

static FcConfig *known_fonts(void)
{
	FcConfig *config = FcConfigCreate();

	/* Pango asks for the machine's configuration unless there is one. */
	FcConfigSetCurrent(config);
	for (size_t i = 0; i < G_N_ELEMENTS(FILES); i++)
		FcConfigAppFontAddFile(config, (const FcChar8 *)FILES[i]);
	return config;
}

PangoContext *fonts_context(const char *language)
{
	PangoFontMap *map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
	cairo_font_options_t *options = cairo_font_options_create();
	FcConfig *config = known_fonts();
	PangoContext *context;

	pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), config);
	FcConfigDestroy(config);
	pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map), 72);
	context = pango_font_map_create_context(map);
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	pango_cairo_context_set_font_options(context, options);
	pango_context_set_round_glyph_positions(context, FALSE);
	pango_context_set_language(context, pango_language_from_string(language));
	cairo_font_options_destroy(options);
	g_object_unref(map);
	return context;
}

void fonts_free(PangoContext *context)
{
	g_object_unref(context);
}
