/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Files of lines; `#` begins a comment, `# package: NAME` says where the elements come from. */
#include "branch.h"

#include <string.h>

#define PACKAGE_MARK "# package: "

/* The description without its comments; the package that they name. */
static char *strip(const char *text, char **ret_package)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GString *description = g_string_new(NULL);

	for (char **line = lines; *line; line++) {
		if (g_str_has_prefix(*line, PACKAGE_MARK)) {
			g_free(*ret_package);
			*ret_package = g_strstrip(g_strdup(*line + strlen(PACKAGE_MARK)));
		} else if (**line != '#') {
			g_string_append(description, *line);
			g_string_append_c(description, ' ');
		}
	}
	return g_string_free(description, FALSE);
}

GstElement *branch_load(const char *folder, const char *name, char **ret_package, GError **error)
{
	g_autofree char *file = g_strconcat(name, ".pipeline", NULL);
	g_autofree char *path = g_build_filename(folder, file, NULL);
	g_autofree char *text = NULL;
	g_autofree char *description = NULL;
	g_autofree char *package = NULL;
	g_autoptr(GError) cause = NULL;
	GstElement *bin;

	if (!g_file_get_contents(path, &text, NULL, &cause))
		return error_null(error, ERROR_INTERNAL, "%s", cause->message);
	description = strip(text, &package);
	bin = gst_parse_bin_from_description_full(description, TRUE, NULL,
						  GST_PARSE_FLAG_FATAL_ERRORS, &cause);
	if (bin)
		return bin;
	if (!g_error_matches(cause, GST_PARSE_ERROR, GST_PARSE_ERROR_NO_SUCH_ELEMENT))
		return error_null(error, ERROR_INTERNAL, "%s: %s", path, cause->message);
	error_reason(error, ERROR_UNAVAILABLE, "camera-plugin-missing", NULL,
		     "A GStreamer plugin is missing; it is in the package %s",
		     package ? package : "that the file does not name");
	*ret_package = g_steal_pointer(&package);
	return NULL;
}
