/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A codec's branch of the pipeline, read from a file of gst-pipelines/ that an administrator can
 * read: elements as gst-launch-1.0 takes them, ending in an appsink named `out`. */
#pragma once

#include "base/error.h"

#include <gst/gst.h>

/* A bin with the ghost pad `sink`. If an element is not installed: UNAVAILABLE
 * camera-plugin-missing, and *ret_package is the Debian package that the file names. */
GstElement *branch_load(const char *folder, const char *name, char **ret_package, GError **error);
